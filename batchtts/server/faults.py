"""Faults injected on purpose: what goes wrong, for whom, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING

from aiohttp import web

from batchtts.lmnt import wire

if TYPE_CHECKING:
    from batchtts.server.speaking import Utterance

SPEECH_PATHS = (wire.BETA_SYNTHESIZE, wire.V1_SPEECH, wire.V1_BYTES)
STREAM_PATHS = (wire.BETA_STREAM, wire.V1_STREAM)
GROUPS = {
    "synthesize": SPEECH_PATHS,
    "stream": STREAM_PATHS,
    "voices": (wire.BETA_VOICES, wire.V1_VOICES, wire.V1_VOICE, f"{wire.V1_VOICE}/*"),
    "account": (wire.V1_ACCOUNT,),
}
"""Names for what a rule is on; anything that begins with `/` or `*` is a pattern for the path itself."""
HEALTHZ, METRICS = "/healthz", "/metrics"
"""What is not LMNT's but the server's own, and always works."""


class Moment(StrEnum):
    """When a connection is reset."""

    BEFORE = "before"
    MIDDLE = "middle"


class Answer(StrEnum):
    """What comes with status 200 in place of the right body.

    `SILENCE` is a WAV file of the wrong sample rate; `SAME` is, for every request that it befalls, the speech
    that the first of them asked for.
    """

    HTML = "html"
    EMPTY = "empty"
    SILENCE = "silence"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one request: exactly one of the first five is set.

    `latency` is in seconds, `truncate` is the share of the body that is sent, `retry_after` in seconds.
    """

    latency: float | None = None
    status: int | None = None
    reset: Moment | None = None
    truncate: float | None = None
    answer: Answer | None = None
    body: str | None = None
    retry_after: float | None = None

    @property
    def kind(self) -> str:
        """Return the label under which it is counted."""
        if self.status is not None:
            return str(self.status)
        if self.reset is not None:
            return f"reset_{self.reset}"
        if self.answer is not None:
            return str(self.answer)
        return "latency" if self.truncate is None else "truncate"

    @property
    def cuts(self) -> bool:
        """Return whether the connection is to end in the middle of an answer."""
        return self.reset is Moment.MIDDLE or self.truncate is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fault, and which requests it befalls.

    Of those that match `on`: the first `first`, every `every`th, and of these a random `share`; and no more than
    `times` in all.
    """

    fault: Fault
    on: str = "*"
    share: float = 1.0
    first: int | None = None
    every: int = 1
    times: int | None = None

    def matches(self, path: str) -> bool:
        """Return whether a rule is about a path."""
        if path in (HEALTHZ, METRICS):
            return False
        patterns: Sequence[str] = GROUPS.get(self.on, (self.on,))
        return any(fnmatchcase(path, pattern) for pattern in patterns)


class Faults:
    """The rules of one server, and how often each has matched and befallen."""

    def __init__(self, rules: Sequence[Rule], *, seed: int = 0) -> None:
        self._rules = tuple(rules)
        self._seed = seed
        self._n_matched = [0] * len(rules)
        self._n_befallen = [0] * len(rules)
        self._first: Utterance | None = None

    def first_of_all(self, utterance: "Utterance") -> "Utterance":
        """Return what was asked for by the first request that `Answer.SAME` befell, which may be this one."""
        self._first = self._first or utterance
        return self._first

    def befalling(self, path: str) -> tuple[float, Fault | None]:
        """Return what befalls the next request to a path: a latency in seconds, and at most one other fault.

        Latencies add up.  Of the other faults the first in the file counts, and the rules after it do not even
        look at the request.  What is random depends on the seed, the rule and the number of the request only.
        """
        seconds = 0.0
        for index, rule in enumerate(self._rules):
            if not rule.matches(path) or not self._befalls(index, rule):
                continue
            if rule.fault.latency is None:
                return seconds, rule.fault
            seconds += rule.fault.latency
        return seconds, None

    def _befalls(self, index: int, rule: Rule) -> bool:
        number = self._n_matched[index]
        self._n_matched[index] += 1
        if rule.first is not None and number >= rule.first:
            return False
        if rule.times is not None and self._n_befallen[index] >= rule.times:
            return False
        if (number + 1) % rule.every:
            return False
        # The generator is for tests, not for secrets.
        if Random(f"{self._seed}/{index}/{number}").random() >= rule.share:  # noqa: S311
            return False
        self._n_befallen[index] += 1
        return True


_INJECTED: web.RequestKey[Fault | None] = web.RequestKey("fault", Fault)


def inject(request: web.Request, fault: Fault | None) -> None:
    """Remember what is to befall a request, for those who have to do it."""
    request[_INJECTED] = fault


def injected(request: web.Request) -> Fault | None:
    """Return what is to befall a request.

    A session whose fault `cuts` aborts its connection after the first audio; all else is done before a session
    begins.
    """
    return request.get(_INJECTED)
