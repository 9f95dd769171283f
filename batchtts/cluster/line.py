"""What one engine is asked for: what waits, how fast it is answered, and what it has been lost with."""

import asyncio
import math
from collections import Counter, deque
from dataclasses import dataclass
from hashlib import blake2b

from batchtts.cluster.gate import Gate
from batchtts.cluster.messages import EngineSpec, Versions
from batchtts.engine import Speech, SpeechRequest
from batchtts.errors import EngineError, EngineUnavailable, TextRejected

MOST_REQUESTS = 16
"""So many requests go in one message at most: more bring nothing (a message costs as much as a few of them)."""

_SECONDS_A_BATCH = 0.25
"""A batch holds about as much as takes this long: its own cost does not show, and little is lost with a worker."""

_SECONDS_TO_PREFETCH = 1.0
"""Where a batch takes longer than that, nobody notices the moment until the next one comes."""

_WEIGHT_OF_NEWS = 0.3
_SPARE = 1.5

_DEADLY = 4
"""So many deaths of workers that had nothing else to do condemn a text.  Machines are taken away and processes killed
for other reasons, so it takes some to be sure."""

_WEIGHT_OF_A_HANG = 2
"""A worker that is there and does not answer says more of the text than one that has gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A request, and the answer that somebody waits for."""

    request: SpeechRequest
    answer: "asyncio.Future[Speech]"


class Line:
    """The requests to one engine."""

    def __init__(
        self, spec: EngineSpec, needed: Versions, gate: Gate, *, most_requests: int = MOST_REQUESTS
    ) -> None:
        """Begin with nothing.  No more than `most_requests` go in one message."""
        self.spec = spec
        self.needed = needed
        self.gate = gate
        self.waiting: deque[Asked] = deque()
        self.suspects: deque[Asked] = deque()
        self._most_requests = most_requests
        self._seconds: float | None = None
        self._weights: Counter[bytes] = Counter()

    def rejection(self, request: SpeechRequest) -> TextRejected | None:
        """Return why a request must not be sent to anybody again, None if it may."""
        if self._weights and self._weights[_digest(request)] >= _DEADLY:
            return _deadly()
        return None

    def add(self, asked: Asked, *, first: bool = False) -> None:
        """Let a request wait: among the others, or apart from them if it was with a worker that was lost."""
        is_suspect = bool(self._weights) and _digest(asked.request) in self._weights
        queue = self.suspects if is_suspect else self.waiting
        (queue.appendleft if first else queue.append)(asked)

    def remove(self, asked: Asked) -> bool:
        """Forget a request that nobody waits for any more; return whether it was still here."""
        for queue in (self.waiting, self.suspects):
            if asked in queue:
                queue.remove(asked)
                return True
        return False

    def take(self, n_places: int) -> list[Asked]:
        """Return the next batch, where so many can be sent: all of them get their share of what waits."""
        n = min(self.batch_size, math.ceil(len(self.waiting) / n_places))
        return [self.waiting.popleft() for _ in range(n)]

    @property
    def batch_size(self) -> int:
        """Return how many requests should go in one message, as far as is known."""
        if self._seconds is None:
            return 1
        return max(1, min(self._most_requests, int(_SECONDS_A_BATCH / max(self._seconds, 1e-9))))

    @property
    def depth(self) -> int:
        """Return how many batches a thread of a worker should have: the one that it speaks, and the next."""
        seconds = self.batch_size * (self._seconds or 0.0)
        return 2 if seconds < _SECONDS_TO_PREFETCH else 1

    def window(self, n_threads: int) -> int:
        """Return how many requests so many threads keep busy, and enough more to fill the next batches."""
        return math.ceil(n_threads * self.depth * self.batch_size * _SPARE)

    def note_pace(self, n_requests: int, seconds: float) -> None:
        """Take note of how long some requests took together."""
        news = seconds / n_requests
        known = news if self._seconds is None else self._seconds
        self._seconds = known + _WEIGHT_OF_NEWS * (news - known)

    def note_answer(self, asked: Asked) -> None:
        """Take note that a request was answered: it kills no worker."""
        if self._weights:
            self._weights.pop(_digest(asked.request), None)

    def note_loss(self, asked: Asked, worker: str, *, is_alone: bool, is_hang: bool) -> EngineError:
        """Take note that a worker was lost with a request; return what that is to whoever waits for it.

        What was lost in company is sent alone next time: then it is known what the worker was lost with.
        """
        self._weights[_digest(asked.request)] += is_alone * (_WEIGHT_OF_A_HANG if is_hang else 1)
        return self.rejection(asked.request) or EngineUnavailable(
            f"the worker {worker} was lost while it had this text", hint="Another worker is asked for it."
        )


def _deadly() -> TextRejected:
    return TextRejected(
        "worker after worker was lost with this text, or did not answer, though it had nothing else to do",
        hint="Change the text, or speak it with another engine.",
    )


def _digest(request: SpeechRequest) -> bytes:
    return blake2b(repr(request).encode(errors="surrogatepass"), digest_size=16).digest()
