"""Chapters with headings, scenes and two voices at once, made of the nasty one."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nasty_six import chapter

from batchtts.export.timed import TimedChapter


def with_boundaries(folder: Path, boundaries: Sequence[str], **changes: object) -> TimedChapter:
    """Return a chapter after whose segments come these boundaries; `changes` are made to its values."""
    own = chapter(folder)
    form = json.loads(own.timeline.read_bytes())
    for entry, boundary in zip(form["timeline"], boundaries, strict=True):
        entry["boundary"] = boundary
    own.timeline.write_text(json.dumps(form))
    return replace(own, **changes)


def with_two_at_once(folder: Path, *, speaker: str | None = None) -> TimedChapter:
    """Return a chapter whose second segment begins while the first is spoken, as in a dub; `speaker` speaks all."""
    own = chapter(folder)
    form = json.loads(own.timeline.read_bytes())
    form["timeline"][1]["start"] = form["timeline"][0]["start"] + form["timeline"][0]["num_samples"] // 2
    own.timeline.write_text(json.dumps(form))
    if speaker is not None:
        records = [json.loads(line) for line in own.records.read_text().splitlines()]
        lines = [json.dumps({**record, "speaker": {"id": speaker}}) + "\n" for record in records]
        own.records.write_text("".join(lines))
    return own
