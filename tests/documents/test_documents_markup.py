import pytest
from document_files import page, read_one, refused, spoken

from batchtts.model import Document


@pytest.fixture
def xhtml(tmp_path):
    def read(body: str) -> Document:
        (tmp_path / "tale.xhtml").write_text(page(body), encoding="utf-8")
        return read_one(tmp_path / "tale.xhtml")

    return read


@pytest.fixture
def html(tmp_path):
    def read(content: str) -> Document:
        (tmp_path / "tale.html").write_text(content, encoding="utf-8")
        return read_one(tmp_path / "tale.html")

    return read


INLINE = [
    ("<p>One <b>bo</b>ld <i>and</i><em> so</em> on.</p>", "One bold and so on."),
    ("<p>a<br/>b &amp; c&nbsp;d&mdash;e\n\t f</p>", "a b & c d—e f"),
    (
        "<p>Known<a href='#n1' epub:type='noteref'>1</a>, and<a role='doc-noteref' href='#n2'>2</a> so.</p>",
        "Known, and so.",
    ),
    (
        "<p>Known<sup><a href='#n1'>1</a></sup><a href='n.xhtml#x'><sup>2</sup></a><a href='#y'>[3]</a>.</p>",
        "Known.",
    ),
    (
        "<p>E = mc<sup>2</sup>, the 4<sup>th</sup>, <a href='#c2'>Chapter 2</a>.</p>",
        "E = mc2, the 4th, Chapter 2.",
    ),
    ("<p>Go<span epub:type='pagebreak'>12</span> on<span class='pagenum'>13</span>.</p>", "Go on."),
    ("<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</rt></ruby>だ</p>", "漢字だ"),
    ("<p>Where <math alttext='x squared'><mi>x</mi></math> is.</p>", "Where x squared is."),
    (
        "<p>See <img src='x' alt='a hill'/>it<span hidden='hidden'>no</span><span aria-hidden='true'>no</span>.</p>",
        "See it.",
    ),
    (
        "<p>T<span class='small'>HE</span> end, <abbr>Mr.</abbr> X; <q>so</q> <code>f(x)</code></p>",
        "THE end, Mr. X; so f(x)",
    ),
    ("<p>Un<!-- a comment -->broken<?pi data?>.</p>", "Unbroken."),
    ("<p>hy\u00adphen, word\u2060—joiner</p>", "hyphen, word—joiner"),
]


@pytest.mark.parametrize(("body", "read"), INLINE)
def test_inline_elements_neither_add_nor_lose_spaces(xhtml, body, read):
    assert spoken(xhtml(body)) == [("paragraph", read)]


BLOCKS = [
    ("<div>a<p>b</p>c</div><p>d</p>", "p:a p:b p:c p:d"),
    ("<ul><li>a</li><li><p>b</p><p>c</p></li></ul><dl><dt>d</dt><dd>e</dd></dl>", "p:a p:b p:c p:d p:e"),
    ("<p>a</p><hr/><p>b</p>", "p:a / p:b"),
    ("<blockquote><p>a</p><footer>b</footer></blockquote><address>c<br/>d</address>", "p:a p:b p:c d"),
    ("<nav><p>x</p></nav><p>a</p><script>x</script><svg><title>x</title></svg><audio>x</audio>", "p:a"),
    ("<aside epub:type='footnote'><p>x</p></aside><aside><p>a</p></aside><p role='doc-footnote'>x</p>", "p:a"),
    ("<figure><img alt='x'/><figcaption>a <b>b</b></figcaption></figure><img alt='x'/><p>c</p>", "p:a b p:c"),
    ("<table><caption>a</caption><tr><th>b</th><th/><th>c</th></tr><tr><td>d</td><td>e</td></tr></table>", "p:a p:b, c p:d, e"),
    ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", "p:a p:b"),
    ("<h2>I</h2><h3>a</h3><p>b</p>", "h:I h:a p:b"),
    ("<hgroup><h2>IV</h2><p epub:type='title'>a b</p></hgroup><p>c</p>", "h:IV. a b p:c"),
    ("<h2>Chapter One<br/>a</h2><p>b</p>", "h:Chapter One. a p:b"),
    ("<h2>The<br/>Long<br/>Night</h2><p>b</p>", "h:The Long Night p:b"),
    ("<hgroup><h2>Who?</h2><p>a</p></hgroup><p>b</p>", "h:Who? a p:b"),
    ("<hgroup>a</hgroup><h2>b</h2>", "p:a h:b"),
    ("<header><p>a</p></header><main><section><p>b</p></section></main>", "p:a p:b"),
    ("<pre><code>x = 1</code></pre><pre>a  b\n c</pre>", "v:a b|c"),
    ("<a href='x'><p>a</p></a><span><div>b</div>c</span>", "p:a p:b p:c"),
    ("<p>a</p><div style='display: none'>x</div><div class='pg-boilerplate'>x</div>", "p:a"),
]  # fmt: skip


VERSE = [
    ("<blockquote epub:type='z3998:poem'><p><span>a</span><br/>\n<span class='i1'>b c</span></p><p><span>d</span></p></blockquote>", "v:a|b c v:d"),
    ("<div epub:type='z3998:song'><p><span>a</span><span>b</span></p><p><span>c</span></p></div>", "v:a|b v:c"),
    ("<div class='poem'><p>a<br/>b</p><p>c<br/>d</p></div>", "v:a|b v:c|d"),
    ("<div class='poem'><p>a</p><p>b <i>c</i></p></div>", "v:a|b c"),
    ("<div class='poem'><div class='stanza'><span>a<br/></span><span>b<br/></span></div><div class='stanza'><div class='verse'>c</div><div class='verse'>d</div></div></div>", "v:a|b v:c|d"),
    ("<section epub:type='z3998:poem'><h3>t</h3><p><span>a</span><br/><span>b</span></p></section>", "h:t v:a|b"),
    ("<p><i epub:type='se:name.music.song'>a</i></p>", "p:a"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "read"), BLOCKS + VERSE)
def test_blocks_are_what_a_narrator_would_read(xhtml, body, read):
    marks = {"paragraph": "p:", "heading": "h:", "verse": "v:", "scene_break": "/"}
    assert " ".join(marks[kind] + text.replace("\n", "|") for kind, text in spoken(xhtml(body))) == read


def test_a_page_in_plain_html_is_read_as_a_browser_reads_it(html):
    document = html(
        "<!doctype html><html lang=en-GB><title>A &amp; B</title><meta name=author content=Ann><p>One<p>Two &eacute;"
    )
    assert spoken(document) == [("paragraph", "One"), ("paragraph", "Two é")]
    assert (document.metadata.title, document.metadata.author, document.metadata.language) == (
        "A & B",
        "Ann",
        "en-GB",
    )
    assert [section.title for section in document.sections] == ["A & B"]


def test_headings_of_a_page_make_chapters(html):
    document = html("<h1>Book</h1><h2>A</h2><p>x</p><h3>deep</h3><p>y</p><h2>B</h2><p>z</p>")
    assert [section.title for section in document.sections] == ["A", "B"]


def test_a_block_is_found_by_path_and_line(xhtml):
    document = xhtml(
        "<section><h2>One</h2>\n<p>Two <i>three</i></p>\n<p>Four</p></section>\n<section>Five</section>"
    )
    places = [document.locate(document.text.index(word)) for word in ("One", "three", "Four", "Five")]
    assert [place.xpath for place in places] == [
        "/html/body/section[1]/h2[1]",
        "/html/body/section[1]/p[1]",
        "/html/body/section[1]/p[2]",
        "/html/body/section[2]",
    ]
    assert [place.line for place in places] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    "body", ["<p>A & B</p>", "<p>A &amp B<br>C</p>", "<p class=x>A &unknown; B</p>", "<p>A</b> B"]
)
def test_a_page_that_is_no_xml_is_still_read(xhtml, body):
    text = xhtml(body).text
    assert text.startswith("A")
    assert "B" in text


def test_empty_elements_of_xml_swallow_nothing_in_a_page_that_is_no_xml(tmp_path):
    (tmp_path / "tale.xhtml").write_text(
        "<?xml version='1.0'?><html><head><title/><script src='x'/></head><body><p>A & <a id='x'/>B</p></body></html>"
    )
    assert read_one(tmp_path / "tale.xhtml").text == "A & B"


@pytest.mark.parametrize("name", ["tale.html", "tale.xhtml"])
@pytest.mark.parametrize("tag", ["div", "b", "blockquote"])
def test_bottomless_nesting_is_refused(tmp_path, name, tag):
    (tmp_path / name).write_text(f"<html><body>{f'<{tag}>' * 100_000}x{f'</{tag}>' * 100_000}</body></html>")
    assert name in refused(tmp_path / name).where


def test_a_page_may_not_declare_entities(tmp_path):
    (tmp_path / "tale.xhtml").write_text(
        '<?xml version="1.0"?><!-- x --><!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<html><body><p>&b;</p></body></html>"
    )
    assert "declares entities" in refused(tmp_path / "tale.xhtml").what


def test_the_standard_doctype_with_named_characters_is_read(tmp_path):
    (tmp_path / "tale.xhtml").write_text(
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://dtd.example/xhtml11.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>A&nbsp;B&mdash;C &lt;&LT;&amp;</p></body></html>'
    )
    assert read_one(tmp_path / "tale.xhtml").text == "A B—C <<&"
