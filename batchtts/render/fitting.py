"""Speech that lasts exactly as long as was asked for, whatever the engine.

An engine that speaks to a given length itself is asked for it.  Of another, what it says at its own pace is
measured; if that does not fit, a free one is asked again at the speed that should, until the rest can be left to
silence: before and after the words a recording may have as little of it as `ONSET_SECONDS`, and as much as the
engine gave it.  What then is still missing is stretched, at its pitch.  An engine that costs money is asked once.
"""

from dataclasses import dataclass, replace
from math import log
from typing import Protocol, runtime_checkable

from batchtts.alignment import crop, extend, scale
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.engine import GOOD_SPEEDS, Engine, EngineTraits, Fitted, Speech, SpeechRequest
from batchtts.job import LengthPolicy, Lengths
from batchtts.model import ONSET_SECONDS

_MOST_ASKED = 4
_AIM = 0.02
"""The share of the whole that may be silence on top of that, and how far inside of what silence makes up for a speed
is aimed at: few engines obey to the sample."""

_EDGE = 0.1
"""How near to a speed that was wrong another is asked for, as a share of the way to one that was wrong on the other side."""

_FINEST_SPEED = 3  # digits; no engine tells finer ones apart


@runtime_checkable
class Fitter(Protocol):
    """An engine that fits speech itself, as it knows better where: on a worker of its cluster, say."""

    async def fitted(self, request: SpeechRequest) -> Speech:
        """Speak as `speak` would."""
        ...


async def speak(engine: Engine, request: SpeechRequest) -> Speech:
    """Have an engine speak for as long as a request says; without a length, as it comes.

    A request that cannot be met by what its `lengths` allow is answered as their policy says (`fail` as
    `overflow`): whether to keep that is for others to decide.  Raises what the engine raises, and `FfmpegError`.
    """
    if request.length_seconds is None and request.most_seconds is None:
        return await engine.synthesize(request)
    if isinstance(engine, Fitter):
        return await engine.fitted(request)
    return await _Fitting(engine, request).speech()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One answer of the engine, as it was asked at a speed; of its samples, those from `first` to `last` are needed."""

    speech: Speech
    speed: float

    @property
    def is_sound(self) -> bool:
        """Return whether the answer makes sense at all; of one that does not, nothing can be made."""
        audio, alignment = self.speech.audio, self.speech.alignment
        is_aligned = (alignment.n_samples, alignment.sample_rate) == (audio.n_samples, audio.sample_rate)
        return is_aligned and audio.n_samples > 0

    @property
    def first(self) -> int:
        audio = self.speech.audio
        return max(0, self.speech.alignment.speech[0] - round(ONSET_SECONDS * audio.sample_rate))

    @property
    def last(self) -> int:
        audio = self.speech.audio
        end = self.speech.alignment.speech[1] + round(ONSET_SECONDS * audio.sample_rate)
        return min(audio.n_samples, end)

    @property
    def n_needed(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class _Aim:
    """How many samples are wanted, and how many of them should and may be silence beyond what every recording needs."""

    n_samples: int
    n_silent: int
    n_most_silent: int

    def stretch(self, candidate: _Candidate) -> float:
        """Return by how much a candidate has to be stretched; 1 where silence can make up for the rest."""
        return self._nearest(candidate, self.n_most_silent) / candidate.n_needed

    def misfit(self, candidate: _Candidate) -> float:
        """Return by how much a candidate should be longer; 1 where silence makes up for the rest as it should."""
        return self._nearest(candidate, self.n_silent) / candidate.n_needed

    def _nearest(self, candidate: _Candidate, n_silent: int) -> int:
        return min(max(candidate.n_needed, self.n_samples - n_silent), self.n_samples)

    def at(self, n_needed: int) -> float:
        """Return how long a candidate should be instead: on the side that it comes from, but not at the edge."""
        inside = min(self.n_silent / 2, _AIM * self.n_samples)
        is_long = n_needed > self.n_samples
        return self.n_samples - inside if is_long else self.n_samples - self.n_silent + inside


class _Fitting:
    """One request, and what has come of it so far."""

    def __init__(self, engine: Engine, request: SpeechRequest) -> None:
        self._engine = engine
        self._request = request
        self._traits: EngineTraits = engine.traits
        self._candidates: list[_Candidate] = []

    async def speech(self) -> Speech:
        """Return the speech, and in it how it was made to fit."""
        natural = await self._ask(self._request.speed)
        if not natural.is_sound:
            return natural.speech
        aim = self._aim(natural)
        if self._request.length_seconds is None and natural.n_needed <= aim.n_samples:
            return natural.speech  # it may be shorter
        if natural.speech.audio.n_samples == aim.n_samples:
            return self._reported(natural.speech, natural, needed=1.0, stretch=1.0)
        if self._may_ask_again:
            await self._solve(aim)
        best = min(self._candidates, key=lambda one: (_away(aim.stretch(one)), _away(aim.misfit(one))))
        needed = aim.stretch(best)
        stretch = _allowed(needed, self._request.lengths)
        if stretch is None:
            return self._reported(natural.speech, natural, needed=needed, stretch=1.0)
        return self._reported(await _made(best, stretch, aim), best, needed=needed, stretch=stretch)

    def _reported(self, speech: Speech, source: _Candidate, *, needed: float, stretch: float) -> Speech:
        fitted = Fitted(
            requested=self._seconds,
            natural=self._candidates[0].speech.audio.seconds,
            obtained=speech.audio.seconds,
            speed=source.speed,
            stretch=stretch,
            needed=needed,
            policy=self._request.lengths.policy,
            n_asked=len(self._candidates),
        )
        return replace(speech, fitted=fitted)

    @property
    def _seconds(self) -> float:
        seconds = self._request.length_seconds
        return seconds if seconds is not None else self._request.most_seconds or 0.0

    @property
    def _may_ask_again(self) -> bool:
        has_own = self._traits.supports_length and self._request.length_seconds is not None
        return not self._traits.paid and not has_own

    def _aim(self, natural: _Candidate) -> _Aim:
        audio = natural.speech.audio
        n_samples = max(1, round(self._seconds * audio.sample_rate))
        n_silent = audio.n_samples - natural.n_needed
        # What is spoken slower has longer silences as well; what is spoken faster may keep those it had.
        longer = max(1.0, n_samples / audio.n_samples)
        n_silent = min(round(n_silent * longer + _AIM * n_samples), n_samples - 1)
        may_be_shorter = self._request.length_seconds is None
        return _Aim(n_samples, n_silent, n_samples - 1 if may_be_shorter else n_silent)

    async def _solve(self, aim: _Aim) -> None:
        """Ask at other speeds until one of them fits, or none is left that could fit better."""
        while len(self._candidates) < _MOST_ASKED and aim.misfit(self._candidates[-1]) != 1.0:
            speed = self._next_speed(aim)
            if any(candidate.speed == speed for candidate in self._candidates):
                return
            if not (await self._ask(speed)).is_sound:
                del self._candidates[-1]
                return

    def _next_speed(self, aim: _Aim) -> float:
        """Return the speed at which the last two answers, or the last one, let expect the right length.

        What is said at speed `s` lasts about `a / s + b`: pauses hardly shrink, so `b` is seldom 0.
        """
        *before, last = self._candidates
        wanted = aim.at(last.n_needed)
        slope = last.n_needed * last.speed
        if before and before[-1].n_needed != last.n_needed:
            secant = (last.n_needed - before[-1].n_needed) / (1 / last.speed - 1 / before[-1].speed)
            slope = secant if secant > 0 else slope
        inverse = 1 / last.speed + (wanted - last.n_needed) / slope
        slowest, fastest = self._bracket(aim)
        return round(min(max(1 / inverse, slowest), fastest) if inverse > 0 else fastest, _FINEST_SPEED)

    def _bracket(self, aim: _Aim) -> tuple[float, float]:
        """Return between which speeds the right one must be, by what was too long and what was too short."""
        slowest, fastest = self._speeds()
        slow = max((one.speed for one in self._candidates if aim.misfit(one) < 1), default=None)
        fast = min((one.speed for one in self._candidates if aim.misfit(one) > 1), default=None)
        if slow is None or fast is None:
            return slowest, fastest
        step = (fast - slow) * _EDGE
        return slow + step, fast - step

    def _speeds(self) -> tuple[float, float]:
        """Return the slowest and the fastest speed to ask for; the voice's own is always one of them."""
        own = self._request.speed
        slowest, fastest = self._traits.speeds
        return min(own, max(slowest, GOOD_SPEEDS[0])), max(own, min(fastest, GOOD_SPEEDS[1]))

    async def _ask(self, speed: float) -> _Candidate:
        length = self._request.length_seconds if self._traits.supports_length else None
        speech = await self._engine.synthesize(replace(self._request, speed=speed, length_seconds=length))
        self._candidates.append(_Candidate(speech, speed))
        return self._candidates[-1]


def _away(stretch: float) -> float:
    """Return how far a stretch is from none, twice as long being as far as half as long."""
    return abs(log(stretch))


def _allowed(needed: float, lengths: Lengths) -> float | None:
    """Return by how much to stretch; None if speech is to be left as it came instead."""
    nearest = min(max(needed, lengths.least_stretch), lengths.most_stretch)
    return nearest if nearest == needed or lengths.policy is LengthPolicy.BEST else None


async def _made(candidate: _Candidate, stretch: float, aim: _Aim) -> Speech:
    """Return a candidate stretched, with as much silence behind it as brings it to the aim, or as near as allowed."""
    speech = candidate.speech
    n_needed = round(candidate.n_needed * stretch)
    n_wanted = max(n_needed, min(aim.n_samples, n_needed + aim.n_most_silent))
    n_own = min(speech.audio.n_samples - candidate.last, round((n_wanted - n_needed) / stretch))
    first, last = candidate.first, candidate.last + n_own
    audio, alignment = speech.audio.slice(first, last), crop(speech.alignment, first, last)
    n_stretched = (
        min(n_wanted, max(1, round(audio.n_samples * stretch))) if stretch != 1.0 else audio.n_samples
    )
    if n_stretched != audio.n_samples:
        from batchtts.audio.fit import fit  # numpy takes a while to load, and few runs need it here

        audio, alignment = await fit(audio, n_stretched), scale(alignment, n_samples=n_stretched)
    n_tail = n_wanted - audio.n_samples
    sound = Pcm(audio.data + bytes(n_tail * SAMPLE_BYTES), audio.sample_rate)
    return Speech(audio=sound, alignment=extend(alignment, n_tail))
