"""One request to an engine, on record from before it is made until what came of it is known."""

import asyncio
from functools import partial
from types import TracebackType
from typing import Self

from batchtts.errors import EngineRefused, EngineUnavailable, TakeFailedChecks, TextRejected
from batchtts.ledger import recording
from batchtts.ledger.writing import Writer
from batchtts.model import TakeRecord

OUTCOMES: dict[type[BaseException], str] = {
    TakeFailedChecks: "failed_checks",
    EngineUnavailable: "unavailable",
    TextRejected: "rejected",
    EngineRefused: "refused",
}

MAX_DETAIL = 2000
"""An engine may answer with a whole page; a ledger of a million attempts has no room for that."""


class Attempt:
    """One request to an engine.  Leaving the block without having kept a take ends it by its exception."""

    def __init__(
        self, writer: Writer, number: int, *, run: int, fingerprint: str, characters: int, durable: bool
    ) -> None:
        self.number = number
        self._writer = writer
        self._durable = durable
        self._begin = partial(
            recording.open_attempt,
            number=number,
            run=run,
            fingerprint=fingerprint,
            characters=characters,
            started_at=recording.now(),
        )
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

    async def keep(self, record: TakeRecord) -> None:
        """End the attempt with its take, whose file is whole and synced; it is on record when this returns."""
        await self._writer.perform(
            partial(recording.keep, number=self.number, record=record, ended_at=recording.now())
        )
        self._is_kept = True

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
                outcome=_outcome(error),
                detail=_detail(error),
                ended_at=recording.now(),
            )
        )


def _outcome(error: BaseException | None) -> str:
    return next((outcome for kind, outcome in OUTCOMES.items() if isinstance(error, kind)), "interrupted")


def _detail(error: BaseException | None) -> str | None:
    if error is None:
        return None
    text = str(error) or type(error).__name__
    return text[:MAX_DETAIL].encode(errors="replace").decode()  # names of files may hold what UTF-8 cannot
