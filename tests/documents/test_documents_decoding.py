import pytest
from document_files import refused

from batchtts.documents.decoding import decode, decode_markup
from batchtts.errors import DocumentError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_or_without_its_mark(encoding):
    assert decode("naïve 漢字".encode(encoding), "a.txt") == "naïve 漢字"


def test_utf_16_is_read_in_either_byte_order():
    assert decode(b"\xfe\xff" + "naïve".encode("utf-16-be"), "a.txt") == "naïve"


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"one\ntwo\nthe small caf\xe9.", "a.txt:3:14", "(byte 0xE9 at line 3, column 14)"),
        (b"one\r\ntwo\rcaf\xe9", "a.txt:3:4", "line 3, column 4"),
        ("ü".encode() * 3 + b"\xff", "a.txt:1:4", "byte 0xFF at line 1, column 4"),
    ],
)
def test_what_is_not_utf_8_is_named_by_line_and_column(tmp_path, data, where, what):
    (tmp_path / "a.txt").write_bytes(data)
    problem = refused(tmp_path / "a.txt")
    assert problem.where == where
    assert what in problem.what


@pytest.mark.parametrize(
    ("data", "encoding"),
    [(b"caf\xe9", "WINDOWS-1252"), ("Привет, Россия".encode("cp1251") + b"\x90", "WINDOWS-1251")],
)
def test_the_hint_says_how_to_convert_it(data, encoding):
    with pytest.raises(DocumentError) as caught:
        decode(data, "texts/a.txt")
    assert f"iconv -f {encoding} -t UTF-8 a.txt" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04...", "zip"),
        (b"%PDF-1.4", "PDF"),
        (b"some\0text", "NUL"),
        ("some".encode("utf-16-le"), "NUL"),
    ],
)
@pytest.mark.parametrize("suffix", ["txt", "md"])
def test_what_only_passes_for_text_is_refused(tmp_path, data, what, suffix):
    (tmp_path / f"a.{suffix}").write_bytes(data)
    assert what in refused(tmp_path / f"a.{suffix}").what


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="ISO-8859-1"?><p>caf\xe9</p>',
        b'<html><meta charset="windows-1252"><p>caf\xe9</p>',
        b'<html><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15"><p>caf\xe9</p>',
        '<?xml version="1.0" encoding="utf-16"?><p>café</p>'.encode("utf-16"),
        '<?xml version="1.0" encoding="utf-16"?><p>café</p>'.encode(),
    ],
)
def test_markup_may_declare_its_encoding(data):
    assert "<p>café</p>" in decode_markup(data, "a.html")


@pytest.mark.parametrize("name", ["hex", "klingon", "unicode_escape", "punycode"])
def test_a_declared_encoding_must_be_one_for_text(name):
    with pytest.raises(DocumentError, match=f"'{name}', which is not known"):
        decode_markup(f'<?xml version="1.0" encoding="{name}"?><p>x</p>'.encode(), "a.xhtml")
