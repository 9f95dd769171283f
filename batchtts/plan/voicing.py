"""Which voices a job needs, and what is wrong with them: for the job, for their engines, or for how often they speak."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from batchtts.engine import EngineTraits, VoiceInfo
from batchtts.errors import Problem
from batchtts.job import Job, Mark, Voice
from batchtts.model import Lessons
from batchtts.plan.casting import Cast
from batchtts.plan.manner import limit_problems
from batchtts.plan.selection import Candidate

MOST_LISTED = 40
"""Services have hundreds of voices, and nobody reads on."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What planning has to know of an engine; no voices stands for whatever a service elsewhere has."""

    traits: EngineTraits
    voices: Sequence[VoiceInfo]


def voice_problems(
    job: Job,
    chosen: Sequence[Candidate],
    engines: Mapping[str, EngineInfo],
    cast: Cast,
    lessons: Lessons,
) -> Iterator[Problem]:
    """Yield what is wrong with the voices that are used; those of the manifest are known to be in it."""
    used: dict[str, Mark | None] = {job.default_voice: None}
    for candidate in chosen:
        for name, mark in _voices_of(job, candidate, cast):
            used.setdefault(name, mark)
    for name in sorted(used):
        if (voice := job.voices.get(name)) is not None:
            yield from _problems_of(job, voice, engines[voice.engine], lessons)
        else:
            yield _undefined(job, name, used[name])


def version_problems(
    job: Job, chosen: Sequence[Candidate], engines: Mapping[str, EngineInfo], cast: Cast
) -> Iterator[Problem]:
    """Yield which entries want versions that there cannot be: several for one slot, or takes that are all the same."""
    found: dict[tuple[str, str], str] = {}
    for candidate in chosen:
        source = candidate.source
        if candidate.section.dubbing is not None and (source.voices or source.takes > 1):
            what = "voices and takes are for texts, and subtitles have one slot for each of theirs"
            found[str(source.mark), what] = "Make a job for each voice."
        elif source.takes > 1:
            for engine in _engines_of(job, candidate, cast):
                if not engines[engine].traits.seeded:
                    what = f"takes: {engine} speaks a text in the same way every time"
                    found[str(source.mark), what] = "Leave `takes` out for its voices."
    for (where, what), hint in found.items():
        yield Problem(where=where, what=what, hint=hint)


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


def _voices_of(job: Job, candidate: Candidate, cast: Cast) -> Iterator[tuple[str, Mark | None]]:
    """Yield the voices that speak a section, each with its place if that is not in the manifest."""
    source = candidate.source
    yield from ((name, None) for name in source.voices or (source.voice or job.default_voice,))
    yield from candidate.voices().items()
    yield from ((name, None) for name in cast.used_in(candidate.document, candidate.index))


def _engines_of(job: Job, candidate: Candidate, cast: Cast) -> Iterator[str]:
    """Yield the engines of the voices that speak a section, as far as there are such voices, each once."""
    voices = (job.voices.get(name) for name, _ in _voices_of(job, candidate, cast))
    yield from dict.fromkeys(voice.engine for voice in voices if voice is not None)


def _undefined(job: Job, name: str, mark: Mark | None) -> Problem:
    near = get_close_matches(name, job.voices, n=1)
    known = f"Did you mean {near[0]}?" if near else f"The manifest has {', '.join(job.voices)}."
    return Problem(where=str(mark or job.path), what=f"voice: there is no voice {name!r}", hint=known)


def _problems_of(job: Job, voice: Voice, engine: EngineInfo, lessons: Lessons) -> Iterator[Problem]:
    yield from limit_problems(job, voice, engine.traits, lessons)
    yield from unknown_voice(job, voice, engine.traits.name, engine.voices)
    for name in sorted(voice.settings.keys() - engine.traits.settings):
        names = ", ".join(sorted(engine.traits.settings))
        yield Problem(
            where=str(voice.mark or job.path),
            what=f"voices.{voice.name}.settings: {engine.traits.name} knows no setting {name!r}",
            hint=f"It knows {names}." if names else "It has no settings of its own.",
        )
