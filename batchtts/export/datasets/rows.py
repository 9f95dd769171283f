"""A row of a dataset as columns: what formats have in common that can hold more than a text and a sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from batchtts.alignment import AlignmentItem
from batchtts.export.utterance import Utterance

EXTRA = "extra_"
"""What goes before the name of a column of the user's own that is called as one of ours."""


def columns(utterance: Utterance) -> dict[str, Any]:
    """Return what is known of a row but for its sound; times are in samples, and in seconds with six decimals."""
    origin = utterance.origin
    known: dict[str, Any] = {
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
    known |= {_named(name, known): value for name, value in utterance.values.items()}
    return known | {_named(name, known): value for name, value in utterance.extra.items()}


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
