"""A job and its documents become a plan: chapter by chapter, before anything is spent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from batchtts.engine import EngineTraits
from batchtts.errors import PlanError, Problem
from batchtts.job import Job, Metadata, Selection, Source
from batchtts.model import (
    NO_LESSONS,
    Chapter,
    Document,
    DocumentInfo,
    Lessons,
    Matter,
    Plan,
    Section,
    Segment,
)
from batchtts.plan import naming
from batchtts.plan.casting import Cast
from batchtts.plan.digest import chapter_digest, frame_of
from batchtts.plan.estimate import chapter_seconds
from batchtts.plan.findings import Findings
from batchtts.plan.manner import Manners
from batchtts.plan.segmenting import Segmenter
from batchtts.plan.selection import Candidate, Outline, choose
from batchtts.plan.versions import versions
from batchtts.plan.voicing import EngineInfo, version_problems, voice_problems

Reading: TypeAlias = tuple[Source, Sequence[Document | Outline]]

DEFAULT_LANGUAGE = "en"


class Planner:
    """Makes the chapters of a job one by one, so that never all of them are in memory."""

    def __init__(
        self,
        job: Job,
        readings: Sequence[Reading],
        engines: Mapping[str, EngineInfo],
        lessons: Lessons = NO_LESSONS,
    ) -> None:
        """Raise `PlanError` for voices, selections of chapters and limits that cannot be met."""
        documents = [document for _, found in readings for document in found]
        self._job = job
        self._metadata = _metadata(job, documents)
        self._language = self._metadata.language or DEFAULT_LANGUAGE
        self._documents = {document.name: _info(document) for document in documents}
        self._findings = Findings()
        self._chosen, problems = _chosen(job, readings)
        self._findings.refuse(problems)
        cast = Cast(job.voices)
        self._findings.refuse(voice_problems(job, self._chosen, engines, cast, lessons))
        self._findings.check(str(job.path))
        self._findings.refuse(version_problems(job, self._chosen, engines, cast))
        traits = {name: engine.traits for name, engine in engines.items()}
        manners = Manners(job, traits, self._language, lessons)
        self._segmenter = Segmenter(manners, self._findings, cast, job.limits, lessons)
        self._labels = naming.labels(job.voices)
        self._traits = traits
        for document in documents:
            warnings = document.warnings if isinstance(document, Document) else ()
            for warning in (*warnings, *cast.strangers(document)):
                self._findings.warn(warning)

    def chapters(self) -> Iterator[Chapter]:
        """Yield every chapter, in reading order, once.

        Raises `PlanError` at the end if anything stands in the way, or as soon as there is more of it than
        anybody reads; and `DocumentError` if a file has changed since it was looked at.
        """
        number = n_sections = 0
        for chosen in self._chosen:
            found = self._versions_of(chosen, n_sections + 1, number + 1)
            n_sections += bool(found)
            number += len(found)
            yield from found
            if self._findings.are_too_many:
                self._findings.check(f"up to the end of {chosen.section.title!r}")
        self._findings.check(str(self._job.path))
        if not number:
            what = "there is nothing to read aloud in these documents"
            raise PlanError([Problem(where=str(self._job.path), what=what)])

    def plan(self) -> Plan:
        """Return what all chapters share; its warnings are those of the chapters that were made."""
        return Plan(
            job=self._job,
            language=self._language,
            documents=self._documents,
            metadata=self._metadata,
            warnings=self._findings.warnings(),
        )

    def _versions_of(self, chosen: Candidate, n: int, number: int) -> list[Chapter]:
        """Return the chapters that a section becomes: none if nothing is said in it, else one for each version.

        It is the `n`-th section in which something is said, and `number` is that of the first of them.
        """
        document, section = chosen.read()
        stem = naming.padded(n, len(self._chosen))
        wanted = list(versions(chosen.source, self._job.default_voice, self._labels))
        spoken = self._segmenter.segments(document, section, wanted, f"{self._job.name}-ch{stem}")
        said = [(version, segments) for version, segments in zip(wanted, spoken, strict=True) if segments]
        return [
            self._chapter(document, section, f"{stem}{version.suffix(version.voice)}", at, segments)
            for at, (version, segments) in enumerate(said, start=number)
        ]

    def _chapter(
        self, document: Document, section: Section, stem: str, number: int, segments: tuple[Segment, ...]
    ) -> Chapter:
        """Return a version of a chapter; `stem` tells it from all others."""
        job = self._job
        id_ = f"{job.name}-ch{stem}"
        slug = naming.chapter_slug(stem, section.title)
        self._findings.refuse(_rate_problems(document.name, section.title, segments, self._traits))
        frame = frame_of(job, self._documents[document.name], self._language)
        head = [id_, number, section.title, slug, section.parts]
        return Chapter(
            id=id_,
            number=number,
            title=section.title,
            slug=slug,
            parts=section.parts,
            document=document.name,
            digest=chapter_digest(frame, head, segments, section.dubbing),
            seconds=chapter_seconds(segments, job.pauses, section.dubbing),
            segments=segments,
            dubbing=section.dubbing,
        )


def _chosen(job: Job, readings: Sequence[Reading]) -> tuple[list[Candidate], list[Problem]]:
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for source, documents in readings:
        offered = [
            Candidate(source, document, index, aloud=section.matter is Matter.BODY)
            for document in documents
            for index, section in enumerate(document.sections)
        ]
        if source.chapters != Selection():
            offered, unknown = choose(offered, source.chapters, str(source.mark))
            problems += unknown
        candidates += offered
    chosen, unknown = choose(candidates, job.chapters, str(job.path))
    return chosen, problems + unknown


def _rate_problems(
    document: str, title: str, segments: Sequence[Segment], traits: Mapping[str, EngineTraits]
) -> Iterator[Problem]:
    engines = dict.fromkeys(segment.voice.engine for segment in segments)
    rates = {traits[name].sample_rate: name for name in engines if traits[name].sample_rate is not None}
    if len(rates) > 1:
        names = " and ".join(f"{name} ({rate} Hz)" for rate, name in rates.items())
        yield Problem(
            where=document,
            what=f"chapter {title!r} would mix engines of different sample rates: {names}",
            hint="Let one engine speak each chapter.",
        )


def _metadata(job: Job, documents: Sequence[Document | Outline]) -> Metadata:
    """Return what the manifest says of the book, and the first document where it says nothing."""
    first = documents[0].metadata if documents else Metadata()
    own = job.metadata
    return Metadata(
        title=own.title or first.title,
        author=own.author or first.author,
        narrator=own.narrator or first.narrator,
        year=own.year or first.year,
        description=own.description or first.description,
        language=own.language or first.language,
        cover=own.cover or first.cover,
    )


def _info(document: Document | Outline) -> DocumentInfo:
    return DocumentInfo(name=document.name, sha256=document.sha256, text_sha256=document.text_sha256)
