"""What an engine is to the rest of batchtts: it turns a text and a voice into speech, or says why not.

Engines are found by entry points in the group `batchtts.engines`.  An entry point is a function that
takes the engine's settings and returns an asynchronous context manager of an `Engine`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from batchtts.alignment import Alignment, Level
from batchtts.audio.pcm import Pcm
from batchtts.job import LengthPolicy, Lengths, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineTraits:
    """What the planner and the pool must know about an engine before they ask it anything.

    `identity` names the engine, its version and its model: whatever in it can change the sound.  It is
    part of every fingerprint.  `scripts` are the Unicode script names of the letters that it can speak
    (`LATIN`, `CYRILLIC`, …); empty stands for all.  `sample_rate` is None where each answer tells its own;
    `characters_per_second` is only for estimates.  `settings` are the names that `SpeechRequest.settings` may hold.
    One that is not `seeded` speaks a text the same way whatever the seed.  `remote` engines are services elsewhere: how much they can do at once is found by trying, up to
    `max_concurrency`, and they may be away for a while.
    """

    name: str
    identity: str
    version: str
    level: Level
    max_characters: int
    max_concurrency: int
    languages: tuple[str, ...] = ()
    scripts: frozenset[str] = frozenset()
    speeds: tuple[float, float] = (0.25, 4.0)
    paid: bool = False
    remote: bool = False
    deterministic: bool = True
    seeded: bool = True
    supports_length: bool = False
    settings: frozenset[str] = frozenset()
    sample_rate: int | None = None
    characters_per_second: float = 15.0


GOOD_SPEEDS = (0.5, 2.0)
"""The speeds at which speech still sounds like speech; who wants a length asks no engine for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInfo:
    """One voice that an engine offers."""

    id: str
    name: str
    languages: tuple[str, ...]
    gender: str = "unknown"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """One request: the text as it is written, and how to say it.  `length_seconds` asks for that duration.

    Engines that cannot speak to a given length ignore it; `render.fitting` sees to it then, and always to
    `most_seconds`, up to which speech may last, by the rules of `lengths`.
    """

    text: str
    voice: str
    language: str = "en"
    speed: float = 1.0
    seed: int = 0
    length_seconds: float | None = None
    most_seconds: float | None = None
    lengths: Lengths = Lengths()
    settings: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """How speech was made to last as long as asked, in seconds.

    It lasted `natural` as it came, and lasts `obtained` now: spoken at `speed`, and then multiplied by `stretch`.
    `needed` is the stretch that would have met the request, which may be more than was allowed; the engine was
    asked `n_asked` times for that.
    """

    requested: float
    natural: float
    obtained: float
    speed: float
    stretch: float
    needed: float
    policy: LengthPolicy
    n_asked: int

    @property
    def is_met(self) -> bool:
        """Return whether the request was met."""
        return self.stretch == self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What an engine answers: mono 16-bit audio, and an alignment that tiles it.

    `fitted` is for `render.fitting` to say, where a length was asked for.
    """

    audio: Pcm
    alignment: Alignment
    fitted: Fitted | None = None


class Engine(Protocol):
    """Turns text into speech.

    It may be called by many workers at once.  It never retries, caches or logs: it speaks, or it raises
    `EngineUnavailable`, `TextRejected` or `EngineRefused`.  It never blocks the event loop.  Opening it
    is cheap: a model is loaded when the first text is spoken.
    """

    @property
    def traits(self) -> EngineTraits:
        """Return what must be known before anything is asked."""
        ...

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices that `synthesize` accepts."""
        ...

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Speak the text of the request."""
        ...


class OpenEngine(Protocol):
    """The entry point of an engine."""

    def __call__(self, settings: Mapping[str, Scalar]) -> AbstractAsyncContextManager[Engine]:
        """Open the engine with its settings from the manifest."""
        ...
