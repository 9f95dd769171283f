"""How many requests a remote engine can serve at once: found by trying, as nobody says it.

Slots are added one by one while the engine answers, and a share of them is cut when it is busy (additive
increase, multiplicative decrease: Chiu and Jain, 1989).  Where it went well before, slots come back soon; beyond
that the next answer may be a refusal, so it is tried less often.
"""

_FIRST_SLOTS = 4.0
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
            is_risky = self._was_cut and self._size >= self._proven
            n_answers = max(self._size, _FEWEST_ANSWERS_A_RISK) if is_risky else self._size
            self._size = min(self._most, self._size + 1 / n_answers)

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
