"""A job and its documents become a plan: every chapter and segment, settled before anything is spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from batchtts.engine import EngineTraits, VoiceInfo
from batchtts.errors import PlanError, Problem
from batchtts.job import Job, Metadata, Selection, Source, Voice
from batchtts.model import Chapter, Document, DocumentInfo, Matter, Plan, Segment
from batchtts.plan import naming
from batchtts.plan.segmenting import Segmenter, limit_problems
from batchtts.plan.selection import Candidate, choose

DEFAULT_LANGUAGE = "en"
MOST_LISTED = 40
"""Services have hundreds of voices, and nobody reads on."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What planning has to know of an engine; no voices stands for whatever a service elsewhere has."""

    traits: EngineTraits
    voices: Sequence[VoiceInfo]


def make_plan(
    job: Job, readings: Sequence[tuple[Source, Sequence[Document]]], engines: Mapping[str, EngineInfo]
) -> Plan:
    """Return the plan of a job; raise `PlanError` with all that stands in its way."""
    documents = [document for _, found in readings for document in found]
    metadata = _metadata(job, documents)
    language = metadata.language or DEFAULT_LANGUAGE
    chosen, problems = _chosen(job, readings)
    used = {job.default_voice} | _voices_of(chosen)
    for name in sorted(used):
        problems += _voice_problems(job, job.voices[name], engines[job.voices[name].engine])
    if problems:
        raise PlanError(problems)
    segmenter = Segmenter(job, {name: engine.traits for name, engine in engines.items()}, language)
    chapters = _chapters(job, chosen, segmenter)
    problems = segmenter.problems + [
        problem for chapter in chapters for problem in _chapter_problems(chapter, segmenter.traits)
    ]
    if not problems and not chapters:
        problems = [Problem(where=str(job.path), what="there is nothing to read aloud in these documents")]
    if problems:
        raise PlanError(problems)
    return Plan(
        job=job,
        language=language,
        chapters=chapters,
        documents={document.name: _info(document) for document in documents},
        metadata=metadata,
        warnings=tuple(segmenter.warnings),
    )


def _chosen(
    job: Job, readings: Sequence[tuple[Source, Sequence[Document]]]
) -> tuple[list[Candidate], list[Problem]]:
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for source, documents in readings:
        offered = [
            Candidate(source, document, section, aloud=section.matter is Matter.BODY)
            for document in documents
            for section in document.sections
        ]
        if source.chapters != Selection():
            offered, unknown = choose(offered, source.chapters, str(source.mark))
            problems += unknown
        candidates += offered
    chosen, unknown = choose(candidates, job.chapters, str(job.path))
    return chosen, problems + unknown


def _voices_of(chosen: Sequence[Candidate]) -> set[str]:
    named = {item.source.voice for item in chosen}
    named |= {block.settings.voice for item in chosen for block in item.section.blocks}
    return {name for name in named if name is not None}


def _voice_problems(job: Job, voice: Voice, engine: EngineInfo) -> list[Problem]:
    problems = list(limit_problems(job, voice, engine.traits))
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


def _chapters(job: Job, chosen: Sequence[Candidate], segmenter: Segmenter) -> tuple[Chapter, ...]:
    chapters: list[Chapter] = []
    for item in chosen:
        number = len(chapters) + 1
        id_ = f"{job.name}-ch{naming.padded(number, len(chosen))}"
        segments = segmenter.segments(item, id_)
        if segments:
            chapters.append(
                Chapter(
                    id=id_,
                    number=number,
                    title=item.section.title,
                    slug=naming.chapter_slug(number, len(chosen), item.section.title),
                    parts=item.section.parts,
                    document=item.document.name,
                    segments=segments,
                )
            )
    return tuple(chapters)


def _chapter_problems(chapter: Chapter, traits: Mapping[str, EngineTraits]) -> list[Problem]:
    rates: dict[int, str] = {}
    problems = []
    for segment in chapter.segments:
        engine = traits[segment.voice.engine]
        if engine.sample_rate is not None:
            rates[engine.sample_rate] = engine.name
        problems += _segment_problems(segment, engine)
    if len(rates) > 1:
        names = " and ".join(f"{name} ({rate} Hz)" for rate, name in rates.items())
        problems.append(
            Problem(
                where=chapter.document,
                what=f"chapter {chapter.title!r} would mix engines of different sample rates: {names}",
                hint="Let one engine speak each chapter.",
            )
        )
    return problems


def _segment_problems(segment: Segment, engine: EngineTraits) -> list[Problem]:
    where = f"{segment.span.document}: {segment.span.locator}"
    problems = []
    if segment.length_seconds is not None and not engine.supports_length:
        problems.append(Problem(where=where, what=f"length: {engine.name} cannot speak to a given length"))
    slowest, fastest = engine.speeds
    if segment.speed != segment.voice.speed and not slowest <= segment.speed <= fastest:
        problems.append(
            Problem(
                where=where,
                what=f"speed: {engine.name} speaks at {slowest} to {fastest}, not {segment.speed}",
            )
        )
    return problems


def _metadata(job: Job, documents: Sequence[Document]) -> Metadata:
    """Return what the manifest says of the book, and the first document where it says nothing."""
    first = documents[0].metadata if documents else Metadata()
    own = job.metadata
    return Metadata(
        title=own.title or first.title,
        author=own.author or first.author,
        language=own.language or first.language,
        cover=own.cover or first.cover,
    )


def _info(document: Document) -> DocumentInfo:
    return DocumentInfo(name=document.name, sha256=document.sha256, text_sha256=document.text_sha256)
