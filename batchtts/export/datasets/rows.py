"""A row of a dataset as columns: what formats have in common that can hold more than a text and a sound.

All rows of a dataset have the same columns of the same types, whatever is known of each: readers take those of the first for
those of all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from batchtts.alignment import AlignmentItem
from batchtts.export.rows.judging import FLAGS
from batchtts.export.utterance import Utterance
from batchtts.query.values import COMPARED, MEASURED

EXTRA = "extra_"
"""What goes before the name of a column of the user's own that is called as one of ours."""

WORD: Mapping[str, Any] = {
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

OWN: Mapping[str, Any] = {
    "id": "string",
    "text": "string",
    "normalized": "string",
    "language": "string",
    "speaker": "string",
    "speaker_id": "int64",
    "gender": "string",
    "seconds": "float64",
    "sample_rate": "int64",
    "num_samples": "int64",
    "words": [WORD],
    "level": "string",
    "times_from": "string",
    "text_id": "string",
    "document": "string",
    "chapter": "string",
    "chapter_title": "string",
    "index": "int64",
    "before": "string",
    "after": "string",
    "engine": "string",
    "engine_version": "string",
    "voice": "string",
    "seed": "int64",
    "speed": "float64",
    "request": "string",
    "pcm_sha256": "string",
    "synthetic": "bool",
    "flags": "string",
}
"""The types of what every row has."""

_COUNTS = {"characters", "phones", "clipped"}
VALUES: Mapping[str, Any] = {
    value.name: "int64" if value.name in _COUNTS else "float64" for value in MEASURED if value.name not in OWN
}
"""The types of what was measured; not every row has all of it."""

_PLACES = {"audio", "file_name", "split"}
"""What formats call the columns by which they find the sound of a row, or its split."""

_OF_OTHERS = {value.name for value in COMPARED}
_FLAGS = {rule.name for rule in FLAGS if not any(_OF_OTHERS & {*each.names} for each in rule.query.clauses)}
"""The flags that follow from a row itself: with others, a text that is changed would change rows that it is not in."""

_CONVERSIONS = {"string": str, "float64": float, "int64": int, "bool": bool}


def types(extra: Mapping[str, str]) -> dict[str, Any]:
    """Return the types of all columns; `extra` are those of the user's own."""
    return {**OWN, **VALUES, **{_named(name): kind for name, kind in extra.items()}}


def columns(utterance: Utterance, extra: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of a row but for its sound; times are in samples, and in seconds with six decimals."""
    row = _own(utterance)
    for name in VALUES:
        row[name] = utterance.values.get(name)
    for name, kind in extra.items():
        value = utterance.extra.get(name)
        row[_named(name)] = None if value is None else _CONVERSIONS[kind](value)
    return row


def _named(name: str) -> str:
    """Return what a column of the user's own is called, which is no name of ours and of no other column.

    Hugging Face's `datasets` takes whatever ends in `file_name` for a sound that it has to load.
    """
    is_ours = name in OWN or name in VALUES or name in _PLACES
    named = f"{EXTRA}{name}" if is_ours or name.startswith(EXTRA) else name
    return f"{named}_" if named.rstrip("_").endswith(("file_name", "file_names")) else named


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
        "times_from": str(utterance.alignment.origin),
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
        "flags": " ".join(flag for flag in utterance.flags if flag in _FLAGS),
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
