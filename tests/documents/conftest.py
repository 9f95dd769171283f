"""A book to read, written for the test."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from document_files import CONTAINER, contents, package, page, read_one, write_zip

from batchtts.model import Document


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Document]:
    """Write an EPUB of some pages, in their order, and read it."""

    def write(pages: Mapping[str, str], nav: str = "", **about: str) -> Document:
        files = {
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package(list(pages), **about),
            "OEBPS/nav.xhtml": contents(nav),
            **{f"OEBPS/{href}": page(body) for href, body in pages.items()},
        }
        return read_one(write_zip(tmp_path / "book.epub", files))

    return write
