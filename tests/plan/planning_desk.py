"""Where plans are made, of a manifest and the files beside it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from batchtts.engines.tone import ToneEngine
from batchtts.model import Chapter, Plan, Segment
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import read_documents
from batchtts.plan.planning import Planner
from batchtts.plan.voicing import EngineInfo

ENGINE = EngineInfo(ToneEngine.traits, asyncio.run(ToneEngine().voices()))
OTHER = EngineInfo(replace(ToneEngine.traits, name="other", identity="other/1"), ENGINE.voices)
VOICES = {"narrator": {"engine": "tone", "voice": "hum"}}


@dataclass(frozen=True, slots=True)
class Planned:
    """A whole plan: small ones may be held."""

    head: Plan
    chapters: tuple[Chapter, ...]

    def segments(self) -> Iterator[Segment]:
        """Return every segment in reading order."""
        for chapter in self.chapters:
            yield from chapter.segments


class Desk:
    """A folder with a manifest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        """Write a file beside the manifest."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def lines(self, *rows: dict[str, object]) -> None:
        """Write `lines.jsonl`."""
        self.write("lines.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def planner(self, engine: EngineInfo = ENGINE, **keys: object) -> Planner:
        """Return the planner of a job that reads `book.md` unless told otherwise."""
        form = {"voices": VOICES, "documents": ["book.md"]} | keys
        job = load_job(self.write("job.yaml", json.dumps(form)))
        return Planner(job, read_documents(job.sources), {"tone": engine, "other": OTHER})

    def plan(self, text: str = "", *, engine: EngineInfo = ENGINE, **keys: object) -> Planned:
        """Return the plan of a text in Markdown, or of the `documents` given."""
        self.write("book.md", text)
        planner = self.planner(engine, **keys)
        chapters = tuple(planner.chapters())
        return Planned(planner.plan(), chapters)
