import re
import time
import zipfile
from xml.etree import ElementTree

import pytest
from document_files import body_titles, corpus, read_one

from batchtts.model import BlockKind, Document, Matter, Section

XHTML = "{http://www.w3.org/1999/xhtml}"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("\u00ad", "").replace("\u2060", ""))


def section_text(document: Document, section: Section) -> str:
    return " ".join(document.text[block.start : block.end] for block in section.blocks)


def crude_paragraphs(data: bytes) -> list[list[str]]:
    """Return the words of every p element, taken from the page with another parser and no rules."""
    root = ElementTree.fromstring(data)
    skipped = {
        note
        for note in root.iter()
        if note.get("{http://www.idpf.org/2007/ops}type") in ("noteref", "pagebreak")
    }
    for element in skipped:
        element.text = ""
    return [words("".join(paragraph.itertext())) for paragraph in root.iter(f"{XHTML}p")]


@pytest.mark.parametrize("name", ["alice.epub", "sherlock.epub"])
def test_every_paragraph_of_a_real_book_is_read_once_and_in_order(name):
    path = corpus(name)
    document = read_one(path)
    with zipfile.ZipFile(path) as archive:
        for section in document.sections:
            read = words(section_text(document, section))
            at = 0
            for paragraph in crude_paragraphs(archive.read(section.href)):
                between = next(
                    n for n in range(at, len(read) + 1) if read[n : n + len(paragraph)] == paragraph
                )
                # Only headings and lists without paragraphs may stand between two.
                assert between - at < 12, (section.title, read[at:between])
                at = between + len(paragraph)
            assert len(read) - at < 12, (section.title, read[at:])


def test_alice_has_twelve_chapters_and_nothing_of_her_front_matter():
    document = read_one(corpus("alice.epub"))
    titles = body_titles(document)
    assert len(titles) == 12
    assert titles[0] == "I: Down the Rabbit-Hole"
    assert titles[-1] == "XII: Alice’s Evidence"
    body = [section for section in document.sections if section.matter is Matter.BODY]
    assert section_text(document, body[0]).startswith("I. Down the Rabbit-Hole Alice was beginning")
    assert not any("Standard Ebooks" in section_text(document, section) for section in body)
    assert all(section.parts == () for section in body)
    assert {"front", "back"} == {section.matter.value for section in document.sections} - {"body"}


def test_the_tale_of_the_mouse_is_verse_line_by_line():
    document = read_one(corpus("alice.epub"))
    verses = [
        document.text[block.start : block.end]
        for section in document.sections
        for block in section.blocks
        if block.kind is BlockKind.VERSE
    ]
    tale = next(verse for verse in verses if verse.startswith("“Fury said to\n"))
    assert tale.split("\n")[1:4] == ["a mouse, That", "he met", "in the"]


def test_sherlock_has_twelve_stories():
    document = read_one(corpus("sherlock.epub"))
    titles = body_titles(document)
    assert len(titles) == 12
    assert titles[0] == "A Scandal in Bohemia"
    assert document.metadata.author == "Arthur Conan Doyle"
    assert document.metadata.language == "en-GB"


def test_georgia_is_read_without_its_notes_and_page_numbers():
    document = read_one(corpus("georgia-pls-ssml.epub"))
    assert (document.metadata.title, document.metadata.author) == ("Georgia", "Various")
    assert document.metadata.cover is not None
    assert document.metadata.cover.startswith(b"\x89PNG")
    assert "upper Savannah was formerly" in document.text
    assert "Bryan and Effingham" in document.text
    assert "Chattooga; this unites" not in document.text
    assert "James Edward Oglethorpe, 1732" in document.text


def test_a_book_is_read_in_little_time():
    path = corpus("alice.epub")
    read_one(path)
    started = time.process_time()
    read_one(path)
    assert time.process_time() - started < 0.5  # 0.03 s when it was measured
