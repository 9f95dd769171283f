"""A page of XHTML as tags and runs of text, each with the bytes that it stands in.

Nothing of a page is written anew: marks are put between its bytes, so all that was in it stays as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "  # noqa: SIM905
    "header hgroup h1 h2 h3 h4 h5 h6 legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that no mark may enclose a part of."""


class Unreadable(Exception):
    """The page is not well-formed XHTML in UTF-8, or has something in it that marks cannot be put into."""


@dataclass(slots=True)
class Element:
    """An element: its name, the path to it, and the bytes of its start tag and of its end tag.

    An empty element has no end tag: `end` is that of its only tag then.
    """

    name: str
    path: str
    parent: int
    start: tuple[int, int]
    end: tuple[int, int]
    attributes: Mapping[str, str]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """Text between two tags; character i stands in bytes `places[i]` to `ends[i]`, in element number `parent`."""

    text: str
    places: Sequence[int]
    ends: Sequence[int]
    parent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: its bytes, its elements in the order of their start tags, and its text in order."""

    data: bytes
    elements: Sequence[Element]
    runs: Sequence[Run]

    def is_in(self, run: Run, element: int) -> bool:
        """Return whether a run is in an element, however deep."""
        number = run.parent
        while number > element:
            number = self.elements[number].parent
        return number == element

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids that elements have."""
        return frozenset(each.attributes["id"] for each in self.elements if "id" in each.attributes)

    def named(self, name: str) -> Iterator[Element]:
        """Yield the elements of a name, in order."""
        return (each for each in self.elements if each.name == name)

    def at(self, path: str | None) -> int | None:
        """Return the number of the element at a path such as `/html/body/section[1]/p[2]`; None if there is none."""
        return next((number for number, each in enumerate(self.elements) if each.path == path), None)


def read_page(data: bytes) -> Page:
    """Return a page; raise `Unreadable` if marks cannot be put into it."""
    reader = _Reader(data)
    reader.read()
    return Page(data=data, elements=reader.elements, runs=reader.runs)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[int] = []
        self._text: list[str] = []
        self._places: list[int] = []
        self._ends: list[int] = []
        self.elements: list[Element] = []
        self.runs: list[Run] = []
        # Namespaces are no concern of ours: names are those after the colon.
        self._parser: Any = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._parser.StartCdataSectionHandler = self._refuse
        self._parser.CommentHandler = self._interrupt
        self._parser.ProcessingInstructionHandler = self._interrupt

    def read(self) -> None:
        try:
            self._data.decode()
            self._parser.Parse(self._data, True)
        except (expat.ExpatError, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._close_run()
        first = self._parser.CurrentByteIndex
        last = self._tag_end(first)
        name = tag.rpartition(":")[2].lower()
        parent = self._open[-1] if self._open else -1
        path = f"/{name}"
        if parent >= 0:
            counts = self.elements[parent].counts
            counts[name] = counts.get(name, 0) + 1
            above = self.elements[parent].path
            path = (
                f"{above}/{name}"
                if above == "/html" and name == "body"
                else f"{above}/{name}[{counts[name]}]"
            )
        self._open.append(len(self.elements))
        self.elements.append(
            Element(
                name=name,
                path=path,
                parent=parent,
                start=(first, last),
                end=(first, last),
                attributes=attributes,
            )
        )

    def _end(self, _: str) -> None:
        self._close_run()
        element = self.elements[self._open.pop()]
        first, last = element.start
        if self._data[last - 2 : last] != b"/>":
            place = self._parser.CurrentByteIndex
            element.end = (place, self._tag_end(place))
        else:
            element.end = (first, last)

    def _tag_end(self, place: int) -> int:
        """Return the byte after a tag; attributes may hold the sign that ends it."""
        quote = 0
        for index in range(place, len(self._data)):
            byte = self._data[index]
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in b"\"'":
                quote = byte
            elif byte == ord(">"):
                return index + 1
        raise Unreadable("a tag does not end")

    def _hear(self, text: str) -> None:
        place = self._parser.CurrentByteIndex
        if self._data[place : place + 1] == b"&":
            end = self._data.index(b";", place) + 1
            self._add(text[:1], place, end)
            if len(text) > 1:
                raise Unreadable("an entity stands for more than one character")
            return
        for character in text:
            raw = character.encode()
            if character == "\n" and self._data[place : place + 2] == b"\r\n":
                raw = b"\r\n"
            if self._data[place : place + len(raw)] != raw:
                raise Unreadable("its characters are not where they should be")
            self._add(character, place, place + len(raw))
            place += len(raw)

    def _add(self, character: str, place: int, end: int) -> None:
        self._text.append(character)
        self._places.append(place)
        self._ends.append(end)

    def _close_run(self) -> None:
        if self._text:
            self.runs.append(Run("".join(self._text), self._places, self._ends, self._open[-1]))
            self._text, self._places, self._ends = [], [], []

    def _interrupt(self, *_: str) -> None:
        self._close_run()

    def _refuse(self) -> None:
        raise Unreadable("it has a CDATA section")
