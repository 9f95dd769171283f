"""Which stretch of text is spoken when, in samples.

An alignment belongs to one recording.  Its items tile that recording: the first starts at 0, each next
one where the one before it ends, the last ends with the audio.  Integers in samples are the truth;
seconds are derived from them where a person or a script wants them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

SILENCE = "sil"
"""The phoneme symbol of an item in which nothing is said."""


class ItemKind(StrEnum):
    """What an item covers."""

    WORD = "word"
    PUNCT = "punct"
    SILENCE = "silence"


class Level(StrEnum):
    """The finest unit whose time is known."""

    PHONEME = "phoneme"
    WORD = "word"
    SEGMENT = "segment"


class Origin(StrEnum):
    """Who says so."""

    ENGINE = "engine"
    ALIGNER = "aligner"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentItem:
    """One stretch of a recording.

    `start` and `n_samples` count samples; `char` is the half-open range of code points in the segment's
    text, so that `text == segment_text[char[0]:char[1]]`.  `phonemes` and `phoneme_n_samples` go in
    parallel and add up to `n_samples`; both are empty where phonemes are not known.  `spoken` is what
    was said where that differs from what is written.
    """

    kind: ItemKind
    text: str
    start: int
    n_samples: int
    char: tuple[int, int]
    phonemes: tuple[str, ...] = ()
    phoneme_n_samples: tuple[int, ...] = ()
    spoken: str | None = None

    @property
    def end(self) -> int:
        """Return the sample after the last one of this item."""
        return self.start + self.n_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """All items of one recording, and how far they can be trusted.

    `frame` is the grid on which the engine times things, in samples; `alphabet` names the phonemes'
    script; `text_match` says how the items met the text: exact, count, edit or none.
    """

    sample_rate: int
    level: Level
    origin: Origin
    items: tuple[AlignmentItem, ...]
    frame: int = 1
    alphabet: str | None = None
    text_match: str = "exact"
    tool: str | None = None

    @property
    def n_samples(self) -> int:
        """Return the length of the recording that the items tile."""
        return self.items[-1].end if self.items else 0

    @property
    def words(self) -> tuple[AlignmentItem, ...]:
        """Return the items in which something is said."""
        return tuple(item for item in self.items if item.kind is ItemKind.WORD)

    @property
    def speech(self) -> tuple[int, int]:
        """Return the samples from the first word's beginning to the last one's end; all, if no word is known."""
        words = self.words
        return (words[0].start, words[-1].end) if words else (0, self.n_samples)


def silence(start: int, n_samples: int, char: int, *, phonemes: bool) -> AlignmentItem:
    """Return an item in which nothing is said, at the position `char` of the text."""
    return AlignmentItem(
        kind=ItemKind.SILENCE,
        text="",
        start=start,
        n_samples=n_samples,
        char=(char, char),
        phonemes=(SILENCE,) if phonemes else (),
        phoneme_n_samples=(n_samples,) if phonemes else (),
    )


def shift(
    items: Iterable[AlignmentItem], *, n_samples: int, n_characters: int = 0
) -> tuple[AlignmentItem, ...]:
    """Return the items as they are when `n_samples` and `n_characters` go before them."""
    return tuple(
        replace(
            item,
            start=item.start + n_samples,
            char=(item.char[0] + n_characters, item.char[1] + n_characters),
        )
        for item in items
    )


def scale(alignment: Alignment, *, n_samples: int) -> Alignment:
    """Return the alignment of the same recording stretched to `n_samples`.

    Boundaries are rounded one by one from the exact ratio, so no error adds up and the items still tile.
    """
    before = alignment.n_samples
    if n_samples == before:
        return alignment

    def at(position: int) -> int:
        return _nearest(position * n_samples, before) if before else 0

    return replace(alignment, items=tuple(_moved(item, at) for item in alignment.items))


def at_rate(alignment: Alignment, sample_rate: int) -> Alignment:
    """Return the alignment of the same recording at another rate: each boundary is at the sample nearest in time.

    The ratio is that of the rates: that of the lengths, which are whole numbers, is only near it.
    """
    before = alignment.sample_rate

    def at(position: int) -> int:
        return _nearest(position * sample_rate, before)

    frame, rest = divmod(alignment.frame * sample_rate, before)
    items = tuple(_moved(item, at) for item in alignment.items)
    return replace(alignment, items=items, sample_rate=sample_rate, frame=1 if rest else frame)


def crop(alignment: Alignment, start: int, end: int) -> Alignment:
    """Return the alignment of the samples from `start` up to `end` of the same recording.

    A silence of which nothing is left is left out; whatever is written stays, with no length if need be.
    """

    def at(position: int) -> int:
        return min(max(position, start), end) - start

    moved = (_moved(item, at) for item in alignment.items)
    return replace(
        alignment,
        items=tuple(item for item in moved if item.n_samples or item.kind is not ItemKind.SILENCE),
    )


def extend(alignment: Alignment, n_samples: int) -> Alignment:
    """Return the alignment of the same recording with so many samples of silence behind it."""
    if not n_samples:
        return alignment
    *items, last = alignment.items
    phonemes = alignment.level is Level.PHONEME
    if last.kind is ItemKind.SILENCE:
        tail = silence(last.start, last.n_samples + n_samples, last.char[0], phonemes=phonemes)
        return replace(alignment, items=(*items, tail))
    tail = silence(last.end, n_samples, last.char[1], phonemes=phonemes)
    return replace(alignment, items=(*items, last, tail))


def _nearest(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to a ratio; halves go up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _moved(item: AlignmentItem, at: Callable[[int], int]) -> AlignmentItem:
    """Return an item whose boundaries are where `at` says."""
    bounds = [at(bound) for bound in accumulate(item.phoneme_n_samples, initial=item.start)]
    return replace(
        item,
        start=at(item.start),
        n_samples=at(item.end) - at(item.start),
        phoneme_n_samples=tuple(after - first for first, after in pairwise(bounds)),
    )


def to_json(alignment: Alignment) -> dict[str, object]:
    """Return the alignment in the form of `batchtts.segment/1`; whoever writes files sorts nothing."""
    return {
        "origin": str(alignment.origin),
        "tool": alignment.tool,
        "level": str(alignment.level),
        "sample_rate": alignment.sample_rate,
        "frame": alignment.frame,
        "alphabet": alignment.alphabet,
        "text_match": alignment.text_match,
        "residual": 0,
        "items": [_item_to_json(item, alignment.sample_rate) for item in alignment.items],
    }


def _item_to_json(item: AlignmentItem, sample_rate: int) -> dict[str, object]:
    form: dict[str, object] = {
        "kind": str(item.kind),
        "text": item.text,
        "start": item.start,
        "duration": item.n_samples,
        "start_s": round(item.start / sample_rate, 6),
        "duration_s": round(item.n_samples / sample_rate, 6),
        "char": list(item.char),
    }
    if item.spoken is not None:
        form["spoken"] = item.spoken
    if item.phonemes:
        form["phonemes"] = list(item.phonemes)
        form["phoneme_durations"] = list(item.phoneme_n_samples)
    return form


def from_json(form: Mapping[str, Any]) -> Alignment:
    """Return the alignment that `to_json` gave; raise `KeyError`, `TypeError` or `ValueError` for another."""
    return Alignment(
        sample_rate=form["sample_rate"],
        level=Level(form["level"]),
        origin=Origin(form["origin"]),
        items=tuple(_item_from_json(item) for item in form["items"]),
        frame=form["frame"],
        alphabet=form["alphabet"],
        text_match=form["text_match"],
        tool=form["tool"],
    )


_KINDS = {str(kind): kind for kind in ItemKind}


def _item_from_json(form: Mapping[str, Any]) -> AlignmentItem:
    first, last = form["char"]
    return AlignmentItem(
        kind=_KINDS[form["kind"]],
        text=form["text"],
        start=form["start"],
        n_samples=form["duration"],
        char=(first, last),
        phonemes=tuple(form.get("phonemes", ())),
        phoneme_n_samples=tuple(form.get("phoneme_durations", ())),
        spoken=form.get("spoken"),
    )


def faults(alignment: Alignment, *, text: str, n_samples: int) -> list[str]:
    """Return what is inconsistent in an alignment of `text` to a recording of `n_samples` samples."""
    found = []
    position = 0
    for index, item in enumerate(alignment.items):
        name = f"item {index} ({item.text!r})"
        if item.start != position:
            found.append(f"{name} starts at {item.start}, not where the one before it ends ({position})")
        position = item.end
        found += [f"{name} {fault}" for fault in _item_faults(item, text, alignment.level)]
    if position != n_samples:
        found.append(f"the items end at sample {position}, the audio at {n_samples}")
    found += _order_faults(alignment.items)
    return found


def _item_faults(item: AlignmentItem, text: str, level: Level) -> Iterable[str]:
    if item.n_samples < 0:
        yield "has a negative length"
    first, last = item.char
    if not 0 <= first <= last <= len(text) or text[first:last] != item.text:
        yield f"does not stand at characters {first} to {last} of the text"
    yield from _phoneme_faults(item, level)


def _phoneme_faults(item: AlignmentItem, level: Level) -> Iterable[str]:
    if len(item.phonemes) != len(item.phoneme_n_samples):
        yield "has phonemes without a length, or lengths without a phoneme"
    elif item.phonemes and sum(item.phoneme_n_samples) != item.n_samples:
        yield "is not as long as its phonemes"
    if any(n_samples < 0 for n_samples in item.phoneme_n_samples):
        yield "has a phoneme of a negative length"
    if level is Level.PHONEME and item.kind is ItemKind.WORD and not item.phonemes:
        yield "has no phonemes, though the alignment says that it knows them"
    if level is not Level.PHONEME and item.phonemes:
        yield "has phonemes, though the alignment says that it does not know them"


def _order_faults(items: Sequence[AlignmentItem]) -> Iterable[str]:
    for before, after in pairwise(items):
        if after.char[0] < before.char[1]:
            yield f"{after.text!r} comes after {before.text!r} in the audio and before it in the text"
