"""How a segment is spoken: everything about it but its text, and what follows from that for any text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from batchtts.engine import EngineTraits
from batchtts.errors import Problem
from batchtts.job import Job, Lengths, SegmentSettings, Voice
from batchtts.model import Lessons, Pace, Settings
from batchtts.plan import fingerprint as fingerprints

_MOST_OF_A_SECOND = 0.8
"""The share of its own pace that an engine is trusted to keep up, before anything is known of the voice."""

_FEWEST_CHARACTERS = 20
N_SEEDS = 2**32
_MOST_KEPT = 1000
"""Manners: a table may give each of a million lines a seed of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """A voice with what a segment says for itself.

    `settings_json` is what fingerprints hash; `complaints` tell what of it the engine cannot do.
    """

    voice: Voice
    traits: EngineTraits
    speed: float
    seed: int
    length_seconds: float | None
    most_seconds: float | None
    lengths: Lengths
    max_characters: int
    settings: Settings
    settings_json: str
    pace: Pace
    complaints: tuple[str, ...]

    @property
    def is_timed(self) -> bool:
        """Return whether it says how long speech shall last."""
        return self.length_seconds is not None or self.most_seconds is not None

    def fingerprint(self, text: str) -> str:
        """Return the fingerprint of a segment that is spoken so."""
        return fingerprints.fingerprint(text, self.settings_json)

    def seconds(self, text: str) -> float:
        """Return about how long a text is when it is spoken so."""
        if self.length_seconds is not None:
            return self.length_seconds
        natural = self.natural_seconds(text)
        return natural if self.most_seconds is None else min(natural, self.most_seconds)

    def natural_seconds(self, text: str) -> float:
        """Return about how long a text is when nobody asks for any length."""
        return len(text) / (self.pace.mean * self.speed)


class Manners:
    """The manners of a job; segments with equal settings share one, as a rule."""

    def __init__(self, job: Job, traits: Mapping[str, EngineTraits], language: str, lessons: Lessons) -> None:
        self._job = job
        self._lessons = lessons
        self._traits = traits
        self._language = language
        self._known: dict[tuple[str, SegmentSettings, int], Manner] = {}

    def of(self, voice: str, own: SegmentSettings, take: int = 1) -> Manner:
        """Return how a voice speaks a segment that says `own` for itself; each `take` after the first has the next seed."""
        manner = self._known.get((voice, own, take))
        if manner is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            called = self._job.voices[voice]
            seed = (called.seed if own.seed is None else own.seed) + take - 1
            settings = own if take == 1 else replace(own, seed=seed % N_SEEDS)
            manner = self._known[voice, own, take] = self._made(called, settings)
        return manner

    def _made(self, voice: Voice, own: SegmentSettings) -> Manner:
        traits = self._traits[voice.engine]
        lengths = _lengths(self._job, own)
        settings = fingerprints.settings_of(voice, own, traits, self._language, lengths)
        speed = voice.speed if own.speed is None else own.speed
        pace = pace_of(voice, traits, self._lessons)
        return Manner(
            voice=voice,
            traits=traits,
            speed=speed,
            seed=voice.seed if own.seed is None else own.seed,
            length_seconds=own.length_seconds,
            most_seconds=own.most_seconds,
            lengths=lengths,
            max_characters=_max_characters(self._job, traits, pace, speed),
            settings=settings,
            settings_json=fingerprints.settings_json(settings),
            pace=pace,
            complaints=tuple(_complaints(self._job, voice, own, traits)),
        )


def _lengths(job: Job, own: SegmentSettings) -> Lengths:
    """Return by which rules a segment is made to last as long as it says."""
    return job.lengths if own.length_policy is None else replace(job.lengths, policy=own.length_policy)


def pace_of(voice: Voice, traits: EngineTraits, lessons: Lessons) -> Pace:
    """Return how fast a voice speaks: as was learned, or as its engine says."""
    own = traits.characters_per_second
    return lessons.paces.get(voice.name, Pace(mean=own, least=_MOST_OF_A_SECOND * own))


def _max_characters(job: Job, traits: EngineTraits, pace: Pace, speed: float) -> int:
    """Return how long a segment may be, by the job's limits and the engine's."""
    longest = min(job.limits.max_characters, traits.max_characters)
    seconds = job.limits.max_seconds
    return longest if seconds is None else min(longest, _characters_in(seconds, pace, speed))


def _complaints(job: Job, voice: Voice, own: SegmentSettings, traits: EngineTraits) -> Iterator[str]:
    most = job.limits.max_seconds
    if own.length_seconds is not None and most is not None and own.length_seconds > most:
        yield f"length: limits.max_seconds allows {most:g} s, not {own.length_seconds:g}"
    slowest, fastest = traits.speeds
    if own.speed not in (None, voice.speed) and not slowest <= own.speed <= fastest:
        yield f"speed: {traits.name} speaks at {slowest} to {fastest}, not {own.speed}"


def limit_problems(job: Job, voice: Voice, traits: EngineTraits, lessons: Lessons) -> Iterator[Problem]:
    """Return which of the job's limits and settings the engine of a voice cannot meet."""
    where = str(voice.mark or job.path)
    slowest, fastest = traits.speeds
    if not slowest <= voice.speed <= fastest:
        yield Problem(
            where=where,
            what=f"voices.{voice.name}.speed: {traits.name} speaks at {slowest} to {fastest}, not {voice.speed}",
        )
    seconds = job.limits.max_seconds
    if seconds is not None:
        n_characters = _characters_in(seconds, pace_of(voice, traits, lessons), voice.speed)
        if n_characters < _FEWEST_CHARACTERS:
            yield Problem(
                where=str(job.path),
                what=f"limits.max_seconds: in {seconds} s voice {voice.name!r} says about {n_characters} characters",
                hint=f"Allow at least {_FEWEST_CHARACTERS} characters, so that sentences need not be cut to pieces.",
            )


def _characters_in(seconds: float, pace: Pace, speed: float) -> int:
    """Return how many characters are nearly sure to be said in this time."""
    return int(seconds * pace.least * speed)
