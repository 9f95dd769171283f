"""A book made of what is spoken, for documents that are no EPUB 3: a page for each chapter, and a list of them."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace

from batchtts.export.corpus import Corpus
from batchtts.export.readalong.covers import Cover, cover_of
from batchtts.export.readalong.epub.volume import SpokenPage, Volume
from batchtts.export.readalong.escaping import escaped, quoted
from batchtts.export.readalong.passages import Passage, PassageKind, passages
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.model import Locator

_PACKAGE = "EPUB/package.opf"
_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    f'<rootfiles><rootfile full-path="{_PACKAGE}" media-type="application/oebps-package+xml"/></rootfiles>\n'
    "</container>\n"
)
_STYLE = (
    "body { line-height: 1.5; margin: 5%; }\n"
    "h1 { line-height: 1.2; }\n"
    "p { margin: 0 0 0.7em; white-space: pre-line; }\n"
    "hr { border: 0; margin: 1.5em 0; text-align: center; }\n"
)
_BEFORE_ALL = "1970-01-01T00:00:00Z"
"""When the book was changed last: it is the same whenever it is made."""


def plain_volume(corpus: Corpus, chapters: Sequence[TimedChapter]) -> Volume:
    """Return a book with the text of the chapters."""
    pages: list[SpokenPage] = []
    files = {"META-INF/container.xml": _CONTAINER.encode(), "EPUB/style.css": _STYLE.encode()}
    for chapter in chapters:
        name = f"EPUB/{chapter.slug}.xhtml"
        files[name], segments = _page(chapter, corpus)
        pages.append(SpokenPage(name=name, segments=[(chapter, segment) for segment in segments]))
    files["EPUB/nav.xhtml"] = _navigation(corpus, chapters)
    if (cover := cover_of(corpus)) is not None:
        files[f"EPUB/{cover.path}"] = cover.picture
    files[_PACKAGE] = _package(corpus, chapters, cover)
    return Volume(files=files, package=_PACKAGE, pages=pages)


def _page(chapter: TimedChapter, corpus: Corpus) -> tuple[bytes, list[TimedSegment]]:
    """Return a page, and what is spoken of it."""
    body: list[str] = []
    placed: list[TimedSegment] = []
    counts = {"h2": 0, "p": 0}
    for passage in passages(chapter):
        tag = "h2" if passage.kind is PassageKind.HEADING else "p"
        counts[tag] += 1
        locator = Locator(href=None, xpath=f"/html/body/{tag}[{counts[tag]}]")
        placed += [replace(sentence.segment, locator=locator) for sentence in passage.sentences]
        body += _lines(passage, tag)
    return _xhtml(chapter.title, corpus.language, "".join(body)), placed


def _lines(passage: Passage, tag: str) -> Iterator[str]:
    yield f'<{tag} dir="auto">{escaped(passage.text)}</{tag}>\n'
    if passage.ends_scene:
        yield "<hr/>\n"


def _xhtml(title: str, language: str, body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{quoted(language)}" xml:lang="{quoted(language)}">\n'
        f'<head>\n<title>{escaped(title)}</title>\n<link rel="stylesheet" href="style.css"/>\n</head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    ).encode()


def _navigation(corpus: Corpus, chapters: Sequence[TimedChapter]) -> bytes:
    entries = "".join(
        f'<li><a href="{quoted(chapter.slug)}.xhtml">{escaped(chapter.title)}</a></li>\n'
        for chapter in chapters
    )
    body = f'<nav epub:type="toc">\n<h1>{escaped(corpus.title)}</h1>\n<ol>\n{entries}</ol>\n</nav>\n'
    return _xhtml(corpus.title, corpus.language, body)


def _package(corpus: Corpus, chapters: Sequence[TimedChapter], cover: Cover | None) -> bytes:
    known = corpus.metadata
    basis = " ".join(sha256 for _, sha256 in sorted(corpus.documents.items()))
    identifier = uuid.uuid5(uuid.NAMESPACE_OID, f"{corpus.name} {basis}").urn
    optional = [f"<dc:creator>{escaped(known.author)}</dc:creator>\n"] if known.author else []
    if known.description:
        optional.append(f"<dc:description>{escaped(known.description)}</dc:description>\n")
    items = "".join(
        f'<item id="page-{number}" href="{quoted(chapter.slug)}.xhtml" media-type="application/xhtml+xml"/>\n'
        for number, chapter in enumerate(chapters, start=1)
    )
    if cover is not None:
        items += f'<item id="cover" href="{cover.path}" media-type="{cover.media_type}" properties="cover-image"/>\n'
    spine = "".join(f'<itemref idref="page-{number}"/>\n' for number in range(1, len(chapters) + 1))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">{identifier}</dc:identifier>\n<dc:title>{escaped(corpus.title)}</dc:title>\n'
        f"<dc:language>{escaped(corpus.language)}</dc:language>\n{''.join(optional)}"
        f'<meta property="dcterms:modified">{_BEFORE_ALL}</meta>\n</metadata>\n'
        '<manifest>\n<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>\n'
        f'<item id="style" href="style.css" media-type="text/css"/>\n{items}</manifest>\n'
        f"<spine>\n{spine}</spine>\n</package>\n"
    ).encode()
