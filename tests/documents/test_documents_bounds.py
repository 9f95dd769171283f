import time
from contextlib import suppress
from pathlib import Path

import pytest
from document_files import page, read_one

from batchtts.errors import DocumentError

MANY = 50_000
HARD = {
    "one line.txt": "word " * (MANY * 10),
    "underscores.txt": "a" + "_" * MANY + "b",
    "stars.txt": "*" * MANY + "\n\n" + "\n\n".join(["***"] * MANY),
    "blank.txt": "x" + "\n" * MANY * 10,
    "quotes.md": ">" * 20_000 + " x",
    "lists.md": "\n".join(" " * n + "- x" for n in range(300)),
    "notes.md": "[^" * 20_000 + "x",
    "tags.md": "<div>" + "<" * MANY + "\n<!--" * 20_000 + "x",
    "comments.xhtml": "<!-- x -->" * 20_000 + "<p>x</p>",
    "doctype.xhtml": "<!-- x -->" * 1_000 + "<!DOCTYPE html [" + "<!ELEMENT p ANY>" * 1_000 + "]><p>x</p>",
    "references.html": "<p>" + "&amp" * MANY,
    "headings.html": "<h1>x</h1>" * 20_000,
    "breaks.html": "<h2>" + "x<br>" * 5_000 + "</h2>",
    "attributes.html": "<p " + " ".join(f"a{n}=x" for n in range(20_000)) + ">x",
    "unclosed.html": "<p>x" * MANY,
    "siblings.xhtml": page("<div><i>x</i></div>" * 50_000),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_texts_take_bounded_time(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_text(HARD[name], encoding="utf-8")
    started = time.process_time()
    with suppress(DocumentError):
        read_one(path)
    assert time.process_time() - started < 20  # what is quadratic takes minutes
