import pytest
from document_files import CONTAINER, body_titles, contents, package, page, read_one, spoken, write_zip

from batchtts.model import Document, Matter

TITLE = "<dc:title>The Book</dc:title>"


def chapter(number: int, text: str = "Words.") -> str:
    return f"<h2>Chapter {number}</h2><p>{text}</p>"


def sections(document: Document) -> list[tuple[str, tuple[str, ...], str]]:
    """Return title, parts and text of every section."""
    return [
        (
            section.title,
            section.parts,
            " ".join(document.text[block.start : block.end] for block in section.blocks),
        )
        for section in document.sections
    ]


def matters(document: Document) -> dict[str, str]:
    return {section.title: section.matter.value for section in document.sections}


def line(href: str, title: str, below: str = "") -> str:
    return f'<li><a href="{href}">{title}</a>{f"<ol>{below}</ol>" if below else ""}</li>'


def test_titles_are_those_of_the_contents(book):
    document = book(
        {"a.xhtml": chapter(1), "b.xhtml": chapter(2)},
        line("a.xhtml", "<span>I</span>: The&nbsp;Sea") + line("b.xhtml", "II: The Land"),
    )
    assert [(section.title, section.href) for section in document.sections] == [
        ("I: The Sea", "OEBPS/a.xhtml"),
        ("II: The Land", "OEBPS/b.xhtml"),
    ]


def test_a_section_without_a_line_in_the_contents_is_titled_by_heading_or_file(book):
    document = book({"a.xhtml": chapter(1), "b.xhtml": "<p>Words.</p>"})
    assert body_titles(document) == ["Chapter 1", "b"]


def test_chapters_that_begin_in_the_middle_of_a_page_are_split_there(book):
    document = book(
        {
            "a.xhtml": "<h2>One</h2><p>a</p><h2 id='two'>Two</h2><p>b</p>",
            "b.xhtml": "<p>c</p><p><a id='x'/></p><h2>Three</h2><p>d</p>",
        },
        line("a.xhtml", "One") + line("a.xhtml#two", "Two") + line("b.xhtml#x", "Three"),
    )
    assert [text for _, _, text in sections(document)] == ["One a", "Two b c", "Three d"]
    assert [section.href for section in document.sections] == [
        "OEBPS/a.xhtml",
        "OEBPS/a.xhtml#two",
        "OEBPS/b.xhtml#x",
    ]


def test_pages_without_a_line_of_their_own_go_on_with_the_section_before(book):
    document = book(
        {
            "a1.xhtml": chapter(1),
            "a2.xhtml": "<p>more</p>",
            "a3.xhtml": "<h3>deeper</h3>",
            "b.xhtml": chapter(2),
        },
        line("a1.xhtml", "One") + line("b.xhtml", "Two"),
    )
    assert [text for _, _, text in sections(document)] == ["Chapter 1 Words. more deeper", "Chapter 2 Words."]


def test_a_page_that_shows_a_chapter_of_its_own_is_one_even_if_the_contents_leave_it_out(book):
    document = book(
        {"a.xhtml": chapter(1), "b.xhtml": chapter(2), "c.xhtml": chapter(3)}, line("a.xhtml", "One")
    )
    assert body_titles(document) == ["One", "Chapter 2", "Chapter 3"]


def test_subsections_in_the_contents_do_not_split_a_chapter(book):
    document = book(
        {
            "a.xhtml": "<h2>A Tale</h2><section id='i'><h3>I</h3><p>a</p></section><section id='j'><h3>II</h3><p>b</p></section>"
        },
        line("a.xhtml", "A Tale", line("a.xhtml#i", "I") + line("a.xhtml#j", "II")),
    )
    assert sections(document) == [("A Tale", (), "A Tale I a II b")]


PARTS_IN_PAGES = (
    {"p.xhtml": "<h1>Part One</h1>", "a.xhtml": chapter(1), "b.xhtml": chapter(2), "c.xhtml": chapter(3)},
    line("p.xhtml", "Part One", line("a.xhtml", "One") + line("b.xhtml", "Two")) + line("c.xhtml", "Three"),
)
PARTS_IN_ONE_PAGE = (
    {
        "a.xhtml": f"<h1 id='p'>Part One</h1><div id='a'>{chapter(1)}</div><div id='b'>{chapter(2)}</div>",
        "c.xhtml": chapter(3),
    },
    line("a.xhtml#p", "Part One", line("a.xhtml#a", "One") + line("a.xhtml#b", "Two"))
    + line("c.xhtml", "Three"),
)


@pytest.mark.parametrize(("pages", "nav"), [PARTS_IN_PAGES, PARTS_IN_ONE_PAGE])
def test_the_heading_of_a_part_is_read_with_its_first_chapter(book, pages, nav):
    assert sections(book(pages, nav)) == [
        ("One", ("Part One",), "Part One Chapter 1 Words."),
        ("Two", ("Part One",), "Chapter 2 Words."),
        ("Three", (), "Chapter 3 Words."),
    ]


def test_parts_may_stand_in_parts_and_the_book_is_not_a_part_of_itself(book):
    nav = line(
        "v.xhtml", "The Book", line("v.xhtml", "Volume I", line("p.xhtml", "Part 1", line("a.xhtml", "One")))
    )
    document = book(
        {"v.xhtml": "<h1>Volume I</h1>", "p.xhtml": "<h1>Part 1</h1>", "a.xhtml": chapter(1)},
        nav,
        metadata=TITLE,
    )
    assert sections(document) == [("One", ("Volume I", "Part 1"), "Volume I Part 1 Chapter 1 Words.")]


def test_a_part_without_a_page_gives_its_title_only(book):
    nav = f"<li><span>Part One</span><ol>{line('a.xhtml', 'One')}</ol></li>"
    assert sections(book({"a.xhtml": chapter(1)}, nav)) == [("One", ("Part One",), "Chapter 1 Words.")]


TYPES = [
    ("<body epub:type='frontmatter'><section epub:type='titlepage'><p>x</p></section></body>", Matter.FRONT),
    ("<body epub:type='frontmatter'><section epub:type='dedication'><p>x</p></section></body>", Matter.FRONT),
    ("<body epub:type='frontmatter'><section epub:type='preface'><p>x</p></section></body>", Matter.BODY),
    ("<body epub:type='frontmatter'><section epub:type='introduction'><p>x</p></section></body>", Matter.BODY),
    ("<body epub:type='frontmatter'><p>x</p></body>", Matter.FRONT),
    ("<body epub:type='backmatter'><section epub:type='afterword'><p>x</p></section></body>", Matter.BODY),
    ("<body epub:type='backmatter'><section epub:type='copyright-page'><p>x</p></section></body>", Matter.BACK),
    ("<body epub:type='backmatter'><section epub:type='endnotes'><ol><li epub:type='endnote'>x</li></ol></section></body>", Matter.BACK),
    ("<section role='doc-colophon'><p>x</p></section>", Matter.BACK),
    ("<section epub:type='chapter'><section epub:type='epigraph'><p>x</p></section><p>y</p></section>", Matter.BODY),
    ("<h1>About the Author</h1><p>x</p>", Matter.BACK),
    ("<h1>Contents</h1><p>x</p>", Matter.FRONT),
    ("<h1>Also by Ann Example</h1><p>x</p>", Matter.BACK),
    ("<h1>Copyright 1999 Nobody</h1><p>x</p>", Matter.FRONT),
    ("<h1>Prologue</h1><p>x</p>", Matter.BODY),
    ("<h1>The Index Finger</h1><p>x</p>", Matter.BODY),
]  # fmt: skip


@pytest.mark.parametrize(("body", "matter"), TYPES)
def test_front_and_back_matter_are_known_by_type_or_title(book, body, matter):
    document = book({"a.xhtml": chapter(1), "x.xhtml": body, "b.xhtml": chapter(2)}, line("a.xhtml", "A"))
    assert [section.matter for section in document.sections if section.href == "OEBPS/x.xhtml"] == [matter]
    assert body_titles(document)[0] == "A"


@pytest.mark.parametrize("name", ["titlepage", "title_page", "copyright", "toc", "OEB-cop-01", "cover1"])
def test_front_matter_without_types_is_known_by_its_file(book, name):
    document = book({f"{name}.xhtml": "<p>x</p>", "a.xhtml": chapter(1)})
    assert [section.matter for section in document.sections] == [Matter.FRONT, Matter.BODY]


def test_landmarks_and_guide_say_what_is_not_read(book, tmp_path):
    pages = ["a.xhtml", "b.xhtml", "c.xhtml"]
    guide = '<guide><reference type="copyright-page" href="b.xhtml"/><reference type="text" href="c.xhtml"/></guide>'
    files = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": package(pages, after=guide),
        "OEBPS/nav.xhtml": contents("", '<li><a epub:type="loi" href="a.xhtml">x</a></li>'),
        **{f"OEBPS/{name}": page("<p>x</p>") for name in pages},
    }
    document = read_one(write_zip(tmp_path / "book.epub", files))
    assert [section.matter for section in document.sections] == [Matter.BACK, Matter.FRONT, Matter.BODY]


def test_what_is_not_linear_is_back_matter(book):
    spine = '<itemref idref="i0"/><itemref idref="i1" linear="no"/><itemref idref="i2"/>'
    document = book(
        {"a.xhtml": chapter(1), "x.xhtml": "<p>aside</p>", "b.xhtml": "<p>more</p>"},
        line("a.xhtml", "A"),
        spine=spine,
    )
    assert [(section.matter, section.href) for section in document.sections] == [
        (Matter.BODY, "OEBPS/a.xhtml"),
        (Matter.BACK, "OEBPS/x.xhtml"),
    ]
    assert sections(document)[0][2] == "Chapter 1 Words. more"


def test_a_book_of_nothing_but_front_matter_is_read(book):
    assert body_titles(book({"titlepage.xhtml": "<p>x</p>"})) == ["book"]


def test_pages_of_images_are_left_out(book):
    document = book(
        {"cover.xhtml": "<img src='c.png' alt='Cover'/>", "a.xhtml": chapter(1)}, line("cover.xhtml", "Cover")
    )
    assert [section.title for section in document.sections] == ["Chapter 1"]


METADATA = [
    ("<dc:title>A  Book</dc:title><dc:creator>Ann</dc:creator><dc:language>en-GB</dc:language>", ("A Book", "Ann", "en-GB")),
    ("<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>", (None, "Ann, Bob", None)),
    ("<dc:creator opf:role='aut'>Ann</dc:creator><dc:creator opf:role='ill'>Bob</dc:creator>", (None, "Ann", None)),
    ("<dc:creator id='b'>Bob</dc:creator><meta refines='#b' property='role'>trl</meta><dc:creator>Ann</dc:creator>", (None, "Ann", None)),
    ("<dc:creator opf:role='edt'>Ed</dc:creator>", (None, "Ed", None)),
    ("<dc:title id='s'>Sub</dc:title><dc:title id='m'>Main</dc:title><meta refines='#m' property='title-type'>main</meta>", ("Main", None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("metadata", "expected"), METADATA)
def test_metadata_is_that_of_the_package(book, metadata, expected):
    about = book({"a.xhtml": chapter(1)}, metadata=metadata).metadata
    assert (about.title, about.author, about.language) == expected


YEARS = [
    ("<dc:date>1901</dc:date>", "1901"),
    ("<dc:date>2011-03-04T00:00:00Z</dc:date>", "2011"),
    ("<dc:date opf:event='modification'>2020</dc:date>", None),
    (
        "<dc:date opf:event='conversion'>2020</dc:date><dc:date opf:event='publication'>1998-07</dc:date>",
        "1998",
    ),
    ("<dc:date>2012</dc:date><dc:date opf:event='original-publication'>1851</dc:date>", "1851"),
    ("<dc:date>0101-01-01T00:00:00+00:00</dc:date>", None),
    ("<dc:date>around 1900</dc:date>", None),
    ("", None),
]


@pytest.mark.parametrize(("metadata", "year"), YEARS)
def test_the_year_is_the_one_of_publication(book, metadata, year):
    assert book({"a.xhtml": chapter(1)}, metadata=metadata).metadata.year == year


DESCRIPTIONS = [
    ("A river,\n  two banks.", "A river, two banks."),
    ("One.\n \nTwo.", "One.\n\nTwo."),
    ("&lt;div&gt;&lt;p&gt;A &lt;b&gt;tale&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Long.&lt;br/&gt;Old.&lt;/p&gt;&lt;/div&gt;", "A tale.\n\nLong.\n\nOld."),
    ("Salt &amp;amp; foam", "Salt & foam"),
    ("Salt &amp; foam, 3 &lt; 4", "Salt & foam, 3 < 4"),
    ("<![CDATA[<p>Tide<style>p {}</style></p><!-- no -->]]>", "Tide"),
    ("&lt;p&gt;&lt;/p&gt;", None),
    ("", None),
    ("&lt;i&gt;" * 300 + "deep", None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "description"), DESCRIPTIONS)
def test_a_description_is_plain_text(book, written, description):
    about = book({"a.xhtml": chapter(1)}, metadata=f"<dc:description>{written}</dc:description>").metadata
    assert about.description == description


PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.mark.parametrize(
    ("metadata", "properties", "data", "cover"),
    [
        ("", "cover-image", PNG, PNG),
        ('<meta name="cover" content="c"/>', "", PNG, PNG),
        ("", "", PNG, None),
        ("", "cover-image", b"GIF89a", b"GIF89a"),
        ('<meta name="cover" content="d"/>', "cover-image", b"<svg/>", PNG),
    ],
)
def test_the_cover_is_found_in_either_version(tmp_path, metadata, properties, data, cover):
    item = f'<item id="c" href="c.img" media-type="image/x" properties="{properties}"/>'
    item += '<item id="d" href="d.png" media-type="image/png"/>'
    files = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": package(["a.xhtml"], metadata=metadata, extra=item),
        "OEBPS/nav.xhtml": contents(""),
        "OEBPS/a.xhtml": page(chapter(1)),
        "OEBPS/c.img": data,
        "OEBPS/d.png": PNG,
    }
    assert read_one(write_zip(tmp_path / "book.epub", files)).metadata.cover == cover


NCX = """<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://dtd.example/ncx.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><navMap>
<navPoint><navLabel><text>Part I</text></navLabel><content src="Text/p%20one.html"/>
<navPoint><navLabel><text>One</text></navLabel><content src="Text/a.html#x"/></navPoint></navPoint></navMap></ncx>"""
OPF_2 = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata/>
<manifest><item id="p" href="Text/p%20one.html" media-type="application/xhtml+xml"/>
<item id="a" href="Text/A.html" media-type="application/xhtml+xml"/>
<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>
<spine toc="n"><itemref idref="p"/><itemref idref="a"/></spine></package>"""


def test_epub_2_is_read_with_its_quirks_of_names(tmp_path):
    files = {
        "META-INF/container.xml": CONTAINER.replace("OEBPS/book.opf", "book.opf"),
        "book.opf": OPF_2,
        "toc.ncx": NCX,
        "Text/p one.html": page("<h1>Part I</h1>"),
        "Text/a.html": page("<h2 id='x'>Chapter 1</h2><p>Words.</p>"),
    }
    document = read_one(write_zip(tmp_path / "book.epub", files))
    assert sections(document) == [("One", ("Part I",), "Part I Chapter 1 Words.")]
    assert [kind for kind, _ in spoken(document)] == ["heading", "heading", "paragraph"]


def test_every_block_of_a_book_knows_its_page_element_and_line(book):
    document = book({"a.xhtml": chapter(1), "b.xhtml": chapter(2, "Other.")})
    place = document.locate(document.text.index("Other"))
    assert (place.href, place.xpath, place.line) == ("OEBPS/b.xhtml", "/html/body/p[1]", 5)
