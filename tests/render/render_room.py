"""A room to render in: a ledger, a folder, and engines that answer as they are told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import virtual_time
from fakes import ScriptedEngine

from batchtts.audio.pcm import Pcm
from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.engines.tone import ToneEngine
from batchtts.events import Event, SegmentFailed, SegmentRetried, TakeKept
from batchtts.files import Workspace
from batchtts.job import Boundary, Limits, Price, Voice
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Asked
from batchtts.model import Locator, Segment, Span
from batchtts.render.pool import Studio, render
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop
from batchtts.takes.packing import Packer

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

    def render(
        self,
        engine: Engine,
        *texts: str,
        policy: RetryPolicy = AT_ONCE,
        timeout_seconds: float = 60,
        concurrency: int | None = None,
        on: Callable[[Event], None] = lambda event: None,
        prices: Mapping[str, Price | None] = {},
    ) -> None:
        """Have the engine speak the texts, in no time: while everybody waits, the clock is moved on."""

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
        asked = [asked_of(text, number) for number, text in enumerate(texts)]
        virtual_time.run(
            render(studio, [(engine, iter(asked))], concurrency=concurrency), settle=self._settle
        )

    def _settle(self) -> None:
        """Wait until packer and ledger have told everybody; they tell those of a batch after those who ask."""
        for _ in range(2):
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


def asked_of(text: str, number: int) -> Asked:
    segment = Segment(
        id=f"s{number}",
        index=number,
        text=text,
        voice=Voice(name="narrator", engine="scripted", voice="hum"),
        speed=1.0,
        seed=0,
        length_seconds=None,
        span=Span(document="book.md", start=0, end=len(text), locator=Locator(line=1)),
        boundary=Boundary.SEGMENT,
        settings={"engine": "scripted"},
        fingerprint=f"{number:064x}",
        seconds=1.0,
    )
    return Asked(segment=segment, seed=3, number=1)


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
