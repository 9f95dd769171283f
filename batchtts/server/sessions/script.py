"""What a session still has to say, in order: sentences, and between them what has to be answered."""

import asyncio
from collections import deque
from dataclasses import dataclass

from batchtts.server.sessions.messages import Finish, Flush, Reset

_CUE_CHARACTERS = 100
"""What a cue counts besides its text, so that a million empty flushes do not come free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Something to say; `is_last` where a flush or the end follows."""

    text: str
    is_last: bool = False


Cue = Sentence | Flush | Reset | Finish


class Script:
    """Cues that wait for an engine.  One coroutine writes it, another takes from it."""

    def __init__(self, *, max_characters: int) -> None:
        """Have room for that many characters."""
        self._max_characters = max_characters
        self._cues: deque[Cue] = deque()
        self._n_characters = 0
        self._has_cues = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def room(self) -> None:
        """Wait until there is room for more; whoever writes waits before, not after."""
        await self._has_room.wait()

    def add(self, cue: Cue) -> None:
        """Add a cue at the end."""
        self._cues.append(cue)
        self._count(_n_characters(cue))
        self._has_cues.set()

    async def take(self) -> Cue:
        """Return the next cue, when there is one."""
        await self._has_cues.wait()
        cue = self._cues.popleft()
        if not self._cues:
            self._has_cues.clear()
        self._count(-_n_characters(cue))
        return cue

    def drop_sentences(self) -> None:
        """Forget what is not spoken yet, back to the last cue that is no sentence: what was flushed is promised."""
        while self._cues and isinstance(self._cues[-1], Sentence):
            self._count(-_n_characters(self._cues.pop()))
        if not self._cues:
            self._has_cues.clear()

    def _count(self, n_characters: int) -> None:
        self._n_characters += n_characters
        if self._n_characters < self._max_characters:
            self._has_room.set()
        else:
            self._has_room.clear()


def _n_characters(cue: Cue) -> int:
    return _CUE_CHARACTERS + (len(cue.text) if isinstance(cue, Sentence) else 0)
