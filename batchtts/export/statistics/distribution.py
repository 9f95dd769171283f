"""How the values of a quantity are spread, in little memory however many they are."""

from collections import Counter
from dataclasses import dataclass, field
from math import floor, isfinite, log10

_FINEST = -30
"""Values are first told apart by 2 to the power of this."""

_MOST_BINS = 2048


@dataclass(slots=True)
class Distribution:
    """Counts values in bins of one width, a power of two that doubles while there are too many bins.

    `is_whole` says whether all are whole numbers.  Least, greatest and mean are exact; quantiles and histograms are as exact as the bins are narrow, some thousandth of
    the range.  The same values give the same bins, in whatever order they come.
    """

    n: int = 0
    total: float = 0.0
    least: float = float("inf")
    greatest: float = float("-inf")
    is_whole: bool = True
    _power: int = _FINEST
    _bins: Counter[int] = field(default_factory=Counter)

    def add(self, value: float) -> None:
        """Count a value; what is no number is passed over."""
        if not isfinite(value):
            return
        self.n += 1
        self.total += value
        self.least, self.greatest = min(self.least, value), max(self.greatest, value)
        self.is_whole = self.is_whole and value == floor(value)
        self._bins[floor(value * 2.0**-self._power)] += 1
        while len(self._bins) > _MOST_BINS:
            self._widen()

    @property
    def is_constant(self) -> bool:
        """Return whether all values are the same."""
        return self.least >= self.greatest

    @property
    def mean(self) -> float:
        """Return the mean, zero if there is no value."""
        return self.total / self.n if self.n else 0.0

    def quantile(self, share: float) -> float:
        """Return the value below which this share of all values lies."""
        rank, seen = share * self.n, 0
        for index in sorted(self._bins):
            seen += self._bins[index]
            if seen >= rank:
                return min(max(index * 2.0**self._power, self.least), self.greatest)
        return 0.0

    def histogram(self, n_bars: int) -> list[tuple[float, float, int]]:
        """Return bars of one width: where each begins and ends, and how many values are in it.

        A bar has the values from where it begins up to, but not at, where it ends.  Between whole numbers there is
        nothing, so their bars are no narrower than 1.  The few beyond the 0.5 % and 99.5 % quantiles are counted in
        the outermost.
        """
        if not self.n:
            return []
        low, high = self.quantile(0.005), self.quantile(0.995)
        width = _round_width((high - low) / n_bars) if high > low else max(abs(low), 1.0) / 10
        if self.is_whole:
            width = max(width, 1.0)
        first, last = floor(low / width), floor(high / width) + 1
        counts = Counter[int]()
        for index, count in self._bins.items():
            bar = floor((index + 0.5) * 2.0**self._power / width)
            counts[min(max(bar, first), last - 1)] += count
        return [(bar * width, (bar + 1) * width, counts[bar]) for bar in range(first, last)]

    def form(self) -> dict[str, object]:
        """Return it as JSON."""
        if not self.n:
            return {"n": 0}
        quantiles = {
            f"p{round(100 * share):02}": self.quantile(share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)
        }
        numbers = {"mean": self.mean, "least": self.least, "greatest": self.greatest, **quantiles}
        return {
            "n": self.n,
            **{name: _brief(number) for name, number in numbers.items()},
            "histogram": [[_brief(low), _brief(high), count] for low, high, count in self.histogram(40)],
        }

    def _widen(self) -> None:
        self._power += 1
        wider = Counter[int]()
        for index, count in self._bins.items():
            wider[index >> 1] += count
        self._bins = wider


def _round_width(width: float) -> float:
    """Return the next width of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(width))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= width * (1 - 1e-9))


def _brief(number: float) -> float:
    """Return a number with as many digits as mean something; small ones keep theirs, wherever the point is."""
    return float(f"{number:.9g}")
