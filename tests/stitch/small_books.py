"""Small books for the tests of stitching: planned, spoken by the engine `tone`, and kept as takes."""

import asyncio
import hashlib
import json
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchtts.engine import SpeechRequest
from batchtts.engines.tone import ToneEngine
from batchtts.files import Workspace
from batchtts.job import (
    Job,
    Limits,
    Mark,
    Metadata,
    Output,
    Pauses,
    Rendering,
    RoomTone,
    SegmentSettings,
    Selection,
    Source,
    Voice,
)
from batchtts.model import (
    Anchor,
    Block,
    BlockKind,
    Chapter,
    Document,
    Locator,
    Master,
    Plan,
    Section,
    Segment,
    Take,
)
from batchtts.plan.planning import Planner
from batchtts.plan.voicing import EngineInfo
from batchtts.render.checks import examine
from batchtts.stitch.assembling import assemble
from batchtts.takes.form import StoredTake
from batchtts.takes.packing import Packer
from batchtts.takes.reading import load

Blocks = Sequence[tuple[BlockKind, str, str | None]]
"""The kind of each block of a chapter, its text, and the name of its voice if it is not the narrator's."""

HEADING, PARAGRAPH, VERSE, BREAK = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.VERSE,
    BlockKind.SCENE_BREAK,
)

STORY: tuple[Blocks, ...] = (
    (
        (HEADING, "1. The Ferry", None),
        (PARAGRAPH, "The ferry was late, as it was every day. Nobody minded; nobody was going far.", None),
        (PARAGRAPH, "“Is it 'far' to the island?” asked the boy.", "guest"),
        (BREAK, "", None),
        (PARAGRAPH, "Naïve, perhaps — but 😀 fair!", None),
    ),
    (
        (HEADING, "2. The Song", None),
        (VERSE, "Row the boat out,\nrow it slowly,\nrow it home.", "guest"),
        (PARAGRAPH, "And that was all.", None),
    ),
)

NARRATOR = Voice(name="narrator", engine="tone", voice="low")
GUEST = Voice(name="guest", engine="tone", voice="high", speed=1.25, seed=7)

EMPTY_TAKE = Take(
    fingerprint="",
    number=1,
    seed=0,
    sha256="",
    n_bytes=0,
    sample_rate=1000,
    n_samples=0,
    speech_start=0,
    speech_end=0,
    pack="000001.tar",
    start=512,
)


def book(*chapters: Blocks) -> Document:
    """Return a document with these chapters; each block is a paragraph of its text."""
    text, sections, anchors = "", [], []
    for number, blocks in enumerate(chapters, start=1):
        placed = []
        for kind, words, voice in blocks:
            anchors.append(Anchor(start=len(text), locator=Locator(line=text.count("\n") + 1)))
            placed.append(
                Block(
                    kind=kind,
                    start=len(text),
                    end=len(text) + len(words),
                    settings=SegmentSettings(voice=voice),
                )
            )
            text += f"{words}\n\n" if words else ""
        sections.append(Section(title=f"Chapter {number}", blocks=tuple(placed)))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document(
        name="texts/ferry.txt",
        sha256=sha256,
        text=text,
        text_sha256=sha256,
        sections=tuple(sections),
        anchors=tuple(anchors),
    )


def job_of(
    folder: Path,
    *,
    pauses: Pauses = Pauses(),  # noqa: B008 - frozen
    room_tone: RoomTone = RoomTone(),  # noqa: B008 - frozen
) -> Job:
    """Return a job with two voices and no limits to speak of, whose output folder is `folder`."""
    return Job(
        name="ferry",
        path=Path("ferry.yaml"),
        metadata=Metadata(title="The Ferry", language="en"),
        voices={voice.name: voice for voice in (NARRATOR, GUEST)},
        default_voice="narrator",
        limits=Limits(),
        pauses=pauses,
        rendering=Rendering(),
        sources=(SOURCE,),
        chapters=Selection(),
        output=Output(folder=folder, room_tone=room_tone),
    )


SOURCE = Source(folder=Path(), mark=Mark(file="ferry.yaml", line=1, column=1), pattern="texts/ferry.txt")


def plan_of(job: Job, document: Document) -> tuple[Plan, tuple[Chapter, ...]]:
    """Return the plan of a job that reads one document, and its chapters."""
    engine = ToneEngine()
    info = EngineInfo(engine.traits, asyncio.run(engine.voices()))
    planner = Planner(job, [(SOURCE, [document])], {"tone": info})
    chapters = tuple(planner.chapters())
    return planner.plan(), chapters


def record(segments: Iterable[Segment], workspace: Workspace, number: int = 1) -> dict[str, Take]:
    """Ask the engine for segments, and return their takes, which lie in a pack, by fingerprint."""
    with Packer(workspace) as packer:
        return {segment.fingerprint: packer.store_now(spoken(segment, number)).take for segment in segments}


def spoken(segment: Segment, number: int) -> StoredTake:
    """Ask the engine for a segment, and return what is to be stored of it."""
    request = SpeechRequest(
        text=segment.text,
        voice=segment.voice.voice,
        speed=segment.speed,
        seed=segment.seed,
        length_seconds=segment.length_seconds,
    )
    speech = asyncio.run(ToneEngine().synthesize(request))
    return StoredTake(
        fingerprint=segment.fingerprint,
        number=number,
        text=segment.text,
        settings=segment.settings,
        seed=segment.seed,
        engine={"name": "tone", "version": "1", "identity": "tone/1"},
        speech=speech,
        checks=examine(speech, segment, Limits()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stitched:
    """A book that was rendered and stitched, and what its files say."""

    plan: Plan
    chapters: tuple[Chapter, ...]
    takes: dict[str, Take]
    workspace: Workspace
    masters: tuple[Master, ...]

    def page(self, chapter: Chapter) -> dict[str, Any]:
        """Return the `batchtts.chapter/1` of a chapter."""
        page: dict[str, Any] = json.loads(
            (self.workspace.alignment / f"{chapter.slug}.json").read_text("utf-8")
        )
        return page

    def lines(self, chapter: Chapter) -> list[dict[str, Any]]:
        """Return the `batchtts.segment/1` of every segment of a chapter."""
        path = self.workspace.alignment / f"{chapter.slug}.segments.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]

    def samples(self, chapter: Chapter) -> bytes:
        """Return the samples of a chapter, as the standard library reads them."""
        return read_samples(self.workspace.chapters / f"{chapter.slug}.wav")

    def take_samples(self, segment: Segment) -> bytes:
        """Return the samples of the take of a segment."""
        return load(self.workspace, self.takes[segment.fingerprint]).speech.audio.data


def read_samples(path: Path) -> bytes:
    """Return the samples of a WAV file, as the standard library reads them."""
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


def stitch(job: Job, *chapters: Blocks) -> Stitched:
    """Plan, render and stitch a book."""
    plan, planned = plan_of(job, book(*chapters))
    workspace = Workspace(job.output.folder)
    takes = record((segment for chapter in planned for segment in chapter.segments), workspace)
    masters = tuple(assemble(plan, chapter, takes, workspace) for chapter in planned)
    return Stitched(plan=plan, chapters=planned, takes=takes, workspace=workspace, masters=masters)
