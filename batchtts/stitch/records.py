"""The alignment files: `batchtts.segment/1`, one a line, and `batchtts.chapter/1`.

Their JSON Schemas lie in `batchtts/schemas`.  Nothing in them depends on the time of day, on the machine
or on the order in which segments were rendered.
"""

import json

from batchtts import alignment as alignments
from batchtts.job import Job
from batchtts.model import Chapter, OutputFile, Plan
from batchtts.stitch.seams import Seam
from batchtts.stitch.timeline import Cut, Timeline
from batchtts.takes.form import StoredTake

SEGMENT_SCHEMA = "batchtts.segment/1"
CHAPTER_SCHEMA = "batchtts.chapter/1"

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def segment_record(
    plan: Plan, chapter: Chapter, cut: Cut, stored: StoredTake, pcm_sha256: str
) -> dict[str, object]:
    """Return what is known of a segment and its take; times are in samples of the whole take."""
    segment, take = cut.segment, cut.take
    document, locator = plan.documents[segment.span.document], segment.span.locator
    wanted = segment.most_seconds if segment.length_seconds is None else segment.length_seconds
    return {
        "schema": SEGMENT_SCHEMA,
        "id": segment.id,
        "index": segment.index,
        "chapter": chapter.id,
        "language": plan.language,
        "text": segment.text,
        "spoken_text": None,
        "source": {
            "document": document.name,
            "sha256": document.sha256,
            "text_sha256": document.text_sha256,
            "char": [segment.span.start, segment.span.end],
            "locator": {"href": locator.href, "xpath": locator.xpath, "line": locator.line},
        },
        "speaker": {"id": segment.voice.name, "name": segment.voice.voice, "gender": None, "synthetic": True},
        "engine": {
            "name": stored.engine["name"],
            "version": stored.engine["version"],
            "api": None,
            "model": stored.engine["identity"],
        },
        "request": {
            "voice": segment.voice.voice,
            "seed": take.seed,
            "speed": segment.speed,
            "length_s": wanted,
            "length_policy": None if wanted is None else str(segment.lengths.policy),
            "params": dict(sorted(segment.voice.settings.items())),
            "key": segment.fingerprint,
        },
        "audio": {
            "path": take.name,
            "sha256": take.sha256,
            "pcm_sha256": pcm_sha256,
            **_sound(take.sample_rate, take.n_samples),
        },
        "alignment": alignments.to_json(stored.speech.alignment),
        # Not those of `take`: their order depends on whether they have been through the ledger.
        "checks": stored.checks,
    }


def timeline_record(cut: Cut, seam: Seam, segments_file: str, pcm_sha256: str) -> dict[str, object]:
    """Return where a take lies in its chapter; `pcm_sha256` is that of the whole take."""
    return {
        "segment": cut.segment.id,
        "start": cut.start,
        "num_samples": cut.n_samples,
        "trim": [cut.lead, cut.tail],
        "fade": [seam.fade_in, seam.fade_out],
        "gap_after": cut.gap_after,
        "boundary": str(cut.segment.boundary),
        "alignment": segments_file,
        "pcm_sha256": pcm_sha256,
    }


def chapter_opening(plan: Plan, chapter: Chapter) -> bytes:
    """Return the record of a chapter up to its timeline; entries and `chapter_closing` are to follow.

    It is written piece by piece because a timeline has thousands of entries.
    """
    record: dict[str, object] = {
        "schema": CHAPTER_SCHEMA,
        "id": chapter.id,
        "number": chapter.number,
        "title": chapter.title,
        "parts": list(chapter.parts),
        "document": chapter.document,
        "language": plan.language,
    }
    return ("{\n" + _fields(record) + ',\n "timeline": [').encode()


def chapter_closing(plan: Plan, timeline: Timeline, audio: OutputFile, pcm_sha256: str) -> bytes:
    """Return the end of the record of a chapter; times are in samples of its audio."""
    record: dict[str, object] = {
        "audio": {
            "path": audio.path,
            "sha256": audio.sha256,
            "pcm_sha256": pcm_sha256,
            **_sound(timeline.sample_rate, timeline.n_samples),
        },
        "processing": processing(plan.job, timeline.sample_rate),
        "encodings": [],
    }
    return ("\n ],\n" + _fields(record) + "\n}\n").encode()


def processing(job: Job, sample_rate: int) -> list[dict[str, object]]:
    """Return what was done to the takes on their way into the chapter."""
    done: list[dict[str, object]] = []
    room_tone = job.output.room_tone
    if room_tone.level_dbfs is not None:
        done.append({"op": "room_tone", "level_dbfs": room_tone.level_dbfs, "seed": room_tone.seed})
    if n_fade := round(job.pauses.fade * sample_rate):
        done.append({"op": "fade", "num_samples": n_fade})
    return done


def line(record: dict[str, object]) -> bytes:
    """Return a record as a line of JSON."""
    return _compact(record).encode() + b"\n"


def entry(record: dict[str, object], index: int) -> bytes:
    """Return a record as an entry of a timeline, on a line of its own."""
    return ("," if index else "").encode() + b"\n  " + _compact(record).encode()


def _fields(record: dict[str, object]) -> str:
    return ",\n".join(f" {json.dumps(key)}: {_compact(value)}" for key, value in record.items())


def _sound(sample_rate: int, n_samples: int) -> dict[str, object]:
    return {
        "container": "wav",
        "sample_format": "s16",
        "sample_rate": sample_rate,
        "channels": 1,
        "num_samples": n_samples,
        "duration_s": round(n_samples / sample_rate, 6),
    }
