"""A decoded stretch of a delivery is compared with the take that should be heard in it, word by word."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from batchtts.audio.decoding import Stretch
from batchtts.audio.likeness import Likeness, Original, find
from batchtts.engine import Speech
from batchtts.export.audiobook.statement import StatedSegment, StatedWord

NEAR_SECONDS, FAR_SECONDS = 0.025, 0.3
"""How far from where it should be a word is looked for; farther only if it is not found, since that takes longer."""

AROUND_SECONDS = 0.6
"""How much is needed before and after a segment to look for its words: half of what is compared, and how far."""


class OtherWords(ValueError):
    """A segment is not stated to have the words of its take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A take as it is heard: its first `lead` samples are left out, `n_samples` are kept.

    Of those, the first `fade_in` and the last `fade_out` are not as they were.
    """

    speech: Speech
    lead: int
    n_samples: int
    fade_in: int
    fade_out: int

    @property
    def original(self) -> Original:
        """Return what of the take is heard as it is."""
        end = self.lead + self.n_samples
        return Original(pcm=self.speech.audio, first=self.lead + self.fade_in, last=end - self.fade_out)


def offsets(
    segment: StatedSegment, kept: Kept, heard: Stretch, chosen: Collection[int] | None
) -> Iterator[tuple[StatedWord, tuple[Likeness | None, Likeness | None]]]:
    """Yield the chosen words of a segment, or all, and where their ends are found; None if that cannot be told.

    Raises `OtherWords` if the words are not those of the take.
    """
    words = kept.speech.alignment.words
    if [word.text for word in words] != [word.text for word in segment.words]:
        raise OtherWords("its words are not those of its take")
    original = kept.original
    known: dict[tuple[int, int], Likeness | None] = {}

    def offset(at: int, stated: int) -> Likeness | None:
        if (at, stated) not in known:  # a word mostly begins where another ends
            known[at, stated] = _find(original, at, heard, stated)
        return known[at, stated]

    for index, (spoken, stated) in enumerate(zip(words, segment.words, strict=True)):
        if chosen is None or index in chosen:
            ends = [
                min(max(end, kept.lead), kept.lead + kept.n_samples) for end in (spoken.start, spoken.end)
            ]
            yield stated, (offset(ends[0], stated.start), offset(ends[1], stated.end))


def _find(original: Original, at: int, heard: Stretch, stated: int) -> Likeness | None:
    likeness = None
    for seconds in (NEAR_SECONDS, FAR_SECONDS):
        n_search = round(seconds * heard.pcm.sample_rate)
        likeness = find(original, at, heard.pcm, stated - heard.first, n_search)
        if likeness is None or likeness.is_found:
            return likeness
    return likeness
