"""Who speaks for whom: the speakers that subtitles and tables name, and the voices of the manifest."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice

from batchtts.model import Block, Document
from batchtts.plan.selection import Outline

_MOST_STRANGERS = 40


class Cast:
    """The voices of a job by the names of speakers: a voice speaks for whoever is called as it is, in any case."""

    def __init__(self, voices: Collection[str]) -> None:
        self._voices = {name.casefold(): name for name in voices}
        self._voices |= {name: name for name in voices}

    def voice_of(self, speaker: str | None) -> str | None:
        """Return the voice for a speaker; None if nobody is named, or nobody who has a voice."""
        if speaker is None:
            return None
        return self._voices.get(speaker) or self._voices.get(speaker.casefold())

    def used_in(self, document: Document | Outline, index: int) -> Iterator[str]:
        """Yield the voices that speak for the speakers of a section, each once."""
        voices = map(self.voice_of, _speakers(document, index))
        yield from dict.fromkeys(voice for voice in voices if voice is not None)

    def strangers(self, document: Document | Outline) -> Iterator[str]:
        """Yield a warning about each speaker of a document who has no voice, up to so many that anybody reads."""
        counts: Counter[str] = Counter()
        for index in range(len(document.sections)):
            for name, n in _speakers(document, index).items():
                if self.voice_of(name) is None:
                    counts[name] += n
        for name, n in islice(counts.items(), _MOST_STRANGERS):
            near = get_close_matches(name.casefold(), self._voices, n=1)
            hint = f"; is it {self._voices[near[0]]}?" if near else ""
            times = f" ({n} segments)" if n > 1 else ""
            yield f"{document.name}: no voice of the manifest is called {name!r}, the document's speaks{times}{hint}"
        if (n_more := len(counts) - _MOST_STRANGERS) > 0:
            yield f"{document.name}: no voice of the manifest is called as {n_more} more of its speakers are"


def _speakers(document: Document | Outline, index: int) -> Mapping[str, int]:
    """Return the speakers that a section names, each with how often."""
    if not isinstance(document, Document):
        return document.speakers(index)
    return Counter(_named(document.sections[index].blocks))


def _named(blocks: Iterable[Block]) -> Iterator[str]:
    return (block.speaker for block in blocks if block.speaker is not None)
