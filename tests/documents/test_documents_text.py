import pytest
from document_files import body_titles, read_one, spoken

from batchtts.model import Document, Matter


@pytest.fixture
def text(tmp_path):
    def read(content: str) -> Document:
        (tmp_path / "tale.txt").write_text(content, encoding="utf-8", newline="")
        return read_one(tmp_path / "tale.txt")

    return read


def test_blank_lines_part_paragraphs_and_line_ends_are_spaces(text):
    document = text("One line\nand more.\n \t\nNext  one.\r\n\r\nLast.\r")
    assert document.text == "One line and more.\n\nNext one.\n\nLast."
    assert [document.locate(document.text.index(word)).line for word in ("One", "and", "Next", "Last")] == [
        1,
        2,
        4,
        6,
    ]


def test_a_text_without_headings_is_one_section_titled_by_its_file(text):
    document = text("It was late.\n\nNobody came.")
    assert body_titles(document) == ["tale"]


def test_a_lone_short_first_line_is_the_title(text):
    document = text("The Long Night\n\nIt was late.")
    assert body_titles(document) == ["The Long Night"]
    assert spoken(document)[0] == ("heading", "The Long Night")
    assert document.metadata.title == "The Long Night"


CHAPTERS = [
    ("CHAPTER I\n\nOnce.\n\nCHAPTER II\n\nTwice.\n", ["CHAPTER I", "CHAPTER II"]),
    (
        "Chapter 1. The Sea\n\nOnce.\n\nChapter 2. The Land\n\nTwice.\n",
        ["Chapter 1. The Sea", "Chapter 2. The Land"],
    ),
    (
        "CHAPTER I\nThe Sea\n\nOnce.\n\nCHAPTER II\nThe Land\n\nTwice.\n",
        ["CHAPTER I. The Sea", "CHAPTER II. The Land"],
    ),
    (
        "Chapter One\n\nThe Sea\n\nOnce.\n\nChapter Two\n\nThe Land\n\nTwice.\n",
        ["Chapter One. The Sea", "Chapter Two. The Land"],
    ),
    ("I.\n\nOnce.\n\nII.\n\nTwice.\n", ["I.", "II."]),
    (
        "Prologue\n\nOnce.\n\nChapter 1\n\nTwice.\n\nEpilogue\n\nDone.\n",
        ["Prologue", "Chapter 1", "Epilogue"],
    ),
    ("CHAPTER I\n\nI.\n\nOnce.\n\nII.\n\nOh.\n\nCHAPTER II\n\nTwice.\n", ["CHAPTER I", "CHAPTER II"]),
]


@pytest.mark.parametrize(("content", "titles"), CHAPTERS)
def test_headings_make_chapters(text, content, titles):
    assert body_titles(text(content)) == titles


def test_a_part_is_read_at_the_beginning_of_its_first_chapter(text):
    document = text(
        "PART ONE\n\nCHAPTER I\n\nOnce.\n\nCHAPTER II\n\nTwice.\n\nPART TWO\n\nCHAPTER III\n\nAgain.\n"
    )
    assert [(section.title, section.parts) for section in document.sections] == [
        ("CHAPTER I", ("PART ONE",)),
        ("CHAPTER II", ("PART ONE",)),
        ("CHAPTER III", ("PART TWO",)),
    ]
    assert spoken(document)[:2] == [("heading", "PART ONE"), ("heading", "CHAPTER I")]


@pytest.mark.parametrize("prose", ["Chapter I was long.", "I.", "Chapter by chapter he read on\nand on."])
def test_prose_at_the_end_is_no_heading(text, prose):
    document = text(f"Once upon a time.\n\n{prose}")
    assert [kind for kind, _ in spoken(document)] == ["paragraph", "paragraph"]


@pytest.mark.parametrize("line", ["* * *", "***", "---", "#", "⁂", "  *  *  *  *  *", "~", "_____", "• • •"])
def test_a_line_of_ornaments_is_a_scene_break(text, line):
    assert spoken(text(f"One.\n\n{line}\n\nTwo.")) == [
        ("paragraph", "One."),
        ("scene_break", ""),
        ("paragraph", "Two."),
    ]


def test_scene_breaks_at_the_ends_and_doubled_ones_part_nothing(text):
    document = text("***\n\nOne.\n\n***\n\n---\n\nTwo.\n\n***")
    assert [kind for kind, _ in spoken(document)] == ["paragraph", "scene_break", "paragraph"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("He was _very\nmuch_ there.", "He was very much there."),
        ("(_Aside._) _No!_", "(Aside.) No!"),
        ("Call snake_case twice.", "Call snake_case twice."),
        ("soft\u00adly\u200b \u202ahere\u202c\ufeff", "softly here"),
        ("no\u00a0break\u2009thin\u3000wide", "no break thin wide"),
        ("bell\x07 \x9fand\x85line", "bell and line"),
        ("e\u0301 stays", "e\u0301 stays"),
        ("👩\u200d🚀 stays", "👩\u200d🚀 stays"),
    ],
)
def test_what_is_not_said_is_dropped(text, written, read):
    assert text(f"Before.\n\n{written}\n\nAfter.").text == f"Before.\n\n{read}\n\nAfter."


def test_indented_lines_that_begin_with_capitals_are_verse(text):
    document = text(
        'He sang:\n\n    "The _stag_ at eve\n      Had drunk his fill\n\nAnd:\n\n    a quotation\n    that is not verse.\n\nx.'
    )
    assert spoken(document)[1] == ("verse", '"The stag at eve\nHad drunk his fill')
    assert spoken(document)[3] == ("paragraph", "a quotation that is not verse.")
    assert document.locate(document.text.index("Had")).line == 4


def test_a_title_page_before_the_first_chapter_is_front_matter(text):
    document = text(
        "A Tale\n\nby Nobody\n\nCONTENTS\n\nCHAPTER I. A\nCHAPTER II. B\n\nCHAPTER I. A\n\nOnce.\n\nCHAPTER II. B\n\nTwice."
    )
    assert [section.matter for section in document.sections] == [Matter.FRONT, Matter.BODY, Matter.BODY]
    assert document.metadata.title == "A Tale"


def test_prose_before_the_first_chapter_is_read(text):
    prose = "It was a night on which nobody in the whole of the village, not even the baker, could find any sleep at all."
    document = text(f"A Tale\n\n{prose}\n\nCHAPTER I\n\nOnce.\n\nCHAPTER II\n\nTwice.")
    assert body_titles(document) == ["A Tale", "CHAPTER I", "CHAPTER II"]


def test_the_licence_of_project_gutenberg_is_not_read(text):
    document = text(
        "This eBook is free.\n\n*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\nOnce.\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\nTerms.\n"
    )
    assert [section.matter for section in document.sections] == [Matter.FRONT, Matter.BODY, Matter.BACK]
    body = document.sections[1].blocks[0]
    assert document.text[body.start : body.end] == "Once."
    assert document.locate(body.start).line == 5


def test_an_opening_of_one_paragraph_is_read(text):
    opening = "Once upon a time there was a fox, and nobody in the wood had ever seen her."
    document = text(f"My Story\n\n{opening}\n\nChapter One\n\nIt rained.\n\nChapter Two\n\nIt poured.\n")
    assert body_titles(document) == ["My Story", "Chapter One", "Chapter Two"]
