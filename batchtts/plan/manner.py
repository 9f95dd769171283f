"""How a segment is spoken: everything about it but its text, and what follows from that for any text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from batchtts.engine import EngineTraits
from batchtts.errors import Problem
from batchtts.job import Job, Lengths, SegmentSettings, Voice
from batchtts.model import Settings
from batchtts.plan import fingerprint as fingerprints

_MOST_OF_A_SECOND = 0.8
_FEWEST_CHARACTERS = 20
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
    complaints: tuple[str, ...]

    def fingerprint(self, text: str) -> str:
        """Return the fingerprint of a segment that is spoken so."""
        return fingerprints.fingerprint(text, self.settings_json)

    def seconds(self, text: str) -> float:
        """Return about how long a text is when it is spoken so."""
        if self.length_seconds is not None:
            return self.length_seconds
        natural = len(text) / (self.traits.characters_per_second * self.speed)
        return natural if self.most_seconds is None else min(natural, self.most_seconds)


class Manners:
    """The manners of a job; segments with equal settings share one, as a rule."""

    def __init__(self, job: Job, traits: Mapping[str, EngineTraits], language: str) -> None:
        self._job = job
        self._traits = traits
        self._language = language
        self._known: dict[tuple[str, SegmentSettings], Manner] = {}

    def of(self, voice: str, own: SegmentSettings) -> Manner:
        """Return how a voice speaks a segment that says `own` for itself."""
        manner = self._known.get((voice, own))
        if manner is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            manner = self._known[voice, own] = self._made(self._job.voices[voice], own)
        return manner

    def _made(self, voice: Voice, own: SegmentSettings) -> Manner:
        traits = self._traits[voice.engine]
        lengths = _lengths(self._job, own)
        settings = fingerprints.settings_of(voice, own, traits, self._language, lengths)
        speed = voice.speed if own.speed is None else own.speed
        return Manner(
            voice=voice,
            traits=traits,
            speed=speed,
            seed=voice.seed if own.seed is None else own.seed,
            length_seconds=own.length_seconds,
            most_seconds=own.most_seconds,
            lengths=lengths,
            max_characters=_max_characters(self._job, traits, speed),
            settings=settings,
            settings_json=fingerprints.settings_json(settings),
            complaints=tuple(_complaints(voice, own, traits)),
        )


def _lengths(job: Job, own: SegmentSettings) -> Lengths:
    """Return by which rules a segment is made to last as long as it says."""
    return job.lengths if own.length_policy is None else replace(job.lengths, policy=own.length_policy)


def _max_characters(job: Job, traits: EngineTraits, speed: float) -> int:
    """Return how long a segment may be, by the job's limits and the engine's."""
    longest = min(job.limits.max_characters, traits.max_characters)
    seconds = job.limits.max_seconds
    return longest if seconds is None else min(longest, _characters_in(seconds, traits, speed))


def _complaints(voice: Voice, own: SegmentSettings, traits: EngineTraits) -> Iterator[str]:
    slowest, fastest = traits.speeds
    if own.speed not in (None, voice.speed) and not slowest <= own.speed <= fastest:
        yield f"speed: {traits.name} speaks at {slowest} to {fastest}, not {own.speed}"


def limit_problems(job: Job, voice: Voice, traits: EngineTraits) -> Iterator[Problem]:
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
        n_characters = _characters_in(seconds, traits, voice.speed)
        if n_characters < _FEWEST_CHARACTERS:
            yield Problem(
                where=str(job.path),
                what=f"limits.max_seconds: in {seconds} s voice {voice.name!r} says about {n_characters} characters",
                hint=f"Allow at least {_FEWEST_CHARACTERS} characters, so that sentences need not be cut to pieces.",
            )


def _characters_in(seconds: float, traits: EngineTraits, speed: float) -> int:
    """Return how many characters are sure to be said in this time: fewer than the estimate, which is a mean."""
    return int(seconds * traits.characters_per_second * speed * _MOST_OF_A_SECOND)
