"""A job and its documents become a plan: chapter by chapter, before anything is spent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from batchtts.engine import EngineTraits, VoiceInfo
from batchtts.errors import PlanError, Problem
from batchtts.job import Job, Mark, Metadata, Selection, Source, Voice
from batchtts.model import NO_LESSONS, Chapter, Document, DocumentInfo, Lessons, Matter, Plan, Segment
from batchtts.plan import naming
from batchtts.plan.casting import Cast
from batchtts.plan.digest import chapter_digest, frame_of
from batchtts.plan.estimate import chapter_seconds
from batchtts.plan.findings import Findings
from batchtts.plan.manner import Manners, limit_problems
from batchtts.plan.segmenting import Segmenter
from batchtts.plan.selection import Candidate, Outline, choose

Reading: TypeAlias = tuple[Source, Sequence[Document | Outline]]

DEFAULT_LANGUAGE = "en"
MOST_LISTED = 40
"""Services have hundreds of voices, and nobody reads on."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What planning has to know of an engine; no voices stands for whatever a service elsewhere has."""

    traits: EngineTraits
    voices: Sequence[VoiceInfo]


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
        self._findings.refuse(_all_voice_problems(job, self._chosen, engines, cast, lessons))
        self._findings.check(str(job.path))
        traits = {name: engine.traits for name, engine in engines.items()}
        manners = Manners(job, traits, self._language, lessons)
        self._segmenter = Segmenter(manners, self._findings, cast, job.limits, lessons)
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
        number = 0
        for chosen in self._chosen:
            chapter = self._chapter(chosen, number + 1)
            if chapter is not None:
                number += 1
                yield chapter
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

    def _chapter(self, chosen: Candidate, number: int) -> Chapter | None:
        """Return the chapter that a section becomes, or None if nothing is said in it."""
        document, section = chosen.read()
        job, n_chapters = self._job, len(self._chosen)
        id_ = f"{job.name}-ch{naming.padded(number, n_chapters)}"
        voice = chosen.source.voice or job.default_voice
        segments = self._segmenter.segments(document, section, voice, id_)
        if not segments:
            return None
        slug = naming.chapter_slug(number, n_chapters, section.title)
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


def _all_voice_problems(
    job: Job,
    chosen: Sequence[Candidate],
    engines: Mapping[str, EngineInfo],
    cast: Cast,
    lessons: Lessons,
) -> Iterator[Problem]:
    """Return what is wrong with the voices that are used; those of the manifest are known to be in it."""
    used: dict[str, Mark | None] = {job.default_voice: None}
    for candidate in chosen:
        if candidate.source.voice is not None:
            used.setdefault(candidate.source.voice)
        for name, mark in candidate.voices().items():
            used.setdefault(name, mark)
        for name in cast.used_in(candidate.document, candidate.index):
            used.setdefault(name, None)
    for name in sorted(used):
        if (voice := job.voices.get(name)) is not None:
            yield from _voice_problems(job, voice, engines[voice.engine], lessons)
        else:
            yield _undefined_voice(job, name, used[name])


def _undefined_voice(job: Job, name: str, mark: Mark | None) -> Problem:
    near = get_close_matches(name, job.voices, n=1)
    known = f"Did you mean {near[0]}?" if near else f"The manifest has {', '.join(job.voices)}."
    return Problem(where=str(mark or job.path), what=f"voice: there is no voice {name!r}", hint=known)


def _voice_problems(job: Job, voice: Voice, engine: EngineInfo, lessons: Lessons) -> list[Problem]:
    problems = list(limit_problems(job, voice, engine.traits, lessons))
    problems += unknown_voice(job, voice, engine.traits.name, engine.voices)
    for name in sorted(voice.settings.keys() - engine.traits.settings):
        names = ", ".join(sorted(engine.traits.settings))
        problems.append(
            Problem(
                where=str(voice.mark or job.path),
                what=f"voices.{voice.name}.settings: {engine.traits.name} knows no setting {name!r}",
                hint=f"It knows {names}." if names else "It has no settings of its own.",
            )
        )
    return problems


def unknown_voice(job: Job, voice: Voice, engine: str, known: Sequence[VoiceInfo]) -> list[Problem]:
    """Return what is wrong with the name of a voice, if an engine has others; without any, all will do."""
    ids = [info.id for info in known]
    if not ids or voice.voice in ids:
        return []
    nearest = get_close_matches(voice.voice, ids, n=1)
    listed = ", ".join(ids[:MOST_LISTED]) + (", …" if len(ids) > MOST_LISTED else "")
    return [
        Problem(
            where=str(voice.mark or job.path),
            what=f"voices.{voice.name}.voice: {engine} has no voice {voice.voice!r}",
            hint=(f"Did you mean {nearest[0]}? " if nearest else "") + f"It has {listed}.",
        )
    ]


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
