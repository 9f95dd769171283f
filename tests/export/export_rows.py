"""Recordings as a dataset gets them, made in a line: what they say, who speaks, and how they sound."""

from dataclasses import replace
from typing import Any

import nasty_six
import numpy as np

from batchtts import alignment as alignments
from batchtts.alignment import Alignment, Level
from batchtts.audio.pcm import Pcm
from batchtts.export.rejects import Reject
from batchtts.export.rows.preparing import Preparation
from batchtts.export.rows.rates import Rates
from batchtts.export.utterance import Utterance
from batchtts.job import Dataset
from batchtts.query.parsing import parse

RATE = nasty_six.RATE


def recording(
    text: str,
    *,
    number: int = 0,
    seed: int | None = None,
    speaker: str = "anna",
    split: str = "",
    level: Level = Level.PHONEME,
    **origin: Any,
) -> Utterance:
    """Return a recording of a text; those of the same text and seed sound the same."""
    [first, *_] = nasty_six.utterances()
    own = nasty_six.alignment(text, level)
    own = alignments.scale(own, n_samples=3 * own.n_samples)  # as slowly as people speak
    return replace(
        first,
        number=number,
        id=f"row-{number:04d}",
        text=text,
        normalized=text,
        speaker=next(each for each in nasty_six.SPEAKERS if each.id == speaker),
        split=split,
        audio=nasty_six.sound(own, number if seed is None else seed),
        alignment=own,
        values={},
        origin=replace(first.origin, **origin),
    )


def sounding(
    row: Utterance, samples: "np.ndarray[Any, Any]", alignment: Alignment | None = None
) -> Utterance:
    """Return a recording with these samples."""
    audio = Pcm(np.asarray(samples).astype("<i2").tobytes(), RATE)
    return replace(row, audio=audio, alignment=alignment or row.alignment)


def samples(row: Utterance) -> "np.ndarray[Any, Any]":
    """Return the samples of a recording, to be changed."""
    return np.frombuffer(row.audio.data, "<i2").copy()


def prepared(
    *recordings: Utterance, keep: str | None = None, rates: Rates | None = None, **settings: Any
) -> list[Utterance | Reject]:
    """Return what becomes of recordings in a dataset with these settings."""
    dataset = Dataset(keep=None if keep is None else parse(keep), **settings)
    preparation = Preparation(dataset, rates or Rates())
    return [preparation.prepare(each) for each in recordings]


def reasons(rows: list[Utterance | Reject]) -> list[str | None]:
    """Return why each is left out, None for those that are not."""
    return [row.reason if isinstance(row, Reject) else None for row in rows]


def row_of(*recordings: Utterance, **settings: Any) -> Utterance:
    """Return what becomes of the last recording, which must not be left out."""
    row = prepared(*recordings, **settings)[-1]
    assert isinstance(row, Utterance), row
    return row
