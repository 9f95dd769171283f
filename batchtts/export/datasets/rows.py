"""A row of a dataset as columns: what formats have in common that can hold more than a text and a sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from batchtts.alignment import AlignmentItem
from batchtts.export.utterance import Utterance
from batchtts.query.values import MEASURED

EXTRA = "extra_"
"""What goes before the name of a column of the user's own that is called as one of ours."""


WORD: dict[str, Any] = {
    "word": "string",
    "start": "float64",
    "end": "float64",
    "start_sample": "int64",
    "num_samples": "int64",
    "phones": ["string"],
    "phone_num_samples": ["int64"],
    "char_start": "int64",
    "char_end": "int64",
}
"""The types of what is known of a word; a list is that of its entries."""

_OTHER_TYPES: dict[str, Any] = {
    "words": [WORD],
    "synthetic": "bool",
    **dict.fromkeys(("seconds", "speed"), "float64"),
    **dict.fromkeys(("speaker_id", "sample_rate", "num_samples", "index", "seed"), "int64"),
}
"""Those of our columns that are no texts."""


_CONVERSIONS = {"string": str, "float64": float, "int64": int, "bool": bool}


def typed(utterance: Utterance, extra: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of a row with the user's own as the types are that all rows have them in."""
    row = columns(utterance)
    for name, kind in extra.items():
        own = f"{EXTRA}{name}" if f"{EXTRA}{name}" in row else name
        if row.get(own) is not None:
            row[own] = _CONVERSIONS[kind](row[own])
    return row


def types(utterance: Utterance, extra: Mapping[str, str]) -> dict[str, Any]:
    """Return the types of all columns, those of the user's own as they are told: as some row has them, or might."""
    found = {name: _OTHER_TYPES.get(name, "string") for name in _own(utterance)}
    found |= {value.name: "float64" for value in MEASURED if value.name not in found}
    return found | {_named(name, found): kind for name, kind in extra.items()}


def columns(utterance: Utterance) -> dict[str, Any]:
    """Return what is known of a row but for its sound; times are in samples, and in seconds with six decimals."""
    known = _own(utterance)
    known |= {name: value for name, value in utterance.values.items() if name not in known}
    return known | {_named(name, known): value for name, value in utterance.extra.items()}


def _own(utterance: Utterance) -> dict[str, Any]:
    origin = utterance.origin
    return {
        "id": utterance.id,
        "text": utterance.text,
        "normalized": utterance.normalized,
        "language": utterance.language,
        "speaker": utterance.speaker.id,
        "speaker_id": utterance.speaker.number,
        "gender": utterance.speaker.gender,
        "seconds": round(utterance.seconds, 6),
        "sample_rate": utterance.audio.sample_rate,
        "num_samples": utterance.audio.n_samples,
        "words": list(words(utterance)),
        "level": str(utterance.alignment.level),
        "text_id": utterance.text_id,
        "document": origin.document,
        "chapter": origin.chapter,
        "chapter_title": origin.chapter_title,
        "index": origin.index,
        "before": utterance.before,
        "after": utterance.after,
        "engine": origin.engine,
        "engine_version": origin.engine_version,
        "voice": utterance.speaker.voice,
        "seed": origin.seed,
        "speed": origin.speed,
        "request": origin.request,
        "pcm_sha256": utterance.pcm_sha256,
        "synthetic": True,
    }


def words(utterance: Utterance) -> Iterator[dict[str, Any]]:
    """Yield the words of a row, each with its phonemes, which are none where they are not known."""
    rate = utterance.alignment.sample_rate
    for item in utterance.alignment.words:
        yield {
            "word": item.text,
            "start": round(item.start / rate, 6),
            "end": round(item.end / rate, 6),
            "start_sample": item.start,
            "num_samples": item.n_samples,
            "phones": list(item.phonemes),
            "phone_num_samples": list(item.phoneme_n_samples),
            "char_start": item.char[0],
            "char_end": item.char[1],
        }


def phones(item: AlignmentItem) -> Iterator[tuple[str, int, int]]:
    """Yield the phonemes of a word that last any time, each with the sample where it begins and how many it has."""
    position = item.start
    for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
        if n_samples:
            yield phoneme, position, n_samples
        position += n_samples


def _named(name: str, known: Mapping[str, Any]) -> str:
    return f"{EXTRA}{name}" if name in known else name
