"""The digest of a chapter: the hash of all that a job and its documents contribute to its files."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from batchtts.job import Job
from batchtts.model import RECIPE, DocumentInfo, Dubbing, Segment, canonical_json


def frame_of(job: Job, document: DocumentInfo, language: str) -> list[object]:
    """Return what all chapters of a document have in common."""
    output, document_form = job.output, [document.name, document.sha256, document.text_sha256]
    return [RECIPE, language, document_form, asdict(job.pauses), asdict(output.room_tone)]


def chapter_digest(
    frame: Sequence[object],
    head: Sequence[object],
    segments: Sequence[Segment],
    dubbing: Dubbing | None = None,
) -> str:
    """Return the hash of a chapter: the frame, its own `head` (id, number, titles), its segments and their slots."""
    entries = [
        [
            segment.id,
            segment.fingerprint,
            segment.voice.name,
            segment.span.start,
            segment.span.end,
            segment.span.locator.href,
            segment.span.locator.xpath,
            segment.span.locator.line,
            segment.boundary,
        ]
        for segment in segments
    ]
    form: list[object] = [frame, head, entries]
    if dubbing is not None:
        form += [asdict(dubbing), [asdict(segment.slot) for segment in segments if segment.slot is not None]]
    if any(segment.split is not None or segment.extra for segment in segments):
        form.append({"columns": [[segment.split, segment.extra] for segment in segments]})
    if any(segment.text_id is not None for segment in segments):
        form.append({"text_ids": [segment.text_id for segment in segments]})
    return hashlib.sha256(canonical_json(form).encode()).hexdigest()
