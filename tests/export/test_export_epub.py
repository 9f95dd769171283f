"""Books to read along: every segment is found on its page, nothing of the page changes, clips follow one another."""

import hashlib
import io
import posixpath
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_six import RATE, TEXTS, chapter, corpus, exported
from page_chapters import with_two_at_once

from batchtts.alignment import Level
from batchtts.errors import PlanError
from batchtts.export.corpus import Corpus
from batchtts.export.readalong.epub.markup import Unreadable, read_page
from batchtts.export.readalong.epub.overlay import Clip
from batchtts.export.readalong.epub.reading import ReadPage, read, spans
from batchtts.export.readalong.epub.volume import SpokenPage
from batchtts.export.timed import TimedChapter
from batchtts.model import Locator

SMIL = "{http://www.w3.org/ns/SMIL}"
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>{}</body></html>'


class Located(TimedChapter):
    """A chapter whose segments all stand in one element of one page."""

    def segments(self):  # type: ignore[no-untyped-def]
        for segment in super().segments():
            yield replace(segment, locator=Locator(href="epub/page.xhtml", xpath=PATHS[segment.text]))


PATHS: dict[str, str] = {}


def located(folder: Path, texts: dict[str, str], level: Level = Level.PHONEME) -> TimedChapter:
    """Return a chapter of texts, each with the path of its element."""
    PATHS.update(texts)
    made = chapter(folder, level, texts=tuple(texts))
    return Located(**{name: getattr(made, name) for name in TimedChapter.__slots__})


def marked(
    folder: Path, body: str, *texts: str, path: str = "/html/body/p[1]", words: bool = False
) -> ReadPage:
    own = located(folder, dict.fromkeys(texts, path))
    page = SpokenPage(name="epub/page.xhtml", segments=[(own, segment) for segment in own.segments()])
    return read(page, XHTML.format(body).encode(), spans(own), b"", has_words=words)


def body(page: ReadPage) -> str:
    return re.sub(r".*<body>|</body>.*", "", page.data.decode(), flags=re.DOTALL)


def text(data: bytes) -> str:
    return "".join(run.text for run in read_page(data).runs)


def clips(page: ReadPage) -> list[Clip]:
    return [clip for sentence in page.sentences for clip in sentence.clips]


# --- Marks on a page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "texts", "after"),
    [
        (
            "<p>One. Two.</p>",
            ["One.", "Two."],
            '<p><span id="spoken-1">One.</span> <span id="spoken-2">Two.</span></p>',
        ),
        (
            "<p>“<em>One</em> way,” he said. “No.”</p>",
            ["“One way,” he said.", "“No.”"],
            '<p><span id="spoken-1">“<em>One</em> way,” he said.</span> <span id="spoken-2">“No.”</span></p>',
        ),
        ("<p><em>One</em> way.</p>", ["One way."], '<p><span id="spoken-1"><em>One</em> way.</span></p>'),
        ("<p><em>One way.</em></p>", ["One way."], '<p><em><span id="spoken-1">One way.</span></em></p>'),
        (
            "<p><em>One. Two</em> more.</p>",
            ["One.", "Two more."],
            '<p><em><span id="spoken-1">One.</span> <span id="spoken-2">Two</span></em> <span id="spoken-3">more.</span></p>',
        ),
        (
            "<p>A note<sup>1</sup> here.</p>",
            ["A note here."],
            '<p><span id="spoken-1">A note<sup>1</sup> here.</span></p>',
        ),
        (
            "<p>Salt &amp; pepper&#8217;s\r\nend.</p>",
            ["Salt & pepper’s end."],
            '<p><span id="spoken-1">Salt &amp; pepper&#8217;s\r\nend.</span></p>',
        ),
        (
            "<p>First line<br/>second line</p>",
            ["First line\nsecond line"],
            '<p><span id="spoken-1">First line<br/>second line</span></p>',
        ),
        (
            "<p>One<!-- not said --> way.</p>",
            ["One way."],
            '<p><span id="spoken-1">One<!-- not said --> way.</span></p>',
        ),
        (
            '<p id="spoken-1">One.</p>',
            ["One."],
            '<p id="spoken-1"><span id="spokenx-1">One.</span></p>',
        ),
        (
            "<p>It was 100 <b>%</b>. — ❧</p>",
            ["It was 100 %."],
            '<p><span id="spoken-1">It was 100 <b>%</b>.</span> — ❧</p>',
        ),
    ],
    ids=[
        "two",
        "inline",
        "begins",
        "within",
        "crosses",
        "note",
        "entities",
        "lines",
        "comment",
        "ids",
        "signs",
    ],
)
def test_a_sentence_has_a_mark_where_the_tags_let_one_stand(
    tmp_path: Path, before: str, texts: list[str], after: str
) -> None:
    page = marked(tmp_path, before, *texts)
    assert body(page) == after
    assert page.missing == []


def test_a_heading_of_several_blocks_has_a_mark_in_each(tmp_path: Path) -> None:
    page = marked(
        tmp_path, "<hgroup><h2>IV</h2><p>The Fog</p></hgroup>", "IV. The Fog", path="/html/body/hgroup[1]"
    )
    assert body(page) == (
        '<hgroup><h2><span id="spoken-1">IV</span></h2><p><span id="spoken-2">The Fog</span></p></hgroup>'
    )
    first, second = clips(page)
    assert first.end == second.start


def test_words_have_marks_of_their_own_inside_of_their_sentence(tmp_path: Path) -> None:
    page = marked(tmp_path, "<p>A beauti<em>ful</em> day.</p>", "A beautiful day.", words=True)
    assert body(page) == (
        '<p><span id="spoken-1"><span id="spoken-2">A</span> <span id="spoken-3">beauti<em>ful</em></span> '
        '<span id="spoken-4">day</span>.</span></p>'
    )
    [sentence] = page.sentences
    assert [clip.id for clip in sentence.clips] == ["spoken-2", "spoken-3", "spoken-4"]


def test_what_is_not_on_its_page_is_told(tmp_path: Path) -> None:
    page = marked(tmp_path, "<p>Something else.</p>", "One way.")
    assert [segment.text for segment in page.missing] == ["One way."]
    assert page.sentences == []


@pytest.mark.parametrize(
    "data", [b"<p>cut off", "<p>caf\u00e9</p>".encode("latin-1"), b"<p><![CDATA[x]]></p>", b"<p>&nbsp;</p>"]
)
def test_a_page_that_marks_cannot_be_put_into_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_page(data)


WORD = st.text(st.sampled_from("aeio’nst"), min_size=1, max_size=6).filter(
    lambda word: any(map(str.isalnum, word))
)
INLINE = st.sampled_from(
    ["{}", "<em>{}</em>", '<a href="x?a=1&amp;b=2">{}</a>', "<b><i>{}</i></b>", "{}<sup>9</sup>"]
)


@given(
    st.lists(st.lists(st.tuples(WORD, INLINE), min_size=1, max_size=6), min_size=1, max_size=5), st.booleans()
)
def test_the_text_of_a_page_never_changes_and_every_sentence_is_heard(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]], words: bool
) -> None:
    texts = [
        " ".join(word for word, _ in sentence) + f" {number}0." for number, sentence in enumerate(sentences)
    ]
    before = " ".join(
        " ".join(form.format(word) for word, form in sentence) + f" {number}0."
        for number, sentence in enumerate(sentences)
    )
    page = marked(tmp_path_factory.mktemp("page"), f"<p>{before}</p>", *texts, words=words)
    assert page.missing == []
    assert text(page.data) == text(XHTML.format(f"<p>{before}</p>").encode())
    found = clips(page)
    assert found[0].start == 0
    assert all(one.end <= other.start for one, other in pairwise(found))
    ids = re.findall(r'<span id="([^"]*)">', page.data.decode())
    assert len(ids) == len(set(ids))
    assert {clip.id for clip in found} <= set(ids)


# --- Whole books ---------------------------------------------------------------------------------------------

OPF = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier><dc:title>T</dc:title>
<dc:language>en</dc:language><meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta></metadata>
<manifest><item href="{href}" id="page" media-type="application/xhtml+xml"/>
<item href="front.xhtml" id="front" media-type="application/xhtml+xml" properties="nav"/></manifest>
<spine><itemref idref="front"/><itemref idref="page"/></spine></package>
"""
CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="epub/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PARTS = {"One way, or another.": "/html/body/p[1]", "Then it rained.": "/html/body/p[2]"}


def own_book(folder: Path, version: str = "3.0", href: str = "page.xhtml") -> tuple[Path, Corpus]:
    page = XHTML.format("".join(f"<p>{each}</p>" for each in PARTS))
    path = folder / "book.epub"
    with ZipFile(path, "w", ZIP_STORED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("epub/content.opf", OPF.format(version=version, href=href))
        archive.writestr("epub/page.xhtml", page)
        archive.writestr("epub/front.xhtml", XHTML.format("<p>Not read.</p>"))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return path, replace(corpus(), sources={"nasty.md": path}, documents={"nasty.md": sha256})


def files(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "mimetype"
        return {name: archive.read(name) for name in names}


def overlays(book: dict[str, bytes]) -> dict[str, ET.Element]:
    return {name: ET.fromstring(data) for name, data in book.items() if name.endswith(".smil")}


def test_a_segment_without_a_letter_is_told_to_be_missing(tmp_path: Path) -> None:
    page = marked(tmp_path, "<p>One. …</p>", "One.", "…")
    assert body(page) == '<p><span id="spoken-1">One.</span> …</p>'
    assert [segment.text for segment in page.missing] == ["…"]


@pytest.mark.parametrize("level", ["sentence", "word"])
def test_the_jobs_own_book_keeps_all_of_its_files_and_gets_overlays(tmp_path: Path, level: str) -> None:
    path, own = own_book(tmp_path)
    folder = exported("epub", tmp_path / "out", [located(tmp_path / "c", PARTS)], of=own, level=level)
    before, after = files(path), files(folder / "nasty.epub")
    assert before.keys() <= after.keys()
    assert after["epub/front.xhtml"] == before["epub/front.xhtml"]
    assert text(after["epub/page.xhtml"]) == text(before["epub/page.xhtml"])
    opf = after["epub/content.opf"].decode()
    assert re.findall(r'<item href="(\S+)"[^>]* media-overlay="read-along-1"/>', opf) == ["page.xhtml"]
    assert opf.count("schema:accessMode") >= 2
    assert opf.count(">textual<") == 2  # accessMode was there, accessModeSufficient is new


@pytest.mark.parametrize("href", ["p%61ge.xhtml", "./page.xhtml"])
def test_a_page_has_its_overlay_however_the_book_writes_its_address(tmp_path: Path, href: str) -> None:
    _, own = own_book(tmp_path, href=href)
    folder = exported("epub", tmp_path / "out", [located(tmp_path / "c", PARTS)], of=own)
    opf = files(folder / "nasty.epub")["epub/content.opf"].decode()
    assert re.findall(r'<item href="(\S+)"[^>]* media-overlay="read-along-1"/>', opf) == [href]


def test_all_that_an_overlay_names_is_in_the_book_and_inside_of_the_sound(tmp_path: Path) -> None:
    _, own = own_book(tmp_path)
    spoken = located(tmp_path / "c", PARTS)
    folder = exported("epub", tmp_path / "out", [spoken], of=own, level="word")
    book = files(folder / "nasty.epub")
    for name, smil in overlays(book).items():
        for par in smil.iter(f"{SMIL}par"):
            target, _, id_ = par.find(f"{SMIL}text").attrib["src"].partition("#")  # type: ignore[union-attr]
            assert (
                f'id="{id_}"'
                in book[posixpath.normpath(posixpath.join(posixpath.dirname(name), target))].decode()
            )
        ends = [float(each.attrib["clipEnd"].rstrip("s")) for each in smil.iter(f"{SMIL}audio")]
        begins = [float(each.attrib["clipBegin"].rstrip("s")) for each in smil.iter(f"{SMIL}audio")]
        assert begins[0] == 0
        assert begins[1:] == ends[:-1]
        assert ends[-1] <= spoken.n_samples / RATE
        total = sum(end - begin for begin, end in zip(begins, ends, strict=True))
        told = re.findall(
            r'media:duration"(?: refines="#read-along-1")?>([\d.]+)s<', book["epub/content.opf"].decode()
        )
        assert [float(each) for each in told] == [pytest.approx(total, abs=1e-5)] * 2


def test_a_book_is_made_of_text_that_comes_from_no_epub(tmp_path: Path) -> None:
    folder = exported("epub", tmp_path)
    book = files(folder / "nasty.epub")
    shown = text(book["EPUB/01-nasty.xhtml"])
    for each in TEXTS:
        assert each.replace("\t", " ") in shown.replace("\t", " ")
    [smil] = overlays(book).values()
    assert len(list(smil.iter(f"{SMIL}par"))) == len(TEXTS)
    assert [name for name in book if name.startswith("EPUB/read-along/01-nasty.")] == [
        "EPUB/read-along/01-nasty.m4a"
    ]


def test_a_book_that_is_made_of_text_has_the_cover_of_the_job(tmp_path: Path) -> None:
    picture = (Path(__file__).parents[2] / "samples" / "cover.png").read_bytes()
    own = replace(corpus(), metadata=replace(corpus().metadata, cover=picture))
    book = files(exported("epub", tmp_path, of=own) / "nasty.epub")
    assert book["EPUB/cover.png"] == picture
    assert b'href="cover.png" media-type="image/png" properties="cover-image"' in book["EPUB/package.opf"]


def test_books_of_documents_that_are_called_the_same_have_names_of_their_own(tmp_path: Path) -> None:
    path, own = own_book(tmp_path)
    other = replace(located(tmp_path / "d", PARTS), id="other", document="b/nasty.md", slug="02-nasty")
    both = replace(
        own,
        sources=dict.fromkeys(("nasty.md", "b/nasty.md"), path),
        documents=dict.fromkeys(("nasty.md", "b/nasty.md"), own.documents["nasty.md"]),
    )
    folder = exported("epub", tmp_path / "out", [located(tmp_path / "c", PARTS), other], of=both)
    assert {each.name for each in folder.glob("*.epub")} == {"nasty.epub", "nasty-2.epub"}


def test_voices_are_said_to_be_synthetic_whatever_name_the_job_gives_them(tmp_path: Path) -> None:
    own = replace(corpus(), metadata=replace(corpus().metadata, narrator="A Friend"))
    opf = files(exported("epub", tmp_path, of=own) / "nasty.epub")["EPUB/package.opf"].decode()
    assert re.findall(r'media:narrator">([^<]*)<', opf) == [
        "A Friend",
        "heart (synthetic voice)",
        "adam (synthetic voice)",
    ]


def test_text_is_shown_in_the_direction_of_its_own_letters(tmp_path: Path) -> None:
    made = chapter(tmp_path, texts=("שלום לכולם.",))
    page = files(exported("epub", tmp_path / "out", [made]) / "nasty.epub")["EPUB/01-nasty.xhtml"].decode()
    assert re.search(r'<p dir="auto"><span id="spoken-1">שלום לכולם.</span></p>', page)


def test_no_stretch_of_a_dub_is_heard_twice(tmp_path: Path) -> None:
    book = files(
        exported("epub", tmp_path / "out", [with_two_at_once(tmp_path)], level="word") / "nasty.epub"
    )
    [smil] = overlays(book).values()
    times = [
        tuple(float(each.attrib[name].rstrip("s")) for name in ("clipBegin", "clipEnd"))
        for each in smil.iter(f"{SMIL}audio")
    ]
    assert all(begin < end for begin, end in times)
    assert all(one[1] == other[0] for one, other in pairwise(times))


def test_an_epub_2_becomes_a_new_book(tmp_path: Path) -> None:
    _, own = own_book(tmp_path, version="2.0")
    folder = exported("epub", tmp_path / "out", [located(tmp_path / "c", PARTS)], of=own)
    assert "EPUB/package.opf" in files(folder / "nasty.epub")


@pytest.mark.parametrize("change", ["edit", "remove"])
def test_a_book_that_is_not_the_one_that_was_rendered_is_refused(tmp_path: Path, change: str) -> None:
    path, own = own_book(tmp_path)
    if change == "edit":
        path.write_bytes(path.read_bytes() + b"x")
    else:
        path.unlink()
    with pytest.raises(PlanError) as refused:
        exported("epub", tmp_path / "out", [located(tmp_path / "c", PARTS)], of=own)
    assert refused.value.problems[0].where == str(path)


def test_the_same_book_has_the_same_bytes(tmp_path: Path) -> None:
    sums = [(exported("epub", tmp_path / each) / "SHA256SUMS").read_bytes() for each in ("one", "two")]
    assert sums[0] == sums[1]


def test_nothing_but_the_book_is_left_in_the_folder(tmp_path: Path) -> None:
    folder = exported("epub", tmp_path)
    assert {path.name for path in folder.iterdir()} - {"changes.jsonl"} == {"nasty.epub", "SHA256SUMS"}
    assert io.BytesIO((folder / "nasty.epub").read_bytes()).read(4) == b"PK\x03\x04"
