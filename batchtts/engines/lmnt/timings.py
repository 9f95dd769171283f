"""The durations of v1 become an alignment: stretches of the text with their times in seconds.

Words, spaces and punctuation are elements of their own, and silence is one without a text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.alignment import Alignment, Level, Origin
from batchtts.engines.lmnt.matching import fold, match_texts
from batchtts.engines.tiling import SpokenWord, tile
from batchtts.engines.words import Word, find_words
from batchtts.lmnt import wire

LONGEST_TAIL_SECONDS = 2.0
"""Nothing says that the silence after the last word has an element of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A stretch of text that is heard from `start` on, for `duration`, both in seconds."""

    text: str
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """A stretch of text in samples."""

    text: str
    start: int
    end: int


def align_timings(
    text: str, timings: Sequence[Timing], *, n_samples: int, sample_rate: int, tool: str
) -> Alignment:
    """Return the alignment of a text, which has a word, to these timings.

    Raises `ValueError` where they have no word, run backwards, end more than a frame after the audio, or so
    long before it that more than silence is missing.
    """
    heard = _heard(timings, n_samples=n_samples, sample_rate=sample_rate)
    is_exact = "".join(timing.text for timing in timings) == text
    spoken = list(_by_place(text, heard) if is_exact else _by_text(text, heard))
    if not spoken:
        raise ValueError("the durations hold no word")
    return Alignment(
        sample_rate=sample_rate,
        level=Level.WORD,
        origin=Origin.ENGINE,
        items=tile(text, spoken, n_samples=n_samples, phonemes=False),
        frame=wire.FRAME_SAMPLES * sample_rate // wire.SAMPLE_RATE,
        text_match="exact" if is_exact else "edit",
        tool=tool,
    )


def _heard(timings: Sequence[Timing], *, n_samples: int, sample_rate: int) -> list[_Heard]:
    """Return the timings in samples; each boundary is rounded on its own, so no error adds up."""
    frame = wire.FRAME_SAMPLES * sample_rate // wire.SAMPLE_RATE
    heard: list[_Heard] = []
    position = 0
    for timing in timings:
        start = round(timing.start * sample_rate)
        end = round((timing.start + timing.duration) * sample_rate)
        if start < position - 1 or end < start:
            raise ValueError(f"{timing.text!r} begins at {timing.start} s, before what precedes it has ended")
        if end > n_samples + frame:
            raise ValueError(f"{timing.text!r} ends at sample {end}, the audio at {n_samples}")
        start = min(max(start, position), n_samples)
        position = min(max(start, end), n_samples)
        heard.append(_Heard(timing.text, start, position))
    if n_samples - position > LONGEST_TAIL_SECONDS * sample_rate:
        raise ValueError(f"the durations end at sample {position}, the audio at {n_samples}")
    return heard


def _by_place(text: str, heard: Sequence[_Heard]) -> Iterator[SpokenWord]:
    """Yield the words by the characters at which the stretches stand; words that share one stay together."""
    first = read = 0
    start, end = 0, 0
    words = find_words(text)
    joined: list[SpokenWord] = []
    for word in words:
        while read + len(heard[first].text) <= word.start:
            read += len(heard[first].text)
            first += 1
        last, reached = first, read
        while reached + len(heard[last].text) < word.end:
            reached += len(heard[last].text)
            last += 1
        start, end = heard[first].start, heard[last].end
        if joined and start < joined[-1].end:
            before = joined.pop()
            joined.append(SpokenWord(char=(before.char[0], word.end), start=before.start, end=end))
        else:
            joined.append(SpokenWord(char=(word.start, word.end), start=start, end=end))
    yield from joined


def _by_text(text: str, heard: Sequence[_Heard]) -> Iterator[SpokenWord]:
    """Yield the words by what the stretches say, which is not quite what is written."""
    words = find_words(text)
    said = [stretch for stretch in heard if _is_said(stretch, words)]
    if not said:
        return
    for match in match_texts(words, [stretch.text for stretch in said]):
        yield SpokenWord(
            char=(words[match.start].start, words[match.end - 1].end),
            start=said[match.first].start,
            end=said[match.last - 1].end,
        )


def _is_said(stretch: _Heard, words: Sequence[Word]) -> bool:
    signs = {word.text for word in words if word.is_sign}
    return bool(fold(stretch.text)) or stretch.text in signs
