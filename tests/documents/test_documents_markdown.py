import re

import pytest
from document_files import body_titles, read_one, spoken

from batchtts.model import Document


@pytest.fixture
def markdown(tmp_path):
    def read(content: str) -> Document:
        (tmp_path / "tale.md").write_text(content, encoding="utf-8")
        return read_one(tmp_path / "tale.md")

    return read


CHAPTERS = [
    ("Just words.", ["tale"]),
    ("# Only\n\nWords.", ["Only"]),
    ("# A\n\nx\n\n# B\n\ny", ["A", "B"]),
    ("# Book\n\n## A\n\nx\n\n## B\n\ny", ["A", "B"]),
    ("# Book\n\nHello.\n\n## A\n\nx\n\n## B\n\ny", ["Book", "A", "B"]),
    ("# A\n\nx\n\n## A1\n\ny\n\n## A2\n\nz\n\n# B\n\nw", ["A", "B"]),
    ("Before.\n\n# A\n\nx\n\n# B\n\ny", ["tale", "A", "B"]),
    ("Book\n====\n\nA\n---\n\nx\n\nB\n---\n\ny", ["A", "B"]),
    ("# A\n\n# B\n\ny", ["A", "B"]),
]


@pytest.mark.parametrize(("content", "titles"), CHAPTERS)
def test_the_highest_level_that_comes_twice_makes_chapters(markdown, content, titles):
    assert body_titles(markdown(content)) == titles


def test_a_lone_title_is_that_of_the_book_and_not_read(markdown):
    document = markdown("# Book\n\n## A\n\nx\n\n## B\n\ny")
    assert document.metadata.title == "Book"
    assert "Book" not in document.text


def test_parts_hold_chapters(markdown):
    document = markdown("# Part One\n\n## A\n\nx\n\n## B\n\ny\n\n# Part Two: Sea\n\n## C\n\nz")
    assert [(section.title, section.parts) for section in document.sections] == [
        ("A", ("Part One",)),
        ("B", ("Part One",)),
        ("C", ("Part Two: Sea",)),
    ]


BLOCKS = [
    ("Some *words* and **more**,\nand `code`.", [("paragraph", "Some words and more, and code.")]),
    ("A [link](http://x.example) and <https://y.example>.", [("paragraph", "A link and https://y.example.")]),
    ("a &amp; b \\* c &mdash; d", [("paragraph", "a & b * c — d")]),
    ("One.\n\n***\n\nTwo.", [("paragraph", "One."), ("scene_break", ""), ("paragraph", "Two.")]),
    (
        "- one\n- two\n  more\n\n1. three",
        [("paragraph", "one"), ("paragraph", "two more"), ("paragraph", "three")],
    ),
    ("> quoted\n> words\n>\n> again", [("paragraph", "quoted words"), ("paragraph", "again")]),
    ("| a | b |\n|---|---|\n| c | *d* e |", [("paragraph", "a, b"), ("paragraph", "c, d e")]),
    ("Say.\n\n```py\nprint()\n```\n\n    indented\n\nOn.", [("paragraph", "Say."), ("paragraph", "On.")]),
    ("![A hill](x.png)\n\nSee ![it](y.png) here.", [("paragraph", "A hill"), ("paragraph", "See here.")]),
    (
        "Known.[^1] So.\n\n[^1]: A note\n    that goes on.\n\nEnd.",
        [("paragraph", "Known. So."), ("paragraph", "End.")],
    ),
    (
        "<div>\nSome <b>html</b>\n<!-- not\nthis -->\n</div>\n\na<br>b",
        [("paragraph", "Some html"), ("paragraph", "a b")],
    ),
    ("<script>\nlet x;\n</script>\n\nSaid.", [("paragraph", "Said.")]),
    ("The stag  \nat eve\\\nhad drunk", [("verse", "The stag\nat eve\nhad drunk")]),
    ("x\n\n## Deep\n\ny", [("paragraph", "x"), ("heading", "Deep"), ("paragraph", "y")]),
]


@pytest.mark.parametrize(("content", "blocks"), BLOCKS)
def test_blocks_are_what_a_narrator_would_read(markdown, content, blocks):
    assert spoken(markdown(content)) == blocks


@pytest.mark.parametrize(
    ("fields", "title", "author", "language"),
    [
        ("title: The Tale\nauthor: Ann\nlang: en-GB", "The Tale", "Ann", "en-GB"),
        ('title: "A: B"\nauthors: [Ann, Bob]\n', "A: B", "Ann, Bob", None),
    ],
)
def test_front_matter_is_metadata_and_not_read(markdown, fields, title, author, language):
    document = markdown(f"---\n{fields}\n---\n\nWords.")
    assert (document.metadata.title, document.metadata.author, document.metadata.language) == (
        title,
        author,
        language,
    )
    assert document.text == "Words."


def test_a_break_at_the_top_is_no_front_matter(markdown):
    assert markdown("---\n\nWords go on.\n\n---\n\nMore.").text == "Words go on.\n\nMore."


def test_lines_are_those_of_the_file(markdown):
    document = markdown(
        "---\ntitle: T\n---\n\n# Aa\n\nBb `Cc\nDd` <i\nclass=x>Ee</i>\nFf[^1]\n&amp;Gg\\*Hh\n\n[^1]: n\n\n"
        "- Ii\n  Jj\n\n> Kk\n> Ll\n\n| Mm |\n|---|\n| Nn |\n\n<div>\n<!-- c\nc --> Oo</div>\n"
    )
    found = [
        (word, document.locate(document.text.index(word)).line)
        for word in re.findall(r"[A-Z][a-z]", document.text)
    ]
    assert " ".join(f"{word}{line}" for word, line in found) == (
        "Aa5 Bb7 Cc7 Dd8 Ee9 Ff10 Gg11 Hh11 Ii15 Jj16 Kk18 Ll19 Mm21 Nn23 Oo27"
    )
