"""The manuscript of the book: Markdown in, the pages of an EPUB publication out.

What Markdown cannot say is said by convention: `<!-- part: TITLE -->` opens a part, `## TITLE` a chapter,
and a quotation is a letter if somebody is dear in it, otherwise a poem.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

WORDS_PER_PAGE = 250
FOOTNOTE = re.compile(r"^\[\^(\w+)\]: (.+)\n", re.MULTILINE)
NOTE_REFERENCE = re.compile(r"\[\^(\w+)\]")
PART = re.compile(r"<!-- part: (.+) -->")
TAG_OR_WORD = re.compile(r"<[^>]*>|(?:(?<=\s)|^)[^<\s]+")

COVER = (
    '<section class="cover" epub:type="cover"><img src="cover.png" alt="{alt}" role="doc-cover"/></section>'
)
COVER_ALT = "A lighthouse at dusk before a great moon, which is the dial of a clock at ten past nine."
TITLE_PAGE = '<section class="titlepage" epub:type="titlepage"><h1 epub:type="title">{title}</h1><p>{author}</p></section>'
COLOPHON = (
    '<section epub:type="colophon" role="doc-colophon"><h2>Colophon</h2>\n'
    "<p>{title} was written for batchtts, a program that reads books aloud, so that it has a book to read.</p>\n"
    "<p>Its authors have put it into the public domain under the terms of {rights}. Do with it what you like.</p>"
    "</section>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One XHTML file; `depth` is 0 for what contains chapters or stands beside them, 1 for what is in a part."""

    name: str
    title: str
    matter: str
    body: str
    depth: int = 0

    @property
    def href(self) -> str:
        """Return the file's name."""
        return f"{self.name}.xhtml"


@dataclass(slots=True)
class PageBreaks:
    """Counts words through the book and marks where a page of the printed book would begin."""

    n_words: int = 0
    targets: list[str] = field(default_factory=list)

    def mark(self, html: str, href: str) -> str:
        """Return the markup with a page break before every word that begins a page."""
        return TAG_OR_WORD.sub(lambda match: self._mark_word(match.group(), href), html)

    def _mark_word(self, word: str, href: str) -> str:
        if word.startswith("<"):
            return word
        self.n_words += 1
        if self.n_words % WORDS_PER_PAGE != 1:
            return word
        number = len(self.targets) + 1
        self.targets.append(f"{href}#page-{number}")
        return f'<span epub:type="pagebreak" role="doc-pagebreak" id="page-{number}" aria-label="{number}"/>{word}'


class ChapterWriter:
    """Turns the Markdown of one chapter into the XHTML of one file."""

    def __init__(self, markdown: MarkdownIt, notes: dict[str, str], breaks: PageBreaks, href: str) -> None:
        """Write the chapter that will be the file `href`; `notes` are the book's footnotes by label."""
        self._markdown, self._notes, self._breaks, self._href = markdown, notes, breaks, href
        self._noted: list[str] = []

    def write(self, title: str, blocks: Sequence[SyntaxTreeNode]) -> str:
        """Return the chapter as a section with its footnotes at the end."""
        heading = f'<h2 id="title" epub:type="title">{escape(title)}</h2>'
        body = [self._block(block) for block in blocks]
        notes = [self._note(label) for label in self._noted]
        lines = (
            '<section epub:type="chapter" role="doc-chapter" aria-labelledby="title">',
            heading,
            *body,
            *notes,
        )
        return "\n".join((*lines, "</section>"))

    def _block(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "paragraph":
                return self._paragraph(node)
            case "blockquote":
                return self._quotation(node)
            case "hr":
                return "<hr/>"
            case _:
                html: str = self._markdown.renderer.render(node.to_tokens(), self._markdown.options, {})
                return html.rstrip()

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        html = self._inline(node)
        attributes = ' class="sign"' if re.fullmatch(r"<strong>[^<]*</strong>", html) else ""
        marked = self._breaks.mark(html, self._href)
        return f"<p{attributes}>{NOTE_REFERENCE.sub(self._reference, marked)}</p>"

    def _quotation(self, node: SyntaxTreeNode) -> str:
        paragraphs = [self._inline(child) for child in node.children]
        salutation = next((n for n, html in enumerate(paragraphs) if html.startswith("Dear ")), None)
        kind, roles = "poem", {len(paragraphs) - 1: "signature"}
        if salutation is not None:
            kind, roles = "letter", {salutation: "salutation", len(paragraphs) - 2: "valediction"} | roles
        lines = [
            f'<p class="{roles[n]}" epub:type="z3998:{roles[n]}">{html}</p>'
            if n in roles
            else f"<p>{html}</p>"
            for n, html in enumerate(paragraphs)
        ]
        return "\n".join((f'<blockquote class="{kind}" epub:type="z3998:{kind}">', *lines, "</blockquote>"))

    def _inline(self, node: SyntaxTreeNode) -> str:
        html: str = self._markdown.renderer.render(node.children[0].to_tokens(), self._markdown.options, {})
        return html

    def _reference(self, match: re.Match[str]) -> str:
        label = match.group(1)
        self._noted.append(label)
        return (
            f'<a epub:type="noteref" role="doc-noteref" id="noteref-{label}" href="#note-{label}">{label}</a>'
        )

    def _note(self, label: str) -> str:
        text = self._markdown.renderInline(self._notes[label])
        back = f'<a role="doc-backlink" href="#noteref-{label}">{label}.</a>'
        return (
            f'<aside epub:type="footnote" role="doc-footnote" id="note-{label}"><p>{back} {text}</p></aside>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is known about the book, its files in reading order, and where its printed pages begin."""

    metadata: dict[str, str]
    pages: tuple[Page, ...]
    page_breaks: tuple[str, ...]


def read_book(source: str) -> Book:
    """Return the book that a Markdown text with front matter is."""
    _, front, text = source.split("---\n", 2)
    metadata = dict(line.split(": ", 1) for line in front.splitlines())
    words = {key: escape(value) for key, value in metadata.items()}
    breaks = PageBreaks()
    pages = (
        Page(name="cover", title="Cover", matter="frontmatter", body=COVER.format(alt=COVER_ALT)),
        Page(name="titlepage", title="Title Page", matter="frontmatter", body=TITLE_PAGE.format_map(words)),
        *read_chapters(text, breaks),
        Page(name="colophon", title="Colophon", matter="backmatter", body=COLOPHON.format_map(words)),
    )
    return Book(metadata=metadata, pages=pages, page_breaks=tuple(breaks.targets))


def read_chapters(text: str, breaks: PageBreaks) -> Iterator[Page]:
    """Return a page for every part and every chapter, in order."""
    notes = dict(FOOTNOTE.findall(text))
    markdown = MarkdownIt("commonmark").enable("table")
    n_parts = n_chapters = 0
    for title, blocks in split_at_headings(SyntaxTreeNode(markdown.parse(FOOTNOTE.sub("", text)))):
        if not blocks:
            n_parts += 1
            yield Page(name=f"part-{n_parts}", title=title, matter="bodymatter", body=part_body(title))
            continue
        n_chapters += 1
        name = f"chapter-{n_chapters}"
        body = ChapterWriter(markdown, notes, breaks, f"{name}.xhtml").write(title, blocks)
        yield Page(name=name, title=title, matter="bodymatter", body=body, depth=1)


def split_at_headings(root: SyntaxTreeNode) -> list[tuple[str, list[SyntaxTreeNode]]]:
    """Return the titles of parts and chapters, each with the blocks that follow it; parts have none."""
    found: list[tuple[str, list[SyntaxTreeNode]]] = []
    for node in root.children:
        if part := PART.match(node.content if node.type == "html_block" else ""):
            found.append((part.group(1), []))
        elif node.type != "heading":
            found[-1][1].append(node)
        elif node.tag == "h2":
            found.append((node.children[0].content, []))
    return found


def part_body(title: str) -> str:
    """Return the page that opens a part."""
    heading = f'<h1 id="title" epub:type="title">{escape(title)}</h1>'
    return f'<section epub:type="part" role="doc-part" aria-labelledby="title">{heading}</section>'
