"""Gates: what a store measures in the files that it is given, as limits with numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one measure may be; None stands for no bound.

    `title` and `unit` are what people call it, `column` stands above it in a table.
    """

    measure: str
    title: str
    column: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    n_decimals: int = 0

    def holds(self, value: float) -> bool:
        """Return whether a value is within the bounds, themselves included."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def bounds(self) -> str:
        """Return the bounds in words."""
        if self.least is None:
            return f"at most {self.most:g}{self._unit}"
        if self.most is None:
            return f"at least {self.least:g}{self._unit}"
        if self.least == self.most:
            return f"{self.least:g}{self._unit}"
        return f"{self.least:g} to {self.most:g}{self._unit}"

    @property
    def signs(self) -> str:
        """Return the bounds without unit, as short as can be."""
        if self.least is None:
            return f"≤ {self.most:g}"
        if self.most is None:
            return f"≥ {self.least:g}"
        return f"{self.least:g}" if self.least == self.most else f"{self.least:g}…{self.most:g}"

    def number(self, value: float) -> str:
        """Return a value without unit, to so many decimals that what is beyond a bound does not read as the bound."""
        for n_decimals in range(self.n_decimals, _MOST_DECIMALS):
            if self.holds(round(value, n_decimals)) == self.holds(value):
                return f"{value:.{n_decimals}f}"
        return f"{value:.{_MOST_DECIMALS}f}"

    def told(self, value: float) -> str:
        """Return a value in words."""
        return f"{self.number(value)}{self._unit}"

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was measured in a file, by the names of measures; digital silence is -inf."""

    path: str
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A measure of a file that is out of its limit."""

    path: str
    limit: Limit
    value: float

    def __str__(self) -> str:
        """Return file, measure, value and limit in a line."""
        value = self.limit.told(self.value)
        return f"{self.path}: {self.limit.title} is {value}; the limit is {self.limit.bounds}"


GATES: Mapping[str, Sequence[Limit]] = MappingProxyType(
    {
        "acx": (
            Limit(
                measure="rms_dbfs",
                title="RMS",
                column="RMS dB",
                unit="dB",
                least=-23.0,
                most=-18.0,
                n_decimals=2,
            ),
            Limit(
                measure="sample_peak_dbfs", title="peak", column="peak dB", unit="dB", most=-3.0, n_decimals=2
            ),
            Limit(
                measure="noise_floor_dbfs",
                title="noise floor",
                column="floor dB",
                unit="dB",
                most=-60.0,
                n_decimals=1,
            ),
            Limit(
                measure="sample_rate", title="sample rate", column="Hz", unit="Hz", least=44_100, most=44_100
            ),
            Limit(measure="kbits_per_second", title="bit rate", column="kbit/s", unit="kbit/s", least=192),
            Limit(
                measure="kbits_of_change", title="change of bit rate", column="change", unit="kbit/s", most=0
            ),
            Limit(measure="n_channels", title="channels", column="channels", least=1, most=1),
            Limit(measure="minutes", title="length", column="min", unit="min", most=120, n_decimals=1),
            Limit(
                measure="head_seconds",
                title="head",
                column="head s",
                unit="s",
                least=0.5,
                most=1.0,
                n_decimals=2,
            ),
            Limit(
                measure="tail_seconds",
                title="tail",
                column="tail s",
                unit="s",
                least=1.0,
                most=5.0,
                n_decimals=2,
            ),
        ),
    }
)
"""The gates by their names on the command line."""


def misses(sheets: Iterable[Sheet], limits: Iterable[Limit]) -> Iterator[Miss]:
    """Yield what is out of limits, file by file."""
    held = tuple(limits)
    for sheet in sheets:
        for limit in held:
            value = sheet.measures[limit.measure]
            if not limit.holds(value):
                yield Miss(path=sheet.path, limit=limit, value=value)
