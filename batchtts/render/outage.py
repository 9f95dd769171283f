"""Whether it is the engine that is away, or a text that it cannot speak.

Seen from one request both look alike.  They are told apart by the company: an engine that fails for several
segments in a row, with no answer to anybody between, is away, and none of them is to blame.
"""

import random

_FEWEST_FAILURES = 5


class Outage:
    """What is known of an engine's absence; times are those of the event loop's clock, in seconds."""

    def __init__(self, *, now: float, first_wait: float, longest_wait: float) -> None:
        self.answered_at = now
        self.is_on = False
        self._failing: set[str | int] = set()
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._n_waits = 0

    def end(self, now: float) -> float | None:
        """Take note that somebody was answered; return how long nobody was if there was an outage."""
        seconds = now - self.answered_at if self.is_on else None
        self.answered_at = now
        self.is_on = False
        self._failing.clear()
        self._n_waits = 0
        return seconds

    def suspect(self, witness: str | int) -> bool:
        """Take note of a failure; return whether it makes an outage of those before it.

        Failures count once for each witness: a segment that is to blame itself is the same one each time.
        """
        self._failing.add(witness)
        begins = not self.is_on and len(self._failing) >= _FEWEST_FAILURES
        self.is_on = self.is_on or begins
        return begins

    def next_wait(self) -> float:
        """Return how many seconds to leave the engine alone: more each time, and random, until it answers."""
        wait = min(self._longest_wait, self._first_wait * 2.0**self._n_waits)
        self._n_waits += 1
        return random.uniform(wait / 2, wait)  # noqa: S311 - it only spreads the requests
