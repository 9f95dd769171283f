"""What the server counts, in the text format of Prometheus.

The format is described in Prometheus's documentation under "Exposition formats", version 0.0.4.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its type, what it counts, and the names of its labels."""

    type: str
    help: str
    labels: tuple[str, ...] = ()


FAMILIES: Mapping[str, Family] = {
    "batchtts_server_requests_total": Family("counter", "Requests answered.", ("path", "status")),
    "batchtts_server_request_seconds_total": Family("counter", "Time taken to answer them.", ("path",)),
    "batchtts_server_answers_total": Family(
        "counter", "Answers to requests for speech of status 200 that were handed over whole.", ("path",)
    ),
    "batchtts_server_characters_total": Family("counter", "Characters spoken."),
    "batchtts_server_audio_seconds_total": Family("counter", "Audio rendered, in seconds."),
    "batchtts_server_faults_total": Family("counter", "Faults injected on purpose.", ("kind",)),
    "batchtts_server_sessions_total": Family("counter", "WebSocket sessions that were opened.", ("path",)),
    "batchtts_server_sessions": Family("gauge", "WebSocket sessions that are open."),
    "batchtts_server_rendering": Family("gauge", "Requests that are being rendered."),
    "batchtts_server_waiting": Family("gauge", "Requests that wait for a slot."),
}
"""All metrics; nothing else can be counted, so that the list in docs/server.md is whole."""

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Metrics:
    """Counters by name and labels, and gauges that are read when somebody looks."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter[tuple[str, ...]]] = {
            name: Counter() for name, family in FAMILIES.items() if family.type == "counter"
        }
        self._gauges: dict[str, Callable[[], float]] = {}

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter.  Raises `KeyError` for a name or a label that `FAMILIES` does not have."""
        values = tuple(labels[label] for label in FAMILIES[name].labels)
        self._counters[name][values] += amount  # type: ignore[assignment]  # a Counter also holds fractions

    def watch(self, name: str, read: Callable[[], float]) -> None:
        """Let a gauge be read from `read`."""
        if FAMILIES[name].type != "gauge":
            raise KeyError(name)
        self._gauges[name] = read

    def value(self, name: str, **labels: str) -> float:
        """Return the sum of a counter over all series that have these labels."""
        family = FAMILIES[name]
        wanted = [(family.labels.index(label), value) for label, value in labels.items()]
        return sum(
            amount
            for values, amount in self._counters[name].items()
            if all(values[index] == value for index, value in wanted)
        )

    def text(self) -> str:
        """Return everything in the text format; each line ends in a line feed."""
        lines = []
        for name, family in FAMILIES.items():
            lines += [f"# HELP {name} {family.help}", f"# TYPE {name} {family.type}"]
            lines += [f"{name}{labels} {round(amount, 6)}" for labels, amount in self._series(name, family)]
        return "\n".join(lines) + "\n"

    def _series(self, name: str, family: Family) -> list[tuple[str, float]]:
        if family.type == "gauge":
            return [("", self._gauges[name]())] if name in self._gauges else []
        counter = self._counters[name]
        if not family.labels:
            return [("", counter[()])]
        return [(_labels(family.labels, values), counter[values]) for values in sorted(counter)]


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = zip(names, values, strict=True)
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs) + "}"
