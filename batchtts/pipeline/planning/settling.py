"""From a manifest to a plan: everything that can be known, and refused, before anything is spent."""

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from batchtts import __version__
from batchtts.documents.reading import digests, read
from batchtts.documents.tables.table import Table
from batchtts.engine import Engine, EngineTraits
from batchtts.engines import registry
from batchtts.errors import DocumentError, EngineUnavailable, InputError, PlanError, Problem
from batchtts.files import Workspace
from batchtts.job import EngineSettings, Job, Source, Voice
from batchtts.model import NO_LESSONS, Document, Lessons, canonical_json
from batchtts.plan.planning import Planner
from batchtts.plan.voicing import EngineInfo, unknown_voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A job with what its engines say of themselves, and with what its takes have taught, which `lessons` adds.

    `basis` is the digest of all else that its plan follows from.
    """

    job: Job
    engines: Mapping[str, EngineInfo]
    basis: str
    lessons: Lessons = NO_LESSONS

    @property
    def inputs(self) -> str:
        """Return the digest of all that its plan follows from."""
        if self.lessons == NO_LESSONS:
            return self.basis
        form = [self.basis, asdict(self.lessons)]
        return hashlib.sha256(canonical_json(form).encode()).hexdigest()

    @property
    def is_current(self) -> bool:
        """Return whether its documents still have the bytes that it was settled with."""
        return _basis(self.job, self.engines) == self.basis

    @property
    def traits(self) -> Mapping[str, EngineTraits]:
        """Return what each engine can do."""
        return {name: engine.traits for name, engine in self.engines.items()}

    @property
    def workspace(self) -> Workspace:
        """Return the job's output folder."""
        return workspace_of(self.job.output.folder)

    def planner(self) -> Planner:
        """Read the documents, as far as planning has to begin with.

        Raises `DocumentError` with all that cannot be read, and `PlanError` for voices and chapters that
        there are not.
        """
        return Planner(self.job, read_documents(self.job.sources), self.engines, self.lessons)


def workspace_of(folder: Path) -> Workspace:
    """Return an output folder; one that goes with a storage knows what lies there."""
    workspace = Workspace(folder)
    if not workspace.record.exists():
        return workspace
    from batchtts.remote.depot import Depot  # loads what few folders need

    return Workspace(folder, elsewhere=Depot(workspace))


def settle(job: Job) -> Settled:
    """Ask the engines of a job what they are; nothing is read but the bytes of its documents, and nothing written."""
    engines = asyncio.run(_ask_engines(job))
    return Settled(job=job, engines=engines, basis=_basis(job, engines))


def _basis(job: Job, engines: Mapping[str, EngineInfo]) -> str:
    """Return the hash of all that a plan follows from, but for what takes teach: equal inputs, equal plans."""
    cover = job.metadata.cover
    form = [
        __version__,
        # Not of its bytes as they are now: it may have been edited since, and then this is not its plan.
        [job.sha256, job.name, job.path.name],
        hashlib.sha256(cover).hexdigest() if cover else None,
        [digest for source in job.sources for digest in _digests(source)],
        [[name, _form_of(info)] for name, info in sorted(engines.items())],
    ]
    return hashlib.sha256(canonical_json(form).encode()).hexdigest()


def _form_of(info: EngineInfo) -> list[object]:
    """Return what an engine says of itself; sets are sorted, as each process has another order for them."""
    traits = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(info.traits).items()
    }
    return [traits, [asdict(voice) for voice in info.voices]]


def _digests(source: Source) -> list[tuple[str, str]]:
    """Return the files of a source; one that cannot be read has no digest, and planning will say why."""
    try:
        return digests(source)
    except DocumentError:
        return []


def read_documents(sources: Sequence[Source]) -> list[tuple[Source, Sequence[Document | Table]]]:
    """Read every document; raise `DocumentError` with all that cannot be read."""
    readings: list[tuple[Source, Sequence[Document | Table]]] = []
    problems: list[Problem] = []
    for index, source in enumerate(sources):
        try:
            readings.append((source, [_named(document, source, index) for document in read(source)]))
        except DocumentError as error:
            named = f"It is named at {source.mark}."
            problems += [
                replace(problem, hint=f"{problem.hint} {named}" if problem.hint else named)
                for problem in error.problems
            ]
    if problems:
        raise DocumentError(problems)
    return readings


def _named(document: Document | Table, source: Source, index: int) -> Document | Table:
    """Return a document under a name that no other has, and that does not depend on where we were called.

    A file has one already, its path as the manifest gives it; what is written in the manifest itself may
    share a line with another, and its path is whatever the command line says.
    """
    if source.pattern is not None or not isinstance(document, Document):
        return document
    return replace(document, name=f"{Path(source.mark.file).name}:documents[{index}]")


async def open_engines(stack: AsyncExitStack, job: Job, names: Iterable[str]) -> dict[str, Engine]:
    """Open engines by name, with their settings from the job; they are closed with the stack.

    Raises `PlanError` with the place of all settings that are wrong.
    """
    engines: dict[str, Engine] = {}
    problems: list[Problem] = []
    for name in names:
        entry = job.engines.get(name, EngineSettings())
        try:
            engines[name] = await stack.enter_async_context(registry.open_engine(name, entry.settings))
        except InputError as error:
            problems += _placed(error, entry.mark or job.path, f"engines.{name}.settings")
    if problems:
        raise PlanError(problems)
    return engines


async def _ask_engines(job: Job) -> dict[str, EngineInfo]:
    """Return what each engine of a voice is, and its voices unless only a service elsewhere knows them."""
    if problems := list(_unknown_engines(job)):
        raise PlanError(problems)
    names = dict.fromkeys(voice.engine for voice in job.voices.values())
    async with AsyncExitStack() as stack:
        return {
            name: EngineInfo(engine.traits, () if engine.traits.remote else await engine.voices())
            for name, engine in (await open_engines(stack, job, names)).items()
        }


def _unknown_engines(job: Job) -> Iterator[Problem]:
    places = [(f"engines.{name}", name, entry.mark) for name, entry in job.engines.items()]
    places += [(f"voices.{voice.name}.engine", voice.engine, voice.mark) for voice in job.voices.values()]
    for key, name, mark in places:
        try:
            registry.find(name)
        except PlanError as error:
            yield from _placed(error, mark or job.path, key)


def _placed(error: InputError, where: object, key: str) -> list[Problem]:
    return [replace(problem, where=str(where), what=f"{key}: {problem.what}") for problem in error.problems]


async def check_voices(job: Job, engines: Mapping[str, Engine], voices: Iterable[Voice]) -> list[str]:
    """Ask each remote engine once for its voices, before it is asked for any speech.

    Planning asks nobody elsewhere, so only here a name that no service knows is found before it costs
    anything.  Returns notes about services that could not be asked; raises `PlanError` for unknown voices.
    """
    used: dict[str, list[Voice]] = {}
    for voice in voices:
        used.setdefault(voice.engine, []).append(voice)
    notes: list[str] = []
    problems: list[Problem] = []
    for name, engine in engines.items():
        if engine.traits.remote and name in used:
            try:
                known = await engine.voices()
            except EngineUnavailable as error:
                notes.append(
                    f"{name} could not be asked for its voices, so their names are not checked: {error}"
                )
            else:
                for voice in used[name]:
                    problems += unknown_voice(job, voice, name, known)
    if problems:
        raise PlanError(problems)
    return notes
