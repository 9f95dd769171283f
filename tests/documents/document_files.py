"""Files to read: written into a temporary folder, EPUBs included."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from batchtts.documents.reading import read
from batchtts.errors import DocumentError, Problem
from batchtts.job import Mark, Source
from batchtts.model import Document, Matter

MARK = Mark(file="job.yaml", line=7, column=5)

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""

PAGE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>Not read</title></head>
{body}
</html>"""


def page(body: str) -> str:
    """Return an XHTML page; `body` may bring its own body element."""
    return PAGE.format(body=body if body.startswith("<body") else f"<body>\n{body}\n</body>")


def package(
    pages: list[str], *, metadata: str = "", extra: str = "", spine: str = "", after: str = ""
) -> str:
    """Return a package document with the pages in its spine."""
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>' for n, href in enumerate(pages)
    )
    references = spine or "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    return f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">{metadata}</metadata>
<manifest>{items}<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{extra}</manifest>
<spine>{references}</spine>{after}</package>"""


def contents(items: str, landmarks: str = "") -> str:
    """Return a navigation document."""
    return page(
        f'<nav epub:type="toc"><ol>{items}</ol></nav><nav epub:type="landmarks"><ol>{landmarks}</ol></nav>'
    )


def write_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a zip archive with the files, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read_one(path: Path) -> Document:
    """Read one file."""
    (document,) = read(Source(folder=path.parent, mark=MARK, pattern=path.name))
    return document


def refused(path: Path) -> Problem:
    """Read a file that is refused, and return the one problem with it."""
    with pytest.raises(DocumentError) as caught:
        read_one(path)
    (problem,) = caught.value.problems
    return problem


def spoken(document: Document) -> list[tuple[str, str]]:
    """Return kind and text of every block."""
    return [
        (block.kind.value, document.text[block.start : block.end])
        for section in document.sections
        for block in section.blocks
    ]


def body_titles(document: Document) -> list[str]:
    """Return the titles of what is read aloud by default."""
    return [section.title for section in document.sections if section.matter is Matter.BODY]


def corpus(name: str) -> Path:
    """Return a real book, or skip the test."""
    folder = Path(os.environ.get("BATCHTTS_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
    if not (folder / name).is_file():
        pytest.skip(f"{name} is not in the corpus ({folder})")
    return folder / name
