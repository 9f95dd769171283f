import time
import tracemalloc
import zipfile

import pytest
from document_files import CONTAINER, contents, package, page, read_one, refused, write_zip

from batchtts.errors import DocumentError

WHOLE = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": package(["a.xhtml"]),
    "OEBPS/nav.xhtml": contents('<li><a href="a.xhtml">One</a></li>'),
    "OEBPS/a.xhtml": page("<p>Words.</p>"),
}
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LOCK = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">
<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/>
<enc:CipherData><enc:CipherReference URI="OEBPS/a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""
AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"

CASES = {
    "no container": ({"META-INF/container.xml": None}, "", "no META-INF/container.xml"),
    "empty container": ({"META-INF/container.xml": ""}, ": META-INF/container.xml", "not well-formed"),
    "container names nothing": (
        {"META-INF/container.xml": "<container/>"},
        ": META-INF/container.xml",
        "rootfile",
    ),
    "no package": ({"OEBPS/book.opf": None}, ": META-INF/container.xml", "'OEBPS/book.opf', which is not in"),
    "broken package": ({"OEBPS/book.opf": "<package>\n<spine>"}, ": OEBPS/book.opf:2", "not well-formed"),
    "no spine": ({"OEBPS/book.opf": "<package/>"}, ": OEBPS/book.opf", "no spine"),
    "empty spine": ({"OEBPS/book.opf": package([])}, ": OEBPS/book.opf", "spine is empty"),
    "spine names no item": (
        {"OEBPS/book.opf": package([], spine='<itemref idref="q"/>')},
        ": OEBPS/book.opf:4",
        "'q'",
    ),
    "page missing": ({"OEBPS/a.xhtml": None}, ": OEBPS/book.opf:4", "'a.xhtml' is not in the book"),
    "page outside": ({"OEBPS/book.opf": package(["../../a.xhtml"])}, ": OEBPS/book.opf:4", "not in the book"),
    "page elsewhere": (
        {"OEBPS/book.opf": package(["http://x.example/a"])},
        ": OEBPS/book.opf:4",
        "not in the book",
    ),
    "page empty": ({"OEBPS/a.xhtml": ""}, ": OEBPS/a.xhtml", ""),
    "page in no encoding": ({"OEBPS/a.xhtml": b"<p>caf\xe9</p>"}, ": OEBPS/a.xhtml:1:7", "byte 0xE9"),
    "nothing to read": ({"OEBPS/a.xhtml": page("<img alt='x'/>")}, "", "nothing to read aloud"),
    "entities in a page": ({"OEBPS/a.xhtml": BOMB + "<x>&b;</x>"}, ": OEBPS/a.xhtml", "entities"),
    "entities in the package": ({"OEBPS/book.opf": BOMB + "<x>&b;</x>"}, ": OEBPS/book.opf", "entities"),
    "entities in UTF-16": (
        {"OEBPS/a.xhtml": (BOMB + "<x>&b;</x>").encode("utf-16")},
        ": OEBPS/a.xhtml",
        "entities",
    ),
    "a file of the machine": ({"OEBPS/a.xhtml": EXTERNAL + "<x>&a;</x>"}, ": OEBPS/a.xhtml", "entities"),
    "nested without end": (
        {"OEBPS/a.xhtml": page("<b>" * 5000 + "x" + "</b>" * 5000)},
        ": OEBPS/a.xhtml",
        "",
    ),
    "locked": (
        {"META-INF/encryption.xml": LOCK.format(algorithm=AES)},
        ": META-INF/encryption.xml",
        "OEBPS/a.xhtml",
    ),
    "rights": ({"META-INF/rights.xml": "<rights/>"}, "", "DRM (META-INF/rights.xml)"),
    "licence": ({"META-INF/license.lcpl": "{}"}, "", "DRM"),
    "goes up": ({"../evil.txt": "x"}, "", "unsafe name: '../evil.txt'"),
    "goes up inside": ({"OEBPS/../../evil.txt": "x"}, "", "unsafe name"),
    "absolute": ({"/etc/evil": "x"}, "", "unsafe name: '/etc/evil'"),
    "a drive": ({"C:/evil": "x"}, "", "unsafe name: 'C:/evil'"),
    "backslashes": ({"..\\evil": "x"}, "", "unsafe name"),
    "page bomb": ({"OEBPS/a.xhtml": b" " * 80_000_000}, ": OEBPS/a.xhtml", "beyond all measure"),
    "thousands of files": ({f"x/{n}": "" for n in range(10_001)}, "", "more than the 10000"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_or_broken_book_is_refused_by_name(tmp_path, case):
    changes, where, what = CASES[case]
    files = {name: content for name, content in {**WHOLE, **changes}.items() if content is not None}
    write_zip(tmp_path / "book.epub", files)
    problem = refused(tmp_path / "book.epub")
    assert problem.where.startswith(f"book.epub{where}")
    assert what in problem.what


def test_obfuscated_fonts_lock_nothing(tmp_path):
    lock = LOCK.format(algorithm="http://www.idpf.org/2008/embedding")
    write_zip(
        tmp_path / "book.epub", {**WHOLE, "META-INF/encryption.xml": lock, "META-INF/rights.xml": "<r/>"}
    )
    assert "DRM" in refused(tmp_path / "book.epub").what
    write_zip(tmp_path / "font.epub", {**WHOLE, "META-INF/encryption.xml": lock})
    assert read_one(tmp_path / "font.epub").text == "Words."


def test_every_page_that_is_missing_is_named(tmp_path):
    write_zip(tmp_path / "book.epub", {**WHOLE, "OEBPS/book.opf": package(["x.xhtml", "a.xhtml", "y.xhtml"])})
    with pytest.raises(DocumentError) as caught:
        read_one(tmp_path / "book.epub")
    assert [problem.what for problem in caught.value.problems] == [
        "the page 'x.xhtml' is not in the book",
        "the page 'y.xhtml' is not in the book",
    ]


@pytest.mark.parametrize(
    "content", [b"", b"not a zip", b"PK\x03\x04 but truncated", b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "book.epub").write_bytes(content)
    assert refused(tmp_path / "book.epub").where == "book.epub"


def test_a_book_cut_short_or_damaged_anywhere_is_refused_or_read(tmp_path):
    whole = write_zip(tmp_path / "whole.epub", WHOLE).read_bytes()
    path = tmp_path / "book.epub"
    outcomes = set()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at])
        assert refused(path).where.startswith("book.epub")
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            outcomes.add(read_one(path).text)
        except DocumentError:
            outcomes.add("refused")
    assert outcomes <= {"Words.", "refused"}
    assert "refused" in outcomes


def test_an_encrypted_entry_is_refused(tmp_path):
    path = write_zip(tmp_path / "book.epub", WHOLE)
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    path.write_bytes(data)
    assert refused(path).what == "the file is encrypted"


def test_a_bomb_is_refused_in_little_time_and_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "book.epub", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in WHOLE.items():
            if name != "OEBPS/a.xhtml":
                archive.writestr(name, content)
        with archive.open("OEBPS/a.xhtml", "w") as file:
            for _ in range(300):
                file.write(b" " * 2**20)
    started = time.process_time()
    tracemalloc.start()
    problem = refused(tmp_path / "book.epub")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "beyond all measure" in problem.what
    assert peak < 150 * 2**20
    assert time.process_time() - started < 5
