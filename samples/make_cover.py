"""Draws cover.png: a lighthouse before a moon that is also the dial of a clock.

    python samples/make_cover.py [PATH]

Everything is a polygon, the letters too, and the file is written with nothing but the standard library.
"""

import random
import struct
import sys
import zlib
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, cos, floor, hypot, radians, sin
from pathlib import Path
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]
Line: TypeAlias = Sequence[Point]

WIDTH, HEIGHT = 800, 1200
SUBROWS = 4  # samples per row of pixels; they make slanted edges smooth
LEVELS = 8  # of coverage; more look no better and double the size of the file

CREAM, MOON, INK, LAMP = (250, 240, 214), (246, 228, 184), (15, 20, 45), (255, 222, 130)
SKY = ((0, (12, 16, 46)), (420, (36, 48, 102)), (760, (118, 88, 134)), (940, (224, 146, 118)))
SEA = ((940, (58, 66, 116)), (985, (44, 52, 98)), (1040, (30, 37, 76)), (1100, INK))
MOON_CENTRE, MOON_RADIUS = (352, 664), 204
LAMP_CENTRE = (600, 574)


def arc(centre: Point, radii: Point, start: int, stop: int) -> list[Point]:
    """Return points on an ellipse from one angle to another, in degrees against the clock from three o'clock."""
    (x, y), (across, up) = centre, radii
    n_steps = max(2, abs(stop - start) // 6)
    angles = (radians(start + (stop - start) * step / n_steps) for step in range(n_steps + 1))
    return [(x + across * cos(angle), y - up * sin(angle)) for angle in angles]


# Strokes on a grid four units high with its origin at the upper left: just the letters that the cover has.
LETTERS: dict[str, tuple[Line, ...]] = {
    "A": (((0, 4), (1.4, 0), (2.8, 4)), ((0.5, 2.7), (2.3, 2.7))),
    "B": (
        ((0, 2), (0, 0), *arc((0.9, 1), (0.9, 1), 90, -90), (0, 2)),
        ((0, 2), (0, 4), *arc((1.1, 3), (1, 1), -90, 90)),
    ),
    "C": (arc((1.8, 2), (1.8, 2), 50, 310),),
    "E": (((2, 0), (0, 0), (0, 4), (2, 4)), ((0, 2), (1.6, 2))),
    "F": (((2, 0), (0, 0), (0, 4)), ((0, 2), (1.6, 2))),
    "H": (((0, 0), (0, 4)), ((2.4, 0), (2.4, 4)), ((0, 2), (2.4, 2))),
    "I": (((0, 0), (0, 4)),),
    "L": (((0, 0), (0, 4), (1.9, 4)),),
    "M": (((0, 4), (0.2, 0), (1.6, 3), (3, 0), (3.2, 4)),),
    "N": (((0, 4), (0, 0), (2.5, 4), (2.5, 0)),),
    "O": (arc((1.9, 2), (1.9, 2), 0, 360),),
    "R": (((0, 4), (0, 0), *arc((1, 1.1), (1, 1.1), 90, -90), (0, 2.2)), ((1, 2.2), (2.1, 4))),
    "S": ((*arc((1.1, 1), (1, 1), 40, 270), *arc((1.1, 3), (1.1, 1), 90, -140)),),
    "T": (((0, 0), (2.4, 0)), ((1.2, 0), (1.2, 4))),
    "U": (((0, 0), *arc((1.2, 2.8), (1.2, 1.2), 180, 360), (2.4, 0)),),
    "W": (((0, 0), (1, 4), (2, 0.8), (3, 4), (4, 0)),),
    "Y": (((0, 0), (1.2, 2), (2.4, 0)), ((1.2, 2), (1.2, 4))),
    " ": (((1, 0), (1, 0)),),
}


class Canvas:
    """An RGB image that polygons are painted on, one over the other."""

    def __init__(self) -> None:
        """Begin with the sky."""
        self.rows = [bytearray(bytes(blend(SKY, y)) * WIDTH) for y in range(HEIGHT)]

    def fill(self, outline: Line, colour: Colour, opacity: float = 1.0) -> None:
        """Paint a polygon."""
        top, bottom = floor(min(y for _, y in outline)), ceil(max(y for _, y in outline))
        for y in range(max(top, 0), min(bottom, HEIGHT)):
            for x, covered in coverage(outline, y).items():
                self._paint(x, y, colour, round(covered * LEVELS) / LEVELS * opacity)

    def stroke(self, line: Line, width: float, colour: Colour) -> None:
        """Paint a line with round ends and joints."""
        for (x1, y1), (x2, y2) in pairwise(line):
            if length := hypot(x2 - x1, y2 - y1):
                dx, dy = (x2 - x1) / length * width / 2, (y2 - y1) / length * width / 2
                self.fill(
                    ((x1 - dy, y1 + dx), (x2 - dy, y2 + dx), (x2 + dy, y2 - dx), (x1 + dy, y1 - dx)), colour
                )
        for point in line if line[0] != line[-1] or len(line) > 2 else ():
            self.fill(arc(point, (width / 2, width / 2), 0, 360), colour)

    def write(self, text: str, y: float, unit: float, width: float, spacing: float) -> None:
        """Paint letters of four units' height between the margins, centred."""
        advances = [max(x for line in LETTERS[letter] for x, _ in line) * unit for letter in text]
        x = (WIDTH - sum(advances) - spacing * (len(text) - 1)) / 2
        for letter, advance in zip(text, advances, strict=True):
            for line in LETTERS[letter]:
                self.stroke([(x + across * unit, y + down * unit) for across, down in line], width, CREAM)
            x += advance + spacing

    def _paint(self, x: int, y: int, colour: Colour, opacity: float) -> None:
        pixel = slice(3 * x, 3 * x + 3)
        under = self.rows[y][pixel]
        self.rows[y][pixel] = bytes(round(o + (c - o) * opacity) for o, c in zip(under, colour, strict=True))


def blend(stops: Sequence[tuple[int, Colour]], y: int) -> Colour:
    """Return the colour of a vertical gradient at a height."""
    for (above, first), (below, second) in pairwise(stops):
        if y < below:
            share = (y - above) / (below - above)
            red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
            return red, green, blue
    return stops[-1][1]


def coverage(outline: Line, y: int) -> dict[int, float]:
    """Return how much of each pixel in row `y` lies inside a polygon (even-odd rule)."""
    covered: dict[int, float] = {}
    edges = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    for subrow in range(SUBROWS):
        at = y + (subrow + 0.5) / SUBROWS
        crossings = sorted(
            x1 + (at - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in edges if (y1 <= at) != (y2 <= at)
        )
        for enters, leaves in zip(crossings[::2], crossings[1::2], strict=True):
            left, right = max(enters, 0), min(leaves, WIDTH)
            for x in range(floor(left), ceil(right)):
                share = min(x + 1, right) - max(x, left)
                covered[x] = covered.get(x, 0.0) + share / SUBROWS
    return covered


def box(left: float, top: float, right: float, bottom: float) -> Line:
    """Return a rectangle."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw_sky(canvas: Canvas) -> None:
    """Draw the stars, the moon and the hands that make it a clock: ten past nine."""
    chance = random.Random(1893)  # noqa: S311 -- stars, not secrets
    for _ in range(90):
        centre, radius = (chance.uniform(0, WIDTH), chance.uniform(0, 760)), chance.uniform(0.6, 1.9)
        canvas.fill(arc(centre, (radius, radius), 0, 360), CREAM, 0.8 - centre[1] / 1000)
    x, y = MOON_CENTRE
    for halo in (60, 40, 20):
        canvas.fill(arc(MOON_CENTRE, (MOON_RADIUS + halo,) * 2, 0, 360), MOON, 0.07)
    canvas.fill(arc(MOON_CENTRE, (MOON_RADIUS,) * 2, 0, 360), MOON)
    for hour in range(12):
        turn, inner = radians(30 * hour), 0.86 if hour % 3 else 0.8
        tick = [(x + MOON_RADIUS * r * sin(turn), y - MOON_RADIUS * r * cos(turn)) for r in (inner, 0.92)]
        canvas.stroke(tick, 5 if hour % 3 else 9, SKY[1][1])
    for turn, reach, width in ((radians(275), 0.5, 13), (radians(60), 0.74, 8)):
        tip = (x + MOON_RADIUS * reach * sin(turn), y - MOON_RADIUS * reach * cos(turn))
        canvas.stroke([MOON_CENTRE, tip], width, SKY[1][1])
    canvas.fill(arc(MOON_CENTRE, (14, 14), 0, 360), SKY[1][1])


def draw_sea(canvas: Canvas) -> None:
    """Draw waves in four rows, and the moon on the first of them."""
    for row, (top, colour) in enumerate(SEA):
        crest = [
            (x, top + (6 + 3 * row) * sin(x / (46 + 9 * row) + 2.1 * row)) for x in range(-4, WIDTH + 8, 4)
        ]
        canvas.fill([*crest, (WIDTH + 4, HEIGHT), (-4, HEIGHT)], colour)
        for glint in range(3):
            y, reach = top + 17 + 13 * glint, 110 - 22 * row - 14 * glint
            if row < 3:
                canvas.fill(box(MOON_CENTRE[0] - reach, y, MOON_CENTRE[0] + reach, y + 3), MOON, 0.5)


def draw_lighthouse(canvas: Canvas) -> None:
    """Draw the beam, the rock and the tower with its lantern."""
    x, y = LAMP_CENTRE
    for spread in (1.0, 0.7, 0.4):
        far = (WIDTH + 20, y - 30 - 100 * spread), (WIDTH + 20, y - 30 + 100 * spread)
        canvas.fill(((x, y - 12), *far, (x, y + 14)), LAMP, 0.25)
    rock = ((384, 1120), (430, 1040), (462, 1008), (496, 962), (540, 938), (668, 932), (720, 950), (800, 990))
    canvas.fill((*rock, (800, 1120)), INK)
    canvas.fill(((x - 37, y + 40), (x + 37, y + 40), (x + 58, 945), (x - 58, 945)), INK)
    for top, bottom in ((690, 740), (800, 850)):
        left, right = (x - 37 - 21 * (at - y - 40) / 331 for at in (top, bottom))
        canvas.fill(
            ((left, top), (2 * x - left, top), (2 * x - right, bottom), (right, bottom)), (196, 84, 84)
        )
    canvas.fill(box(x - 52, y + 32, x + 52, y + 42), INK)
    canvas.fill(box(x - 27, y - 26, x + 27, y + 34), INK)
    canvas.fill(box(x - 21, y - 20, x + 21, y + 30), LAMP)
    canvas.fill(box(x - 2, y - 20, x + 2, y + 30), INK)
    canvas.fill(((x - 38, y - 24), (x, y - 62), (x + 38, y - 24)), INK)
    canvas.stroke([(x, y - 60), (x, y - 84)], 4, INK)


def png(rows: Sequence[bytearray]) -> bytes:
    """Return an RGB image as a PNG file (ISO/IEC 15948), its rows unfiltered."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pixels = b"".join(b"\0" + row for row in rows)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def main(path: Path) -> None:
    """Draw the cover into a file."""
    canvas = Canvas()
    draw_sky(canvas)
    draw_sea(canvas)
    draw_lighthouse(canvas)
    for text, y in (("FIFTY", 72), ("MINUTES", 184), ("SLOW", 296)):
        canvas.write(text, y, unit=20, width=9, spacing=26)
    canvas.write("THE BATCHTTS AUTHORS", 1136, unit=5, width=2.6, spacing=13)
    path.write_bytes(png(canvas.rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("cover.png"))
