"""Who speaks for whom: the speakers that subtitles name, and the voices of the manifest."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from batchtts.model import Document


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

    def used_in(self, document: Document) -> Iterator[str]:
        """Yield the voices that speak for the speakers of a document, each once."""
        voices = map(self.voice_of, _speakers(document))
        yield from dict.fromkeys(voice for voice in voices if voice is not None)

    def strangers(self, document: Document) -> Iterator[str]:
        """Yield a warning about each speaker of a document who has no voice."""
        counts = Counter(speaker for speaker in _speakers(document) if self.voice_of(speaker) is None)
        for name, n in counts.items():
            near = get_close_matches(name.casefold(), self._voices, n=1)
            hint = f"; is it {self._voices[near[0]]}?" if near else ""
            times = f" ({n} segments)" if n > 1 else ""
            yield f"{document.name}: no voice of the manifest is called {name!r}, the document's speaks{times}{hint}"


def _speakers(document: Document) -> Iterable[str]:
    blocks = (block for section in document.sections for block in section.blocks)
    return (block.speaker for block in blocks if block.speaker is not None)
