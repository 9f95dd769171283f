"""Markdown (CommonMark with tables) becomes passages; code is skipped, as a narrator would."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from batchtts.documents.chapters import Cut, cut_at_headings
from batchtts.documents.passages import Passage, join, join_heading, scene_break, weave
from batchtts.job import Metadata
from batchtts.model import BlockKind, Locator

_FENCE = re.compile(r"---[ \t]*")
_FENCE_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_FIELD = re.compile(r"([A-Za-z][\w -]*):(?:[ \t]+(.*))?")
_NOTE = re.compile(r"^ {0,3}\[\^[^\]\n]+\]:.*(?:\n(?: {4}|\t).*)*", re.MULTILINE)
_NOTE_REFERENCE = re.compile(r"\[\^[^\]\[\s]+\]")
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)
_SPACES = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class MarkdownText:
    """A Markdown text in chapters, and what its front matter says about it."""

    cut: Cut
    metadata: Metadata


def read_markdown(text: str, fallback: str) -> MarkdownText:
    """Return the chapters of a Markdown text; `fallback` is the title of a text without headings."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fields, n_front = _front_matter(lines)
    # Blank lines take the place of what is not read, so that line numbers stay true.
    body = "\n".join([""] * n_front + lines[n_front:])
    body = _NOTE.sub(lambda found: "\n" * found[0].count("\n"), body)
    body = _NOTE_REFERENCE.sub("", body)
    # Without text_join, text tokens are what the source says, letter by letter: see _Finger.
    parser = MarkdownIt("commonmark").enable("table").disable("text_join")
    cut = cut_at_headings(list(_passages(parser.parse(body))), fields.get("title") or fallback)
    metadata = Metadata(
        title=fields.get("title") or cut.title,
        author=fields.get("author") or fields.get("authors"),
        language=fields.get("lang") or fields.get("language"),
    )
    return MarkdownText(cut=cut, metadata=metadata)


def _front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Return the plain fields of a `---` block at the top, and how many lines it takes."""
    if not _FENCE.fullmatch(lines[0]):
        return {}, 0
    end = next((number for number, line in enumerate(lines[1:], 1) if _FENCE_END.fullmatch(line)), 0)
    block = [line for line in lines[1:end] if line.strip()]
    if not block or not _FIELD.fullmatch(block[0].rstrip()):
        return {}, 0
    fields = {}
    for line in block:
        if (found := _FIELD.fullmatch(line.rstrip())) and found[2]:
            fields[found[1].lower()] = _scalar(found[2])
    return fields, end + 1


def _scalar(value: str) -> str:
    """Return a front matter value as text: quotes off, a list in brackets joined by commas."""
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_scalar(item.strip()) for item in value[1:-1].split(","))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _passages(tokens: Sequence[Token]) -> Iterator[Passage]:
    for index, token in enumerate(tokens):
        opener = tokens[index - 1] if index else token
        passage: Passage | None = None
        match token.type:
            case "hr":
                passage = scene_break(_locator(token))
            case "html_block":
                passage = _html_block(token)
            case "tr_open":
                passage = _row(tokens, index)
            case "inline" if opener.type == "heading_open":
                passage = _heading(token, int(opener.tag[1:]))
            case "inline" if opener.type == "paragraph_open":
                passage = _paragraph(token)
        if passage is not None:
            yield passage


def _heading(token: Token, level: int) -> Passage | None:
    lines = (weave(BlockKind.HEADING, line) for line in _hard_lines(token))
    return join_heading((line for line in lines if line), level=level)


def _paragraph(token: Token) -> Passage | None:
    children = token.children or []
    if len(children) == 1 and children[0].type == "image":
        return weave(BlockKind.PARAGRAPH, [(children[0].content, _locator(token))])
    types = {child.type for child in children}
    if "hardbreak" in types and "softbreak" not in types:
        lines = (weave(BlockKind.VERSE, line) for line in _hard_lines(token))
        return join(BlockKind.VERSE, (line for line in lines if line), "\n")
    return weave(BlockKind.PARAGRAPH, _runs(token))


def _row(tokens: Sequence[Token], start: int) -> Passage | None:
    cells: list[Passage] = []
    for token in tokens[start:]:
        if token.type == "tr_close":
            break
        if token.type == "inline" and (cell := weave(BlockKind.PARAGRAPH, _runs(token))):
            cells.append(cell)
    return join(BlockKind.PARAGRAPH, cells, ", ")


def _html_block(token: Token) -> Passage | None:
    """Read what is between the tags of an HTML block."""
    text = _MARKUP.sub(lambda found: " " + "\n" * found[0].count("\n"), token.content)
    first = (token.map or [0])[0] + 1
    lines = enumerate(text.split("\n"), start=first)
    return weave(
        BlockKind.PARAGRAPH, ((html.unescape(line) + "\n", Locator(line=number)) for number, line in lines)
    )


def _hard_lines(token: Token) -> list[list[tuple[str, Locator]]]:
    """Return the runs of each line, where lines end at hard breaks."""
    lines: list[list[tuple[str, Locator]]] = [[]]
    for run in _runs(token):
        if run[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(run)
    return lines


def _runs(token: Token) -> Iterator[tuple[str, Locator]]:
    """Return the text of an inline token piece by piece, each with its line; a hard break is a line feed."""
    finger = _Finger(token)
    for child in token.children or []:
        for text, written in _pieces(child):
            locator = finger.follow(written)
            if text:
                yield text, locator


def _pieces(child: Token) -> list[tuple[str, str]]:
    """Return what is read of a token, and how the source writes it."""
    match child.type:
        case "text" | "text_special":
            return [(child.content, child.markup or child.content)]
        case "hardbreak":
            return [("\n", "\n")]
        case "softbreak":
            return [(" ", "\n")]
        case "code_inline":
            # A line feed in code has become a space, so the words are looked for one by one.
            return [(piece, piece.strip()) for piece in _SPACES.split(child.content)]
        case "html_inline":
            return [(" " if child.content.lower().startswith("<br") else "", child.content)]
    return []


class _Finger:
    """Follows the pieces of an inline token through its source, to know on which line each stands."""

    def __init__(self, token: Token) -> None:
        self._source = token.content
        self._line = _locator(token).line or 1
        self._at = 0

    def follow(self, written: str) -> Locator:
        """Move past a piece of the source and return where it begins."""
        found = self._source.find(written, self._at)
        if found < 0:
            return Locator(line=self._line)
        self._line += self._source.count("\n", self._at, found)
        locator = Locator(line=self._line)
        self._line += written.count("\n")
        self._at = found + len(written)
        return locator


def _locator(token: Token) -> Locator:
    return Locator(line=(token.map or [0])[0] + 1)
