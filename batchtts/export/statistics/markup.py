"""What the page is made of besides pictures: tables, and lists of what was counted."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape


def section(title: str, body: str) -> str:
    """Return a part of the page."""
    return f"<section><h2>{title}</h2>\n{body}</section>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand to the right, and so do the names of all columns but the first."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    top = f"<thead><tr>{names}</tr></thead>" if any(head) else ""
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="wide"><table>{top}<tbody>{lines}</tbody></table></div>\n'


def counted(counts: Mapping[str, int], most: int) -> str:
    """Return what was counted, each with its number, the most frequent first, and how many more there are beyond `most`."""
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    listed = "".join(f"<li><b>{escape(_visible(name))}</b> {n:,}</li>" for name, n in ranked[:most])
    more = f"<li>and {len(ranked) - most:,} more</li>" if len(ranked) > most else ""
    return f'<ul class="counted">{listed}{more}</ul>\n'


def _visible(name: str) -> str:
    """Return a name, or the code point of a character that nobody sees."""
    return f"U+{ord(name):04X}" if len(name) == 1 and (name.isspace() or not name.isprintable()) else name


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<td class="number">{value:,.6g}</td>'
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"
