"""The beta's durations become an alignment: groups of phonemes, which name no words, meet the words of the text.

A group is what stands between two spaces.  Signs that nobody speaks, at its edges or alone, are pauses: the
service puts punctuation and silence next to the word before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchtts.alignment import Alignment, Level, Origin
from batchtts.engines.lmnt.matching import Match, match_groups
from batchtts.engines.tiling import SpokenPhoneme, SpokenWord, tile
from batchtts.engines.words import find_words
from batchtts.lmnt import wire

_SILENCES = frozenset({"sil", "sp", "pau", "silence", "pause"})


@dataclass(frozen=True, slots=True)
class Group:
    """The phonemes of what is spoken as one word."""

    phonemes: tuple[SpokenPhoneme, ...]

    @property
    def start(self) -> int:
        """Return the sample at which it begins."""
        return self.phonemes[0].start

    @property
    def end(self) -> int:
        """Return the sample at which it has ended."""
        return self.phonemes[-1].end


def align_phonemes(
    text: str, entries: Iterable[tuple[Sequence[str], Sequence[int]]], *, n_samples: int, tool: str
) -> Alignment:
    """Return the alignment of a text, which has a word, to the symbols of each entry and their samples.

    Raises `ValueError` where the entries have no word, or end more than a frame off the audio.  Within a
    frame what is too long is cut, and what is too short is silence.
    """
    groups, end = _groups(entries, n_samples)
    if abs(end - n_samples) > wire.FRAME_SAMPLES:
        raise ValueError(f"the durations end at sample {end}, the audio at {n_samples}")
    if not groups:
        raise ValueError("the durations hold no phoneme that is heard")
    words = find_words(text)
    matches = match_groups(words, [len(group.phonemes) for group in groups])
    spoken = [
        SpokenWord(
            char=(words[match.start].start, words[match.end - 1].end),
            start=groups[match.first].start,
            end=groups[match.last - 1].end,
            phonemes=_phonemes(groups, match),
        )
        for match in matches
    ]
    return Alignment(
        sample_rate=wire.SAMPLE_RATE,
        level=Level.PHONEME,
        origin=Origin.ENGINE,
        items=tile(text, spoken, n_samples=n_samples, phonemes=True),
        frame=wire.FRAME_SAMPLES,
        text_match="count" if len(words) == len(groups) else "edit",
        tool=tool,
    )


def is_silent(symbol: str) -> bool:
    """Return whether nobody speaks a symbol: a space, punctuation, or a name of silence."""
    letters = "".join(sign for sign in symbol if sign.isalnum()).casefold()
    return not letters or letters in _SILENCES


def _groups(
    entries: Iterable[tuple[Sequence[str], Sequence[int]]], n_samples: int
) -> tuple[list[Group], int]:
    """Return what is spoken, without the silence around it, and the sample at which all would have ended."""
    groups: list[Group] = []
    end = 0
    for symbols, lengths in entries:
        heard: list[SpokenPhoneme] = []
        for symbol, length in zip(symbols, lengths, strict=True):
            start, end = end, end + length
            heard.append(SpokenPhoneme(symbol=symbol, start=min(start, n_samples), end=min(end, n_samples)))
        spoken = [index for index, phoneme in enumerate(heard) if not is_silent(phoneme.symbol)]
        if spoken:
            groups.append(Group(tuple(heard[spoken[0] : spoken[-1] + 1])))
    return groups, end


def _phonemes(groups: Sequence[Group], match: Match) -> tuple[SpokenPhoneme, ...]:
    return tuple(phoneme for group in groups[match.first : match.last] for phoneme in group.phonemes)
