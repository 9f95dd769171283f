"""Pictures of numbers, as SVG in a page: bars, points, squares, and the outline of a sound with its words."""

from collections.abc import Callable, Sequence
from html import escape

from batchtts.audio.envelope import envelope
from batchtts.export.utterance import Utterance

_WIDTH, _HEIGHT, _HEAD, _FOOT = 420, 130, 16, 18
_NARROWEST_WAVE, _WIDEST_WAVE, _WAVE_SECOND, _WAVE_HEIGHT = 900, 12_000, 180, 90
_SQUARE, _NAME = 13, 28
_POINT = 2


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
    return _framed(drawn, top=f"{tallest:,}", left=f"{histogram[0][0]:g}", right=f"{histogram[-1][1]:g}")


def points(pairs: Sequence[tuple[float, float]], across: str, upward: str) -> str:
    """Return points between axes that begin at 0 and are named for what they count."""
    if not pairs:
        return ""
    right, top = max(x for x, _ in pairs) or 1, max(y for _, y in pairs) or 1
    width, height = _WIDTH - 2 * _POINT, _HEIGHT - 2 * _POINT
    drawn = "".join(
        f'<circle cx="{_POINT + width * x / right:.1f}" cy="{_POINT + height * (1 - y / top):.1f}" r="{_POINT}"/>'
        for x, y in pairs
    )
    return _framed(drawn, top=f"{top:g} {upward}", left="0", right=f"{right:g} {across}")


def squares(names: Sequence[str], count: Callable[[str, str], int]) -> str:
    """Return a table of counts as squares, the darker the more; what was never found is empty."""
    most = max((count(one, other) for one in names for other in names), default=0) or 1
    size = _NAME + _SQUARE * len(names)
    drawn: list[str] = []
    for row, one in enumerate(names):
        place = _NAME + _SQUARE * row
        drawn.append(
            f'<text x="{_NAME - 3}" y="{place + 10}" text-anchor="end">{escape(one)}</text>'
            f'<text transform="translate({place + 10} {_NAME - 3}) rotate(-90)">{escape(one)}</text>'
        )
        for column, other in enumerate(names):
            n = count(one, other)
            kind = f' opacity="{0.2 + 0.8 * (n / most) ** 0.3:.2f}"' if n else ' class="none"'
            drawn.append(
                f'<rect x="{_NAME + _SQUARE * column}" y="{place}" width="{_SQUARE - 1}" height="{_SQUARE - 1}"{kind}>'
                f"<title>{escape(one)} {escape(other)}: {n:,}</title></rect>"
            )
    return (
        f'<svg class="squares" viewBox="0 0 {size} {size}" width="{size}" role="img">{"".join(drawn)}</svg>'
    )


def wave(utterance: Utterance) -> str:
    """Return the outline of a sound, with the words where they are spoken; it is wide enough for them to be read."""
    width = min(max(_NARROWEST_WAVE, round(utterance.seconds * _WAVE_SECOND)), _WIDEST_WAVE)
    outline = envelope(utterance.audio, width)
    loudest = max((max(-low, high) for low, high in outline), default=1) or 1
    middle = _WAVE_HEIGHT / 2
    path = "".join(
        f"M{x} {middle - middle * high / loudest:.1f}V{middle - middle * low / loudest + 0.5:.1f}"
        for x, (low, high) in enumerate(outline)
    )
    scale = width / max(utterance.audio.n_samples, 1)
    words = "".join(
        f'<rect class="word" x="{item.start * scale:.1f}" y="0" width="{max(item.n_samples * scale, 0.5):.1f}" '
        f'height="{_WAVE_HEIGHT}"/><text x="{item.start * scale + 2:.1f}" y="{_WAVE_HEIGHT + 12}">'
        f"{escape(item.text)}</text>"
        for item in utterance.alignment.words
    )
    height = _WAVE_HEIGHT + 16
    return f'<svg class="wave" viewBox="0 0 {width} {height}" width="{width}" role="img">{words}<path d="{path}"/></svg>'


def _framed(drawn: str, *, top: str, left: str, right: str) -> str:
    """Return a picture with a line below it, and what its top and its ends stand for."""
    foot = _HEIGHT + 14
    return (
        f'<svg viewBox="0 {-_HEAD} {_WIDTH} {_HEAD + _HEIGHT + _FOOT}" role="img">{drawn}'
        f'<line x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/><text x="0" y="-5">{escape(top)}</text>'
        f'<text x="0" y="{foot}">{escape(left)}</text>'
        f'<text x="{_WIDTH}" y="{foot}" text-anchor="end">{escape(right)}</text></svg>'
    )
