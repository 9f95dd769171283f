"""Pictures of numbers, as SVG in a page: bars, points, squares, and the outline of a sound with its words."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from batchtts.audio.envelope import envelope
from batchtts.export.utterance import Utterance

_WIDTH, _HEIGHT, _FOOT = 420, 130, 18
_WAVE_WIDTH, _WAVE_HEIGHT = 900, 90
_SQUARE = 11


def bars(histogram: Sequence[tuple[float, float, int]]) -> str:
    """Return a histogram; a bar tells its range and count when it is pointed at."""
    if not histogram:
        return ""
    tallest = max(count for _, _, count in histogram)
    width = _WIDTH / len(histogram)
    drawn = "".join(
        f'<rect x="{index * width:.1f}" y="{_HEIGHT * (1 - count / tallest):.1f}" width="{max(width - 1, 1):.1f}" '
        f'height="{_HEIGHT * count / tallest:.1f}"><title>{low:g} to {high:g}: {count:,}</title></rect>'
        for index, (low, high, count) in enumerate(histogram)
        if count
    )
    return _framed(drawn, f"{histogram[0][0]:g}", f"{histogram[-1][1]:g}")


def points(pairs: Sequence[tuple[float, float]], across: str, upward: str) -> str:
    """Return points, of which the names of the axes are given."""
    if not pairs:
        return ""
    right, top = max(x for x, _ in pairs) or 1, max(y for _, y in pairs) or 1
    drawn = "".join(
        f'<circle cx="{_WIDTH * x / right:.1f}" cy="{_HEIGHT * (1 - y / top):.1f}" r="1.6"/>'
        for x, y in pairs
    )
    return _framed(drawn, f"0 {across}", f"{right:g}, {top:g} {upward}")


def squares(names: Sequence[str], count: Callable[[str, str], int]) -> str:
    """Return a table of counts as squares, the darker the more; what was never found is empty."""
    most = max((count(one, other) for one in names for other in names), default=0) or 1
    size = _SQUARE * (len(names) + 2)
    drawn = [
        f'<text x="{_SQUARE * (index + 2) + 2}" y="{_SQUARE - 1}">{escape(name)}</text>'
        f'<text x="0" y="{_SQUARE * (index + 2) - 2}">{escape(name)}</text>'
        for index, name in enumerate(names)
    ]
    for row, one in enumerate(names):
        for column, other in enumerate(names):
            if n := count(one, other):
                drawn.append(
                    f'<rect x="{_SQUARE * (column + 2)}" y="{_SQUARE * (row + 1)}" width="{_SQUARE - 1}" '
                    f'height="{_SQUARE - 1}" opacity="{0.15 + 0.85 * (n / most) ** 0.3:.2f}">'
                    f"<title>{escape(one)} {escape(other)}: {n:,}</title></rect>"
                )
    return (
        f'<svg class="squares" viewBox="0 0 {size} {size}" width="{size}" role="img">{"".join(drawn)}</svg>'
    )


def wave(utterance: Utterance) -> str:
    """Return the outline of a sound, with the words where they are spoken."""
    outline = envelope(utterance.audio, _WAVE_WIDTH)
    loudest = max((max(-low, high) for low, high in outline), default=1) or 1
    middle = _WAVE_HEIGHT / 2
    path = "".join(
        f"M{x} {middle - middle * high / loudest:.1f}V{middle - middle * low / loudest + 0.5:.1f}"
        for x, (low, high) in enumerate(outline)
    )
    scale = _WAVE_WIDTH / max(utterance.audio.n_samples, 1)
    words = "".join(
        f'<g><rect class="word" x="{item.start * scale:.1f}" y="0" width="{max(item.n_samples * scale, 0.5):.1f}" '
        f'height="{_WAVE_HEIGHT}"/><text x="{item.start * scale + 2:.1f}" y="{_WAVE_HEIGHT + 12}">'
        f"{escape(item.text)}</text></g>"
        for item in utterance.alignment.words
    )
    return f'<svg class="wave" viewBox="0 0 {_WAVE_WIDTH} {_WAVE_HEIGHT + 16}" role="img">{words}<path d="{path}"/></svg>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand to the right."""
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return (
            f'<td class="number">{value:,.6g}</td>'
            if isinstance(value, float)
            else f'<td class="number">{value:,}</td>'
        )
    return f"<td>{escape(str(value))}</td>"


def _framed(drawn: str, left: str, right: str) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" role="img">{drawn}'
        f'<line x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/>'
        f'<text x="0" y="{_HEIGHT + 14}">{escape(left)}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 14}" text-anchor="end">{escape(right)}</text></svg>'
    )
