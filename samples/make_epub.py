"""Builds book.epub, an EPUB 3 publication, from book.md.

    python samples/make_epub.py [PATH]

The same text gives the same bytes, on any machine.
"""

import sys
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from manuscript import Book, Page, read_book

HERE = Path(__file__).parent
MODIFIED = "2026-11-22T12:00:00Z"
ZIP_TIME = (2026, 11, 22, 12, 0, 0)

CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
PAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"
epub:prefix="z3998: http://www.daisy.org/z3998/2012/vocab/structure/" lang="{language}" \
xml:lang="{language}">
<head>
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="book.css"/>
</head>
<body epub:type="{matter}">
{body}
</body>
</html>
"""
PACKAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator id="author">{author}</dc:creator>
<meta refines="#author" property="role" scheme="marc:relators">aut</meta>
<dc:language>{language}</dc:language>
<dc:rights>{rights}</dc:rights>
<dc:date>{date}</dc:date>
<meta property="dcterms:modified">{modified}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityFeature">pageNavigation</meta>
<meta property="schema:accessibilityFeature">pageBreakMarkers</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="pageBreakSource">none</meta>
<meta name="cover" content="cover-png"/>
</metadata>
<manifest>
{items}
</manifest>
<spine toc="toc-ncx">
{spine}
</spine>
</package>
"""
NCX = """\
<?xml version="1.0" encoding="utf-8"?>
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{language}">
<head>
<meta name="dtb:uid" content="{identifier}"/>
</head>
<docTitle><text>{title}</text></docTitle>
<navMap>
{points}
</navMap>
</ncx>
"""


def nested(pages: Sequence[Page]) -> Iterator[tuple[Page, list[Page]]]:
    """Return the pages that contain chapters or stand beside them, each with its chapters."""
    tops = [number for number, page in enumerate(pages) if page.depth == 0]
    for start, stop in zip(tops, [*tops[1:], len(pages)], strict=True):
        yield pages[start], list(pages[start + 1 : stop])


def navigation(book: Book) -> Page:
    """Return the contents, the landmarks and the list of pages, for reading systems of EPUB 3."""

    def entry(page: Page, chapters: Sequence[Page] = ()) -> str:
        inner = "".join(entry(chapter) for chapter in chapters)
        return (
            f'<li><a href="{page.href}">{escape(page.title)}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>\n'
        )

    contents = "".join(entry(page, chapters) for page, chapters in nested(book.pages[1:]))
    page_list = "".join(f'<li><a href="{href}">{n}</a></li>\n' for n, href in enumerate(book.page_breaks, 1))
    landmarks = "".join(
        f'<li><a epub:type="{kind}" href="{href}">{title}</a></li>\n'
        for kind, href, title in (
            ("cover", "cover.xhtml", "Cover"),
            ("toc", "nav.xhtml", "Contents"),
            ("bodymatter", "part-1.xhtml", "Beginning"),
        )
    )
    body = (
        f'<nav epub:type="toc" role="doc-toc" id="toc"><h2>Contents</h2><ol>\n{contents}</ol></nav>\n'
        f'<nav epub:type="landmarks" hidden="hidden"><h2>Landmarks</h2><ol>\n{landmarks}</ol></nav>\n'
        f'<nav epub:type="page-list" role="doc-pagelist" hidden="hidden"><h2>Pages</h2><ol>\n{page_list}</ol></nav>'
    )
    return Page(name="nav", title="Contents", matter="frontmatter", body=body)


def ncx_points(book: Book) -> str:
    """Return the contents once more, for reading systems of EPUB 2."""

    def point(page: Page, chapters: Sequence[Page] = ()) -> str:
        label = f"<navLabel><text>{escape(page.title)}</text></navLabel>"
        inner = "".join(point(chapter) for chapter in chapters)
        return f'<navPoint id="point-{page.name}">{label}<content src="{page.href}"/>\n{inner}</navPoint>\n'

    return "".join(point(page, chapters) for page, chapters in nested(book.pages[1:])).rstrip()


def package(book: Book, values: dict[str, str]) -> str:
    """Return the package document: what is known about the book, what is in it, and in which order it is read."""
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="toc-ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        '<item id="book-css" href="book.css" media-type="text/css"/>',
        '<item id="cover-png" href="cover.png" media-type="image/png" properties="cover-image"/>',
        *(
            f'<item id="{page.name}" href="{page.href}" media-type="application/xhtml+xml"/>'
            for page in book.pages
        ),
    ]
    names = [page.name for page in book.pages]
    spine = [f'<itemref idref="{name}"/>' for name in (*names[:2], "nav", *names[2:])]
    return PACKAGE.format(items="\n".join(items), spine="\n".join(spine), **values)


def files(book: Book) -> dict[str, str | bytes]:
    """Return everything that the publication consists of, by name, the media type first."""
    values = {key: escape(value) for key, value in book.metadata.items()}
    values["identifier"] = uuid.uuid5(
        uuid.NAMESPACE_URL, f"{book.metadata['title']}/{book.metadata['author']}"
    ).urn
    values |= {"modified": MODIFIED, "date": MODIFIED[:10]}
    documents = {
        page.href: PAGE.format(
            language=values["language"], title=escape(page.title), matter=page.matter, body=page.body
        )
        for page in (navigation(book), *book.pages)
    }
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "EPUB/package.opf": package(book, values),
        "EPUB/toc.ncx": NCX.format(points=ncx_points(book), **values),
        "EPUB/book.css": (HERE / "book.css").read_text(encoding="utf-8"),
        "EPUB/cover.png": (HERE / "cover.png").read_bytes(),
        **{f"EPUB/{name}": text for name, text in documents.items()},
    }


def main(path: Path) -> None:
    """Build the publication; nothing in it is compressed, since no two versions of zlib agree on every byte."""
    book = read_book((HERE / "book.md").read_text(encoding="utf-8"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files(book).items():
            member = zipfile.ZipInfo(name, date_time=ZIP_TIME)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("book.epub"))
