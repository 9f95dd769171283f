"""From a manifest to a plan: everything that can be known, and refused, before anything is spent."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from batchtts.documents.reading import read
from batchtts.engine import Engine, EngineTraits
from batchtts.engines import registry
from batchtts.errors import DocumentError, ManifestError, PlanError, Problem
from batchtts.files import Workspace
from batchtts.job import Job, Source
from batchtts.manifest.reading import read_job
from batchtts.model import Document, Plan
from batchtts.plan.planning import EngineInfo, make_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A plan with the traits of the engines that it needs."""

    plan: Plan
    traits: Mapping[str, EngineTraits]

    @property
    def job(self) -> Job:
        """Return the job that was planned."""
        return self.plan.job

    @property
    def workspace(self) -> Workspace:
        """Return the job's output folder."""
        return Workspace(self.plan.job.output.folder)


def load_job(manifest: Path, *, output: Path | None = None) -> Job:
    """Read and check a manifest; `output` takes the place of its `output.dir`."""
    job = read_job(manifest)
    if output is not None:
        job = replace(job, output=replace(job.output, folder=output))
    folder = job.output.folder
    if folder.exists() and not folder.is_dir():
        raise ManifestError(
            [Problem(where=str(manifest), what=f"output.dir: {folder} is a file, not a folder")]
        )
    return job


def settle(job: Job) -> Settled:
    """Read the job's documents and make its plan; nothing is rendered and nothing is written."""
    readings = read_documents(job.sources)
    engines = asyncio.run(_ask_engines(job))
    return Settled(
        plan=make_plan(job, readings, engines),
        traits={name: info.traits for name, info in engines.items()},
    )


def read_documents(sources: Sequence[Source]) -> list[tuple[Source, Sequence[Document]]]:
    """Read every document; raise `DocumentError` with all that cannot be read."""
    readings: list[tuple[Source, Sequence[Document]]] = []
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


def _named(document: Document, source: Source, index: int) -> Document:
    """Return a document under a name that no other has, and that does not depend on where we were called.

    A file has one already, its path as the manifest gives it; what is written in the manifest itself may
    share a line with another, and its path is whatever the command line says.
    """
    if source.pattern is not None:
        return document
    return replace(document, name=f"{Path(source.mark.file).name}:documents[{index}]")


async def open_engines(stack: AsyncExitStack, names: Iterable[str]) -> dict[str, Engine]:
    """Open engines by name; they are closed with the stack."""
    return {name: await stack.enter_async_context(registry.open_engine(name, {})) for name in names}


async def _ask_engines(job: Job) -> dict[str, EngineInfo]:
    infos: dict[str, EngineInfo] = {}
    problems: list[Problem] = []
    async with AsyncExitStack() as stack:
        for voice in job.voices.values():
            if voice.engine in infos:
                continue
            try:
                engine = await stack.enter_async_context(registry.open_engine(voice.engine, {}))
            except PlanError as error:
                where = str(voice.mark or job.path)
                problems += [
                    replace(problem, where=where, what=f"voices.{voice.name}.engine: {problem.what}")
                    for problem in error.problems
                ]
            else:
                infos[voice.engine] = EngineInfo(engine.traits, await engine.voices())
    if problems:
        raise PlanError(problems)
    return infos
