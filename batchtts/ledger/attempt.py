"""One request to an engine, on record from before it is made until what came of it is known."""

import asyncio
from functools import partial
from types import TracebackType
from typing import Self

from batchtts.errors import EngineRefused, EngineUnavailable, LengthMissed, TakeFailedChecks, TextRejected
from batchtts.ledger import recording
from batchtts.ledger.recording import Opening
from batchtts.ledger.writing import Writer
from batchtts.model import TakeRecord

OUTCOMES: dict[type[BaseException], str] = {
    TakeFailedChecks: "failed_checks",
    TextRejected: "rejected",
    EngineRefused: "refused",
}

MAX_DETAIL = 2000
"""An engine may answer with a whole page; a ledger of a million attempts has no room for that."""


class Attempt:
    """One request to an engine.  Leaving the block without having kept a take ends it by its exception.

    Where it is not the last, a recording that fails its checks is no verdict on the segment: it is discarded.
    """

    def __init__(self, writer: Writer, opening: Opening, *, durable: bool, is_last: bool) -> None:
        self.number = opening.number
        self._writer = writer
        self._durable = durable
        self._is_last = is_last
        self._begin = partial(recording.open_attempt, opening=opening)
        self._is_kept = False

    async def __aenter__(self) -> Self:
        if not self._durable:
            self._writer.post(self._begin)
            return self
        try:
            await self._writer.perform(self._begin)
        except asyncio.CancelledError as error:
            self._end(error)  # it may be on record all the same
            raise
        return self

    async def keep(self, record: TakeRecord) -> tuple[str, ...]:
        """End the attempt with its take, which is whole and synced; it is on record when this returns.

        What is returned are the ids of the chapters of which it was the last take that was missing.
        """
        completed = await self._writer.perform(
            partial(recording.keep, number=self.number, record=record, ended_at=recording.now())
        )
        self._is_kept = True
        return completed

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._is_kept:
            self._end(error)

    def _end(self, error: BaseException | None) -> None:
        """Have the end recorded, and do not wait for it: whoever was cancelled cannot, and nothing hangs on it.

        A take that was being kept when the cancellation came is on record by then, and stays.
        """
        self._writer.post(
            partial(
                recording.close_attempt,
                number=self.number,
                outcome=_outcome(error, is_last=self._is_last),
                detail=_detail(error),
                ended_at=recording.now(),
            )
        )


def _outcome(error: BaseException | None, *, is_last: bool) -> str:
    if isinstance(error, EngineUnavailable):
        return "unreached" if not error.reached else "busy" if error.busy else "unavailable"
    if isinstance(error, TakeFailedChecks) and not is_last and not isinstance(error, LengthMissed):
        return "discarded"
    return next((outcome for kind, outcome in OUTCOMES.items() if isinstance(error, kind)), "interrupted")


def _detail(error: BaseException | None) -> str | None:
    if error is None:
        return None
    text = str(error) or type(error).__name__
    return text[:MAX_DETAIL].encode(errors="replace").decode()  # names of files may hold what UTF-8 cannot
