"""What is measured of a row; `batchtts.query.values` says what each value means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from batchtts.alignment import SILENCE, AlignmentItem, ItemKind, Level
from batchtts.export.utterance import Utterance
from batchtts.job import Scalar

_WORD = re.compile(r"\S*[^\W_]\S*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthAsked:
    """How long a recording was asked to last, and how long it does, in seconds."""

    requested: float
    obtained: float


def written_words(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text begin and end: what stands between spaces and has a letter or a digit in it."""
    return [found.span() for found in _WORD.finditer(text)]


def measured(utterance: Utterance, length: LengthAsked | None = None) -> dict[str, Scalar]:
    """Return the values of a row; those that mean nothing for it are left out."""
    words = [item for item in utterance.alignment.items if item.kind is ItemKind.WORD and item.n_samples]
    return {
        "seconds": round(utterance.seconds, 6),
        "characters": len(utterance.text),
        **_of_words(utterance, words),
        **_of_rate(utterance, words),
        **_of_sound(utterance, words),
        **_of_length(length),
    }


def _of_words(utterance: Utterance, words: Sequence[AlignmentItem]) -> Mapping[str, Scalar]:
    written = written_words(utterance.text)
    found: dict[str, Scalar] = {"words": len(written)}
    if utterance.alignment.level is Level.SEGMENT:
        return found
    if written:
        found["words_aligned"] = round(_n_aligned(written, words) / len(written), 4)
    pauses = [after.start - before.end for before, after in pairwise(words)]
    found["longest_pause"] = round(max(pauses, default=0) / utterance.audio.sample_rate, 6)
    return found


def _n_aligned(written: Sequence[tuple[int, int]], words: Sequence[AlignmentItem]) -> int:
    """Return how many of the words of a text have an item that is heard; both are in the order of the text."""
    n_aligned = index = 0
    for first, last in written:
        while index < len(words) and words[index].char[1] <= first:
            index += 1
        n_aligned += index < len(words) and words[index].char[0] < last
    return n_aligned


def _of_rate(utterance: Utterance, words: Sequence[AlignmentItem]) -> Mapping[str, Scalar]:
    first, last = (words[0].start, words[-1].end) if words else (0, utterance.audio.n_samples)
    seconds = (last - first) / utterance.audio.sample_rate
    if not seconds:
        return {}
    found: dict[str, Scalar] = {"chars_per_second": round(len(utterance.text) / seconds, 3)}
    if utterance.alignment.level is Level.PHONEME:
        n_phones = sum(phoneme != SILENCE for word in words for phoneme in word.phonemes)
        found["phones"] = n_phones
        found["phones_per_second"] = round(n_phones / seconds, 3)
    return found


def _of_sound(utterance: Utterance, words: Sequence[AlignmentItem]) -> Mapping[str, Scalar]:
    from batchtts.audio.levels import measure  # numpy: a command that exports nothing needs none

    rate = utterance.audio.sample_rate
    knows_words = utterance.alignment.level is not Level.SEGMENT
    levels = measure(utterance.audio, speech=_stretches(words) if knows_words else ())
    found: dict[str, Scalar] = {
        "lead_silence": round(levels.n_lead / rate, 6),
        "tail_silence": round(levels.n_tail / rate, 6),
        "rms_dbfs": round(levels.rms_dbfs, 2),
        "peak_dbfs": round(levels.peak_dbfs, 2),
        "dc_offset": round(levels.dc_offset, 6),
        "clipped": levels.n_clipped,
    }
    if knows_words:
        found["inner_silence"] = round(levels.n_inner / rate, 6)
    return found


def _stretches(words: Sequence[AlignmentItem]) -> list[tuple[int, int]]:
    """Return the stretches in which one word follows the other at once."""
    found: list[tuple[int, int]] = []
    for word in words:
        if found and found[-1][1] == word.start:
            found[-1] = found[-1][0], word.end
        else:
            found.append((word.start, word.end))
    return found


def _of_length(length: LengthAsked | None) -> Mapping[str, Scalar]:
    if length is None or not length.requested:
        return {}
    error = length.obtained / length.requested - 1
    return {"length_requested": round(length.requested, 6), "length_error": round(error, 6)}
