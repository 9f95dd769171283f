"""How many requests a remote engine can serve at once: found by trying, as nobody says it.

A share of the slots is cut when the engine is busy, and they are added one by one while it answers (additive
increase, multiplicative decrease: Chiu and Jain, 1989).  Before the first cut nothing is known at all, and each round
of answers brings half as many again, so that it takes 7 rounds to have 64, not 60 (slow start: Jacobson, 1988).
Where it went well before, slots come back soon; beyond that the next answer may be a refusal, so it is tried less
often.
"""

_FIRST_SLOTS = 4.0
_ANSWERS_A_SLOT_AT_FIRST = 2.0
_SHARE_LEFT = 0.75
_FEWEST_ANSWERS_A_RISK = 10


class Window:
    """The slots of one engine; `n_together` is how many requests were in flight when one began, itself included."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._size = min(_FIRST_SLOTS, self._most)
        self._proven = 0.0
        self._was_cut = False
        self._is_answered = True

    @property
    def slots(self) -> int:
        """Return how many requests may be in flight."""
        return int(self._size)

    def grow(self, n_together: int, *, is_news: bool) -> None:
        """Take note of an answer; `is_news` if its request began after the last cut."""
        self._is_answered = True
        self._proven = max(self._proven, n_together)
        if is_news:
            self._size = min(self._most, self._size + 1 / self._answers_a_slot())

    def _answers_a_slot(self) -> float:
        """Return after how many answers another slot is tried."""
        if not self._was_cut:
            return _ANSWERS_A_SLOT_AT_FIRST
        is_risky = self._size >= self._proven
        return max(self._size, _FEWEST_ANSWERS_A_RISK) if is_risky else self._size

    def shrink(self, n_together: int) -> None:
        """Cut the slots, by one at least; to a single one if nobody was answered since the last cut."""
        size = min(self._size * _SHARE_LEFT, self.slots - 1.0) if self._is_answered else 1.0
        self._size = max(1.0, size)
        self._proven = min(self._proven, (self._proven + n_together) / 2)
        self._was_cut = True
        self._is_answered = False

    def restart(self) -> None:
        """Begin with few slots again: after an outage nothing is known any more."""
        self._size = min(_FIRST_SLOTS, self._size)
