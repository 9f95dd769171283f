"""An element tree becomes passages: what a narrator would read of a page, in order.

Not read: what is hidden, navigation, notes and references to them, page numbers, images (their captions are),
pronunciation glosses over ruby text.  Names of types are those of the EPUB 3 structural semantics vocabulary.
"""

# ruff: noqa: SIM905 (vocabularies read better as running text than one word a line)

from dataclasses import dataclass

from batchtts.documents import silence
from batchtts.documents.characters import collapse
from batchtts.documents.markup import Element, children, inner_text, local_name, source_line
from batchtts.documents.passages import Passage, heading_separator, scene_break
from batchtts.model import BlockKind, Locator

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form header hgroup legend li main menu ol p pre section summary table tbody td tfoot th thead"
    " tr ul".split()
).union(_HEADINGS)
_MANY_LINES = _BLOCKS | {"br"}
_SECTIONS = frozenset(("body", "section", "article", "div", "main", "aside"))
_VERSE_TYPES = frozenset(("poem", "verse", "song", "hymn", "lyrics"))
_VERSE_CLASSES = frozenset(("poem", "poetry", "verse", "song", "hymn", "linegroup", "stanza", "lg"))
_STANZA_CLASSES = frozenset(("stanza", "linegroup", "lg"))
_BREAK = "\0"  # cannot stand in a page: neither XML nor HTML allows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Narration:
    """A page as it is read; `ids` say which passage an element with an id is in, or comes before."""

    passages: tuple[Passage, ...]
    ids: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the walk is: the element's path, the block that it is in, and what holds for all below."""

    path: str
    locator: Locator
    types: frozenset[str]
    in_verse: bool = False


def narrate(body: Element, href: str | None, *, with_notes: bool = False) -> Narration:
    """Return what is read of a page's body; `with_notes`, of a page that is nothing but notes, the notes."""
    narrator = _Narrator(href, with_notes)
    narrator.read(body)
    return Narration(passages=tuple(narrator.passages), ids=narrator.ids)


def plain_text(element: Element) -> str:
    """Return what is read of an element as one line: a title in a table of contents, say."""
    return collapse(" ".join(_Narrator(None, with_notes=False).lines(element)))


class _Narrator:
    """Walks a page and collects passages; text that is no block's own makes a paragraph too."""

    def __init__(self, href: str | None, with_notes: bool) -> None:
        self.passages: list[Passage] = []
        self.ids: dict[str, int] = {}
        self._href = href
        self._with_notes = with_notes
        self._pieces: list[str] = []
        self._scope = _Scope("", Locator(href=href), frozenset())

    def read(self, body: Element) -> None:
        """Read a page's body."""
        self._note_id(body)
        self._walk(
            body, self._inside(body, _Scope("/html", Locator(href=self._href), frozenset()), "/html/body")
        )
        self._close()

    def lines(self, element: Element) -> list[str]:
        """Return all text in an element, its lines parted at breaks and at the edges of blocks in it."""
        pieces: list[str] = []
        self._gather(element, pieces)
        return [line for part in "".join(pieces).split(_BREAK) if (line := collapse(part))]

    def _walk(self, element: Element, scope: _Scope) -> None:
        """Read what is in an element, block by block."""
        self._hear(element.text, scope)
        counts: dict[str, int] = {}
        for child in element:
            if name := local_name(child):
                counts[name] = counts.get(name, 0) + 1
                self._visit(child, name, scope, f"{scope.path}/{name}[{counts[name]}]")
            self._hear(child.tail, scope)

    def _visit(self, element: Element, name: str, scope: _Scope, path: str) -> None:
        is_block = name in _BLOCKS
        if is_block or name == "hr":
            self._close()
        self._note_id(element)
        if silence.is_silent(element, name, with_notes=self._with_notes):
            return
        if name == "br":
            self._hear(" ", scope)
        elif name == "math":
            self._hear(element.get("alttext"), scope)
        elif name == "hr":
            self.passages.append(scene_break(self._locator(element, path), types=scope.types))
        elif is_block:
            self._block(element, name, self._inside(element, scope, path))
            self._close()
        else:
            self._walk(element, _Scope(path, scope.locator, scope.types, scope.in_verse))

    def _block(self, element: Element, name: str, scope: _Scope) -> None:
        if name in _HEADINGS or (name == "hgroup" and _heading_levels(element)):
            self._heading(element, name, scope)
        elif name == "pre":
            self._preformatted(element, scope)
        elif name == "tr":
            self._row(element, scope)
        elif name in ("caption", "figcaption"):
            self._add(BlockKind.PARAGRAPH, " ".join(self.lines(element)), scope)
        elif scope.in_verse and _is_stanza(element, name):
            self._add(BlockKind.VERSE, "\n".join(self.lines(element)), scope)
        else:
            self._walk(element, scope)

    def _heading(self, element: Element, name: str, scope: _Scope) -> None:
        text = ""
        for line in self.lines(element):
            # In a group, number and title are said apart, whatever they look like.
            grouped = text and name == "hgroup" and text[-1].isalnum()
            text += (". " if grouped else heading_separator(text) if text else "") + line
        self._add(BlockKind.HEADING, text, scope, level=min(_heading_levels(element)))

    def _preformatted(self, element: Element, scope: _Scope) -> None:
        """Read preformatted text line by line, unless it is a listing of code."""
        if any(local_name(child) == "code" for child in element):
            return
        lines = (collapse(line) for line in inner_text(element).split("\n"))
        self._add(BlockKind.VERSE, "\n".join(line for line in lines if line), scope)

    def _row(self, element: Element, scope: _Scope) -> None:
        """Read a row of a table cell by cell; a lone cell may hold anything, as in tables made for layout."""
        cells = list(children(element))
        loose = any((text or "").strip() for text in (element.text, *(cell.tail for cell in cells)))
        if len(cells) < 2 or loose or any(local_name(cell) not in ("td", "th") for cell in cells):
            self._walk(element, scope)
            return
        spoken = [" ".join(self.lines(cell)) for cell in cells]
        self._add(BlockKind.PARAGRAPH, ", ".join(cell for cell in spoken if cell), scope)

    def _hear(self, text: str | None, scope: _Scope) -> None:
        """Take in text that belongs to the paragraph at hand."""
        if not text:
            return
        if not self._pieces:
            if text.isspace():
                return
            self._scope = scope
        self._pieces.append(text)

    def _close(self) -> None:
        """End the paragraph at hand, if there is one."""
        if self._pieces:
            kind = BlockKind.VERSE if self._scope.in_verse else BlockKind.PARAGRAPH
            self._add(kind, collapse("".join(self._pieces)), self._scope)
            self._pieces = []

    def _add(self, kind: BlockKind, text: str, scope: _Scope, level: int = 0) -> None:
        if text:
            self.passages.append(
                Passage(kind=kind, text=text, anchors=((0, scope.locator),), level=level, types=scope.types)
            )

    def _gather(self, element: Element, pieces: list[str]) -> None:
        pieces.append(element.text or "")
        spans_are_lines = _holds_lines_in_spans(element)
        for child in element:
            if name := local_name(child):
                self._note_id(child)
                self._gather_child(child, name, pieces, spans_are_lines)
            pieces.append(child.tail or "")

    def _gather_child(self, child: Element, name: str, pieces: list[str], spans_are_lines: bool) -> None:
        if silence.is_silent(child, name, with_notes=self._with_notes):
            return
        edge = _BREAK if name in _BLOCKS or (spans_are_lines and name == "span") else ""
        pieces.append(_BREAK if name == "br" else edge)
        if name == "math":
            pieces.append(child.get("alttext") or "")
        else:
            self._gather(child, pieces)
        pieces.append(edge)

    def _inside(self, element: Element, scope: _Scope, path: str) -> _Scope:
        """Return the scope in a block."""
        types = silence.types(element)
        in_verse = scope.in_verse or (
            local_name(element) != "body"
            and (
                not types.isdisjoint(_VERSE_TYPES) or not silence.classes(element).isdisjoint(_VERSE_CLASSES)
            )
        )
        around = scope.types | types if types and local_name(element) in _SECTIONS else scope.types
        return _Scope(path, self._locator(element, path), around, in_verse)

    def _locator(self, element: Element, path: str) -> Locator:
        return Locator(href=self._href, xpath=path, line=source_line(element))

    def _note_id(self, element: Element) -> None:
        # XHTML written as HTML names places with <a name="...">.
        name = element.get("id") or (element.get("name") if local_name(element) == "a" else None)
        if name:
            self.ids.setdefault(name, len(self.passages))


def _heading_levels(element: Element) -> list[int]:
    """Return the levels of the headings in an element, itself included; a group may have none, against the rules."""
    return [_HEADINGS[tag] for child in element.iter() if (tag := local_name(child)) in _HEADINGS]


def _is_stanza(element: Element, name: str) -> bool:
    """Say whether a block in a poem is one stanza: a paragraph, or lines in blocks of their own."""
    if name == "p" or not silence.classes(element).isdisjoint(_STANZA_CLASSES):
        return True
    inner = [child for child in element if local_name(child) in _BLOCKS]
    if not inner:
        return True
    # Paragraphs that are single lines are lines, not stanzas.
    return len(inner) > 1 and all(_is_line(child) for child in inner)


def _is_line(element: Element) -> bool:
    if local_name(element) not in ("p", "div", "li") or _holds_lines_in_spans(element):
        return False
    return not any(local_name(child) in _MANY_LINES for child in element.iterdescendants())


def _holds_lines_in_spans(element: Element) -> bool:
    """Say whether an element is made of spans, each of which is a line of verse."""
    if (element.text or "").strip() or len(element) < 2:
        return False
    return all(local_name(child) in ("span", "br") and not (child.tail or "").strip() for child in element)
