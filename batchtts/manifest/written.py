"""A manifest as it is written, checked but not settled: what its parts leave to each other is still open.

Like the kinds, these are named tuples for the sake of a quick start.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from batchtts.address import Address
from batchtts.job import (
    Columns,
    Dataset,
    EngineSettings,
    Export,
    Fit,
    FitPolicy,
    Job,
    LengthPolicy,
    Lengths,
    Limits,
    Mark,
    Metadata,
    Output,
    Pauses,
    Price,
    Rendering,
    RoomTone,
    Scalar,
    SegmentSettings,
    Selection,
    Source,
    Voice,
    WrittenSegment,
)

NARRATOR = Voice(name="narrator", engine="hibari", voice="heart")


class Header(NamedTuple):
    """What a manifest says about the job itself."""

    name: str | None
    title: str | None
    author: str | None
    language: str | None
    narrator: str | None
    year: str | None
    description: str | None
    cover: bytes | None

    @property
    def metadata(self) -> Metadata:
        """Return what it says about the book."""
        return Metadata(**{key: value for key, value in self._asdict().items() if key != "name"})


class Defaults(NamedTuple):
    """What holds for voices and documents that do not say otherwise."""

    voice: str | None
    speed: float
    seed: int
    format: str


class Destination(NamedTuple):
    """Where the output goes; without a place it is named after the job."""

    place: Address | str | None
    local: str | None
    chapters: bool
    room_tone: RoomTone
    audiobook: tuple[str, ...]
    master: str

    @property
    def address(self) -> Address | None:
        """Return the address, if the output goes to one."""
        return self.place if isinstance(self.place, Address) else None

    def folder(self, base: Path, name: str) -> Path:
        """Return the folder in which the output is worked on, for a job of that name."""
        if isinstance(self.place, Address):
            return base / self.local if self.local else self.place.default_folder
        return base / (self.place or Path("out", name))


class WrittenVoice(NamedTuple):
    """A voice; speed and seed may be left to the defaults."""

    name: str
    mark: Mark
    engine: str
    voice: str
    speed: float | None
    seed: int | None
    settings: Mapping[str, Scalar]

    def settle(self, defaults: Defaults) -> Voice:
        """Return the voice with nothing left open."""
        return Voice(
            name=self.name,
            engine=self.engine,
            voice=self.voice,
            speed=defaults.speed if self.speed is None else self.speed,
            seed=defaults.seed if self.seed is None else self.seed,
            settings=self.settings,
            mark=self.mark,
        )


def write_engine(
    *, mark: Mark, price: float | None, currency: str, settings: Mapping[str, Scalar]
) -> EngineSettings:
    """Return what is said of an engine; without a price there is none, whatever the currency."""
    paid = None if price is None else Price(per_1000_characters=price, currency=currency)
    return EngineSettings(price=paid, settings=settings, mark=mark)


def write_fit(*, policy: str, on_miss: str, **others: Any) -> Fit:
    """Return how cues are fitted into their slots; `others` are the other fields of `Fit`."""
    return Fit(policy=FitPolicy(policy), on_miss=LengthPolicy(on_miss), **others)


def write_lengths(*, policy: str, **others: Any) -> Lengths:
    """Return how speech is made to last as long as asked; `others` are the other fields of `Lengths`."""
    return Lengths(policy=LengthPolicy(policy), **others)


def write_columns(*, mark: Mark, extra: tuple[str, ...], **names: str | int | None) -> Columns:
    """Return the columns that count; `names` are those that say something about how a row is spoken."""
    given = {key: name for key, name in names.items() if name is not None}
    return Columns(names=given, extra=tuple(dict.fromkeys(extra)), mark=mark)


def write_segment(
    *, mark: Mark, text: str, name: str | None, length_policy: str | None, **settings: Any
) -> WrittenSegment:
    """Return a segment; `settings` are the others of `SegmentSettings`."""
    policy = None if length_policy is None else LengthPolicy(length_policy)
    return WrittenSegment(text=text, settings=_settings(length_policy=policy, **settings), mark=mark, id=name)


# The segments of a book have few settings among them, so they share them; most have none at all.
_settings = lru_cache(maxsize=1024)(SegmentSettings)


class Manifest(NamedTuple):
    """All of a manifest."""

    job: Header
    engines: Mapping[str, EngineSettings]
    voices: Mapping[str, WrittenVoice]
    defaults: Defaults
    limits: Limits
    lengths: Lengths
    pauses: Pauses
    render: Rendering
    documents: tuple[Source, ...]
    chapters: Selection
    output: Destination
    exports: tuple[Export, ...]
    dataset: Dataset

    def settle(self, path: Path, sha256: str) -> Job:
        """Return the job of the manifest at `path`, whose bytes have this hash."""
        name = self.job.name or slug(path.stem)
        voices = {key: voice.settle(self.defaults) for key, voice in self.voices.items()}
        if not voices:
            narrator = replace(NARRATOR, speed=self.defaults.speed, seed=self.defaults.seed)
            voices = {narrator.name: narrator}
        header = self.job
        return Job(
            name=name,
            path=path,
            sha256=sha256,
            metadata=header.metadata,
            voices=voices,
            default_voice=self.defaults.voice or next(iter(voices)),
            limits=self.limits,
            lengths=self.lengths,
            pauses=self.pauses,
            rendering=self.render,
            sources=self.documents,
            chapters=self.chapters,
            engines=self.engines,
            exports=self.exports,
            dataset=self.dataset,
            output=Output(
                folder=self.output.folder(path.parent, name),
                address=self.output.address,
                format=self.defaults.format,
                chapters=self.output.chapters,
                room_tone=self.output.room_tone,
                audiobook=tuple(dict.fromkeys(self.output.audiobook)),
                master=self.output.master,
            ),
        )


def slug(text: str) -> str:
    """Return `text` as a name of a job: small letters, digits, - and _."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")[:100] or "job"
