"""The way to an engine: to a local one at once, to a remote one when it has time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, runtime_checkable

from batchtts.errors import BatchttsError, EngineRefused, EngineUnavailable, TakeFailedChecks, TextRejected
from batchtts.events import EngineAway, EngineBack, Listener
from batchtts.render.outage import Outage
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop
from batchtts.render.window import Window

T = TypeVar("T")

_MOST_IN_VAIN, _FEWEST_TEXTS = 20, 5
"""So many answers in a row that cannot be used, to so many texts, are no matter of the texts any more."""

Attempt = Callable[[Callable[[], None]], Awaitable[T]]
"""Asks the engine once; calls what it is handed as soon as the engine has answered."""


class Access(Protocol):
    """How workers get at an engine."""

    async def ask(self, segment: str, attempt: Attempt[T]) -> T | None:
        """Make an attempt and return what comes of it, None if the run is to end before its turn."""
        ...


class Unthrottled:
    """Access to a local engine: it has as many workers as it can serve, so none of them has to wait."""

    async def ask(self, segment: str, attempt: Attempt[T]) -> T | None:  # noqa: ARG002 - part of Access
        """Make the attempt."""
        return await attempt(_ignore)


@runtime_checkable
class Gated(Protocol):
    """An engine that knows itself how much it can be asked for now, and lets nobody else in."""

    def gated(self, inner: Access) -> Access:
        """Return access that waits until there is room as well, before an attempt is on record."""
        ...


class Throttle:
    """Access to a remote engine.

    A slot is held while a request is in flight, and only then.  What the engine itself is in trouble with
    (it is busy, says when to come back, is not reached, or is away) is no failure of the segment, which
    takes its turn again.  When nobody has been answered for as long as there is patience, the run is to end;
    and so it is when one answer after another cannot be used, whatever the text: each may cost.
    """

    def __init__(self, engine: str, *, most: int, policy: RetryPolicy, stop: Stop, tell: Listener) -> None:
        self._engine = engine
        self._patience = policy.patience_seconds
        self._stop = stop
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._window = Window(most)
        self._outage = Outage(
            now=self._loop.time(),
            first_wait=policy.first_wait_seconds,
            longest_wait=policy.longest_probe_seconds,
        )
        self._in_vain: list[str] = []
        self._waiting: deque[asyncio.Future[Slot]] = deque()
        self._n_in_flight = 0
        self._newest = 0
        self._newest_before_cut = 0
        self._told_until = self._probe_at = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        stop.listen(self._let_in)

    @property
    def slots(self) -> int:
        """Return how many requests may be in flight now."""
        return 1 if self._outage.is_on else self._window.slots

    async def ask(self, segment: str, attempt: Attempt[T]) -> T | None:
        """Make an attempt when its turn comes, and again while the engine, not the segment, is in trouble.

        Raise `EngineUnavailable` for a failure that counts as one of the segment's.
        """
        while True:
            slot = await self._turn()
            try:
                if self._stop.requested:
                    return None
                kept = await attempt(slot.note_answer)
                self._in_vain.clear()
                return kept
            except TakeFailedChecks as error:
                self._lose_faith(segment, error)
                raise
            except TextRejected as error:
                if not self._outage.is_on:  # an engine may know such a text without asking anybody
                    slot.note_answer()
                self._lose_faith(segment, error)
                raise
            except EngineUnavailable as error:
                if self._counts(error, segment, slot):
                    raise
            finally:
                slot.release()

    async def _turn(self) -> "Slot":
        """Wait for a slot: first come, first served."""
        turn: asyncio.Future[Slot] = self._loop.create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was let in at the same moment
                turn.result().release()
            raise

    def _let_in(self) -> None:
        """Let in whoever may go; if that is a matter of time, look again then."""
        not_before = max(self._told_until, self._probe_at)
        is_time = self._loop.time() >= not_before
        while self._waiting and (self._stop.requested or (is_time and self._n_in_flight < self.slots)):
            turn = self._waiting.popleft()
            if not turn.done():
                self._n_in_flight += 1
                self._newest += 1
                turn.set_result(Slot(self, number=self._newest, n_together=self._n_in_flight))
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if is_time else self._loop.call_at(not_before, self._let_in)

    def take_back(self) -> None:
        """Take note that a request is not in flight any more."""
        self._n_in_flight -= 1
        self._let_in()

    def note_answer(self, slot: "Slot") -> None:
        """Take note that a request was answered."""
        self._window.grow(slot.n_together, is_news=slot.number > self._newest_before_cut)
        self._probe_at = 0.0
        seconds = self._outage.end(self._loop.time())
        if seconds is not None:
            self._window.restart()
            self._tell(EngineBack(engine=self._engine, away_seconds=seconds))

    def _counts(self, error: EngineUnavailable, segment: str, slot: "Slot") -> bool:
        """Take note of a failure; return whether it counts as one of the segment's."""
        is_overload = error.busy or error.retry_after is not None
        is_news = slot.number > self._newest_before_cut
        if error.retry_after is not None:
            self._told_until = max(self._told_until, self._loop.time() + error.retry_after)
        if is_overload and self.slots > 1:
            if is_news:
                self._window.shrink(slot.n_together)
                self._newest_before_cut = self._newest
        else:
            witness = segment if error.reached and not is_overload else slot.number
            begins = self._suspect(witness, error)
            if begins or (is_news and (self._outage.is_on or is_overload)):
                self._back_off()
        if error.reached and not is_overload and not self._outage.is_on:
            return True
        self._lose_patience(error)
        return False

    def _suspect(self, witness: str | int, error: EngineUnavailable) -> bool:
        begins = self._outage.suspect(witness)
        if begins:
            self._tell(EngineAway(engine=self._engine, reason=str(error), patience_seconds=self._patience))
        return begins

    def _back_off(self) -> None:
        """Leave the engine alone for a while; what is still in flight says nothing new when it fails.

        The last probe is made when patience ends.
        """
        now = self._loop.time()
        patience_ends = self._outage.answered_at + self._patience
        self._probe_at = min(now + self._outage.next_wait(), max(now, patience_ends))
        self._newest_before_cut = self._newest

    def _lose_faith(self, segment: str, error: BatchttsError) -> None:
        """Ask for the end of the run if too many answers in a row were of no use."""
        self._in_vain.append(segment)
        n_texts = len(set(self._in_vain))
        if len(self._in_vain) < _MOST_IN_VAIN or n_texts < _FEWEST_TEXTS:
            return
        reason = EngineRefused(
            f"{len(self._in_vain)} answers of {self._engine} in a row, to {n_texts} texts, are of no use: {error}",
            hint="Look at the voice and the settings. `--retry-failed` asks again for what was rejected; if it is "
            "the texts after all, `render.attempts: 1` gives each up at once, and the same command goes on.",
        )
        reason.__cause__ = error
        self._stop.request(reason)

    def _lose_patience(self, error: EngineUnavailable) -> None:
        """Ask for the end of the run if nobody has been answered, or will be, for too long."""
        silent = self._loop.time() - self._outage.answered_at
        wait = 0.0 if error.retry_after is None else self._told_until - self._loop.time()
        if silent + wait < self._patience:
            return
        what = (
            f"wants to be left alone for {wait:.0f} s"
            if wait > silent
            else f"has answered nobody for {min(silent, self._patience):.0f} s"
        )
        reason = EngineUnavailable(
            f"{self._engine} {what}: {error}",
            hint="What was rendered is stored. Once the engine answers, the same command goes on from there.",
        )
        reason.__cause__ = error
        self._stop.request(reason)


class Slot:
    """The right to have one request in flight: the n-th of its engine, one of so many together when it began."""

    def __init__(self, throttle: Throttle, *, number: int, n_together: int) -> None:
        self.number = number
        self.n_together = n_together
        self._throttle = throttle
        self._is_held = True

    def note_answer(self) -> None:
        """Take note that the engine has answered, and let others have the slot."""
        self._throttle.note_answer(self)
        self.release()

    def release(self) -> None:
        """Let others have the slot, if that was not done before."""
        if self._is_held:
            self._is_held = False
            self._throttle.take_back()


def _ignore() -> None:
    """Take note of nothing."""
