"""Draws lines over two logarithmic axes, as an SVG with a white ground that needs nothing but a browser."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 800, 480
LEFT, RIGHT, TOP, BOTTOM = 76, 580, 64, 424
"""Where the axes are; right of them stand the names of the lines."""

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#444444")
"""After Okabe and Ito: eyes of all kinds tell them apart."""

_LINE_PITCH = 17

_HEAD = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"
 font-family="sans-serif" font-size="13" fill="#222222">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with a name; no point is at or below zero."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Whole powers of ten between two places of the drawing."""

    first_power: int
    last_power: int
    first: float
    last: float

    @property
    def marks(self) -> list[int]:
        return [10**power for power in range(self.first_power, self.last_power + 1)]

    def place(self, value: float) -> float:
        share = (log10(value) - self.first_power) / (self.last_power - self.first_power)
        return round(self.first + share * (self.last - self.first), 1)


def draw(title: str, x_name: str, y_name: str, lines: Sequence[Line]) -> str:
    """Return a chart of lines; the same lines make the same text."""
    x_axis = _axis([x for line in lines for x, _ in line.points], LEFT, RIGHT)
    y_axis = _axis([y for line in lines for _, y in line.points], BOTTOM, TOP)
    parts = [
        _text(LEFT, 26, title, size=16),
        _text((LEFT + RIGHT) / 2, HEIGHT - 16, x_name, anchor="middle"),
        _text(LEFT, TOP - 12, y_name),
        *_grid(x_axis, y_axis),
        *_drawn(lines, x_axis, y_axis),
    ]
    return _HEAD + "\n".join(parts) + "\n</svg>\n"


def _axis(values: Sequence[float], first: float, last: float) -> _Axis:
    return _Axis(floor(log10(min(values))), ceil(log10(max(values))), first, last)


def _grid(x_axis: _Axis, y_axis: _Axis) -> Iterator[str]:
    for mark in x_axis.marks:
        x = x_axis.place(mark)
        yield _path([(x, TOP), (x, BOTTOM)], colour="#dddddd", width=1)
        yield _text(x, BOTTOM + 20, f"{mark:,}", anchor="middle")
    for mark in y_axis.marks:
        y = y_axis.place(mark)
        yield _path([(LEFT, y), (RIGHT, y)], colour="#dddddd", width=1)
        yield _text(LEFT - 8, y + 4, f"{mark:,}", anchor="end")


def _drawn(lines: Sequence[Line], x_axis: _Axis, y_axis: _Axis) -> Iterator[str]:
    """Yield the lines, and their names beside their ends, pushed apart where they would overlap."""
    lowest = float(TOP - _LINE_PITCH)
    coloured = zip(lines, _COLOURS, strict=False)
    for line, colour in sorted(coloured, key=lambda pair: -pair[0].points[-1][1]):
        places = [(x_axis.place(x), y_axis.place(y)) for x, y in line.points]
        yield _path(places, colour=colour, width=2.5)
        end = places[-1]
        lowest = max(lowest + _LINE_PITCH, end[1])
        yield _path([end, (RIGHT + 14, lowest)], colour=colour, width=1)
        yield _text(RIGHT + 18, lowest + 4, line.name, colour=colour)


def _path(places: Sequence[tuple[float, float]], *, colour: str, width: float) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, colour: str = "#222222"
) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" fill="{colour}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(text)}</text>'
