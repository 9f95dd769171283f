import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from document_files import page, read_one
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.errors import DocumentError

WORD = re.compile(r"[^\W_]+")
LINES = st.lists(
    st.lists(st.sampled_from(["alpha", "béta", "_gamma_", "del\u00adta", "*", "**bold**", "`co`", "—", "[^1]", "12"]), max_size=5)
    .flatmap(lambda words: st.sampled_from(["", "  ", "> ", "- ", "# ", "\t", "| "]).map(lambda start: start + " ".join(words))),
    max_size=25,
)  # fmt: skip


def numbered(lines: list[str]) -> list[str]:
    """Give every word its line, so that it says itself where it stands."""
    return [WORD.sub(rf"\g<0>x{number}", line) for number, line in enumerate(lines, 1)]


@settings(max_examples=150)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_word_is_located_on_its_own_line(name, lines, end):
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(end.join(numbered(lines)).encode())
        try:
            document = read_one(path)
        except DocumentError:
            return
    for found in re.finditer(r"x(\d+)\b", document.text):
        assert document.locate(found.start()).line == int(found[1])
        assert document.locate(found.end() - 1).line == int(found[1])


ELEMENTS = st.recursive(
    st.sampled_from(["word", "two words", "<br/>", "<hr/>", "<i>slant</i>", " ", "&amp;", "<img alt='no'/>"]),
    lambda inner: st.tuples(
        st.sampled_from(
            ["p", "div", "span", "b", "h2", "blockquote", "li", "section", "hgroup", "td", "tr", "table"]
        ),
        st.lists(inner, max_size=4),
    ).map(lambda parts: f"<{parts[0]}>{''.join(parts[1])}</{parts[0]}>"),
    max_leaves=20,
)


@settings(max_examples=150)
@given(body=ELEMENTS)
def test_whatever_the_markup_blocks_are_ordered_ranges_of_the_text(body):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xhtml"
        path.write_text(page(body), encoding="utf-8")
        try:
            document = read_one(path)
        except DocumentError:
            assert "word" not in body
            assert "slant" not in body
            return
    blocks = [block for section in document.sections for block in section.blocks]
    texts = [document.text[block.start : block.end] for block in blocks if block.end > block.start]
    assert document.text == "\n\n".join(texts)
    assert all(text == " ".join(text.split()) for text in texts)
    said = re.compile("word|two|words|slant")
    assert said.findall(document.text) == said.findall(re.sub(r"<[^>]*>", " ", body))
    assert all(document.locate(block.start).xpath for block in blocks)
