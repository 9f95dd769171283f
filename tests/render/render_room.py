"""A room to render in: a ledger, a folder, and engines that answer as they are told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import virtual_time
from fakes import ScriptedEngine

from batchtts.audio.pcm import Pcm
from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.engines.tone import ToneEngine
from batchtts.events import Event, SegmentFailed, SegmentRetried, TakeKept
from batchtts.files import Workspace
from batchtts.job import (
    Boundary,
    Job,
    Limits,
    Metadata,
    Output,
    Pauses,
    Price,
    Rendering,
    Selection,
    Voice,
)
from batchtts.ledger.draft import Draft
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Asked
from batchtts.model import Chapter, Locator, Plan, Segment, Span
from batchtts.render.pool import Studio, render
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop
from batchtts.takes.packing import Packer

VOICE = Voice(name="narrator", engine="scripted", voice="hum")
JOB = Job(
    name="book",
    path=Path("book.yaml"),
    metadata=Metadata(),
    voices={"narrator": VOICE},
    default_voice="narrator",
    limits=Limits(),
    pauses=Pauses(),
    rendering=Rendering(),
    sources=(),
    chapters=Selection(),
    output=Output(folder=Path("out")),
)
REMOTE = replace(ToneEngine.traits, name="scripted", remote=True, paid=True, deterministic=False)
AT_ONCE = RetryPolicy(attempts=4, first_wait_seconds=0, longest_wait_seconds=0, longest_told_seconds=0)


class Room:
    """A ledger, a folder and a list of what was told; `render` asks an engine for texts."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder)
        self.ledger = Ledger.open(self.workspace.state)
        self.ledger.start_run(version="1", manifest_sha256="0")
        self.packer = Packer(self.workspace)
        self.told: list[Event] = []
        self.stop = Stop()

    def close(self) -> None:
        """Store what was handed in, and close what is open."""
        self.packer.close()
        self.ledger.close()

    def plan(self, *chapters: Sequence[str]) -> None:
        """Give the ledger a plan of chapters with these texts, whose numbers go on from chapter to chapter."""
        planned, first = [], 0
        for number, texts in enumerate(chapters, start=1):
            planned.append(chapter_of(number, texts, first))
            first += len(texts)
        with Draft() as draft:
            draft.write(
                "inputs",
                planned,
                lambda: Plan(job=JOB, language="en", documents={}, metadata=JOB.metadata),
            )
            self.ledger.replace_plan(draft)

    def render(
        self,
        engine: Engine,
        *texts: str,
        policy: RetryPolicy = AT_ONCE,
        timeout_seconds: float = 60,
        concurrency: int | None = None,
        on: Callable[[Event], None] = lambda event: None,
        prices: Mapping[str, Price | None] = {},
        seconds: Callable[[int], float] = lambda number: 1.0,
    ) -> None:
        """Have the engine speak the texts, in no time: while everybody waits, the clock is moved on.

        `seconds` is how long the plan believes that the text of a number will be.
        """

        def tell(event: Event) -> None:
            self.told.append(event)
            on(event)

        studio = Studio(
            ledger=self.ledger,
            packer=self.packer,
            language="en",
            limits=Limits(),
            policy=policy,
            timeout_seconds=timeout_seconds,
            stop=self.stop,
            tell=tell,
            prices=prices,
        )
        asked = [asked_of(text, number, seconds(number)) for number, text in enumerate(texts)]
        virtual_time.run(
            render(studio, [(engine, iter(asked))], concurrency=concurrency), settle=self._settle
        )

    def _settle(self) -> None:
        """Wait until packer and ledger have told everybody; they tell those of a batch after those who ask."""
        for _ in range(2):
            with suppress(OSError):  # a disk that has failed is told to those who wait
                self.packer.copy([], self.workspace)
            self.ledger.ask(lambda db: None)

    @property
    def kept(self) -> list[str]:
        return [event.segment for event in self.told if isinstance(event, TakeKept)]

    @property
    def failed(self) -> dict[str, str]:
        return {event.segment: event.reason for event in self.told if isinstance(event, SegmentFailed)}

    @property
    def retried(self) -> list[tuple[str, float]]:
        return [
            (event.reason, event.wait_seconds) for event in self.told if isinstance(event, SegmentRetried)
        ]

    @property
    def attempts(self) -> dict[str | None, int]:
        return {row.outcome: row.n_attempts for row in self.ledger.spending()}


def segment_of(text: str, number: int, seconds: float = 1.0) -> Segment:
    return Segment(
        id=f"s{number}",
        index=number,
        text=text,
        voice=VOICE,
        speed=1.0,
        seed=0,
        length_seconds=None,
        span=Span(document="book.md", start=0, end=len(text), locator=Locator(line=1)),
        boundary=Boundary.SEGMENT,
        settings={"engine": "scripted"},
        fingerprint=f"{number:064x}",
        seconds=seconds,
    )


def asked_of(text: str, number: int, seconds: float = 1.0) -> Asked:
    return Asked(segment=segment_of(text, number, seconds), seed=3, number=1)


def chapter_of(number: int, texts: Sequence[str], first: int) -> Chapter:
    return Chapter(
        id=f"ch{number}",
        number=number,
        title=f"Chapter {number}",
        slug=f"{number:02}-chapter",
        parts=(),
        document="book.md",
        digest=f"{number}",
        seconds=1.0,
        segments=tuple(segment_of(text, first + index) for index, text in enumerate(texts)),
    )


def script(
    answers: Mapping[str, Sequence[BaseException | Speech]], *, deterministic: bool = True
) -> ScriptedEngine:
    traits = replace(ToneEngine.traits, name="scripted", max_concurrency=4, deterministic=deterministic)
    return ScriptedEngine(answers, traits=traits)


def remote(
    answers: Mapping[str, Sequence[BaseException | Speech]] = {}, *, max_concurrency: int = 4
) -> ScriptedEngine:
    """Return an engine that is a service elsewhere, costs money and never says the same twice."""
    return ScriptedEngine(answers, traits=replace(REMOTE, max_concurrency=max_concurrency))


def hummed(text: str, seed: int = 0) -> Speech:
    return asyncio.run(ToneEngine().synthesize(SpeechRequest(text=text, voice="hum", seed=seed)))


def silent(text: str) -> Speech:
    speech = hummed(text)
    return replace(speech, audio=Pcm(bytes(len(speech.audio.data)), speech.audio.sample_rate))
