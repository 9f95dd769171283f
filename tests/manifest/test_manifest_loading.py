"""Bytes become a tree of nodes, or a complaint with a place; nothing else can happen, and nothing takes long."""

import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.errors import ManifestError
from batchtts.manifest.fields import MANIFEST
from batchtts.manifest.loading import MOST_BYTES, load
from batchtts.manifest.nodes import ListNode, MappingNode, Node, NullNode, RefusedNode, ScalarNode
from batchtts.manifest.reading import read_job
from batchtts.manifest.review import Review
from batchtts.manifest.yaml_text import read_yaml


def told(review: Review) -> list[str]:
    return [str(problem) for problem in review.error().problems]


def complaints(data: bytes, name: str = "m.yaml") -> list[str]:
    review = Review(Path(name))
    load(data, review, value)
    return told(review)


def value(node: Node) -> object:
    match node:
        case MappingNode():
            return {key.text: value(entry) for key, entry in node.entries}
        case ListNode():
            return [value(item) for item in node.items]
        case ScalarNode() | NullNode():
            return node.text
        case RefusedNode():
            return None


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", "1:5: a key is not expected here, yet a ':' follows"),
        ("a: @x", "1:4: a value cannot begin with this character"),
        ("a:\n\tb: 1", "2:1: a value cannot begin with this character"),
        ('a: 1\nb: "x\nc: d', "2:4: this quote is never closed"),
        ("a: [1, 2\nb: 3", "2:2: expected ',' or ']': the list that begins in line 1 goes on"),
        ("\na: {x: 1\nb: 2", "3:2: expected ',' or '}': the mapping that begins in line 2 goes on"),
        ("a: 1\n b: 2", "2:3: a key is not expected here"),
        ("a:\n  - x\n - y", "3:2: expected the next key, or a line further left"),
        ("- a\nb: 1", "2:1: expected the next"),
        ("a: 1\nfoo\nb: 2", "2:1: this line is neither 'key: value' nor part of a text"),
        ('a: "\\q"', "1:"),
        ("a: !foo!bar x", "1:4: tags are refused"),
        ("a: |x\n b", "1:5: after | or > the text begins in the next line"),
        ("a: - b", "1:4: a list cannot begin here"),
        ("a: *", "1:5: '*' and '&' stand for aliases"),
        ("%YAML 2.0\n---\na", "1:1: this version of YAML is not known"),
        ("--- a\n... b", "2:5: the manifest has ended above this"),
        ("a: ]", "1:4: expected a value"),
        ("a: &x 1", '1:4: anchor "&x": anchors are refused'),
        ("a: *x", '1:4: alias "*x": aliases are refused'),
        ("a: !!set {}", '1:4: tag "!!set": tags are refused'),
        ("a: ! x", '1:4: tag "!": tags are refused'),
        ("a: x\x07y", "1:5: the character U+0007 cannot stand in a manifest"),
        ("é: x\n\0", "2:1: the character U+0000 cannot stand in a manifest"),
        ('a: "\\ud83d"', "1:"),
        ('a: "\\UFFFFFFFF"', "1:"),
        ("[" * 65, "1:65: nests deeper than 64 levels"),
        ("- " * 65 + "a", "1:129: nests deeper than 64 levels"),
        ("? [a]\n: b", "1:3: a key must be plain text"),
    ],
)
def test_both_parsers_refuse_with_the_same_words(text: str, expected: str, pure: bool) -> None:
    review = Review(Path("m.yaml"))
    read_yaml(text, review, value, pure=pure)
    assert told(review)[0].startswith(f"m.yaml:{expected}")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: \xe9", "1:4: byte 0xe9 is not UTF-8"),
        (b"\xef\xbb\xbfa: b\nc: \xc3\xa9\xff", "2:5: byte 0xff is not UTF-8"),
        ("a: b\nc: d".encode("utf-16-le"), "1:2: the character U+0000"),
        (b"\xff\xfea\x00:\x00 \x00\x3d\xd8", "1:4: byte 0x3d is not UTF-16"),
        (b"\xed\xa0\xbd", "1:1: byte 0xed is not UTF-8"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_its_place(data: bytes, expected: str) -> None:
    [only] = complaints(data)
    assert only.startswith(f"m.yaml:{expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1,}', "1:9: JSON: expected a key in double quotes"),
        ('{"a" 1}', "1:6: JSON: expected ':'"),
        ('{"a": [1 2]}', "1:10: JSON: expected ',' or ']'"),
        ('{"a":\n\tNaN}', "2:2: JSON: expected a value"),
        ('{"a": 01}', "1:7: JSON: expected a value"),
        ('{"a": "x', "1:7: JSON: unterminated string starting"),
        ('{"a": 1} x', "1:10: JSON: expected the end of the manifest"),
        ('{"a": 1, "a": 2}', '1:10: the key "a" stands here and in line 1, column 2'),
        ('{"a": "\\ud83d"}', "1:7: holds half of a surrogate pair"),
        ('{"a":' * 65, "1:321: JSON: nests deeper than 64 levels"),
    ],
)
def test_in_a_json_file_mistakes_are_those_of_json(text: str, expected: str) -> None:
    [only] = complaints(text.encode(), "m.json")
    assert only.startswith(f"m.json:{expected}")


@pytest.mark.parametrize("text", ['{"a": b}', '{"a": 1,}', "{'a': [\"b\"]} # flow", '{"a":\n  "b\n  c"}'])
def test_what_only_looks_like_json_is_read_as_yaml(text: str) -> None:
    assert complaints(text.encode()) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def scalars_as_text(content: object) -> object:
    if isinstance(content, dict):
        return {key: scalars_as_text(entry) for key, entry in content.items()}
    if isinstance(content, list):
        return [scalars_as_text(item) for item in content]
    return content if isinstance(content, str) else json.dumps(content)


@given(st.dictionaries(st.text(), json_values), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_json_text_is_read_as_what_it_says(
    content: dict[str, object], ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps(content, ensure_ascii=ascii_only, indent=indent)
    review = Review(Path("m.json"))
    assert load(text.encode(), review, value) == scalars_as_text(content)
    assert not review.has_problems


def read_bytes(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    with suppress(ManifestError):
        read_job(path)


@given(
    st.binary() | st.text().map(str.encode) | st.text("{}[]&*!|>'\"%@`:,-?# \n\tab1~<\\").map(str.encode),
    st.sampled_from(["m.yaml", "m.json"]),
)
@settings(max_examples=400)
def test_no_bytes_raise_anything_but_a_manifest_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    read_bytes(tmp_path_factory.getbasetemp(), name, data)


HONEST = (
    "job: {name: a, title: T}\nvoices: {n: heart}\nlimits: {max_chars: 5}\ndocuments:\n"
    "  - path: a.md\n    chapters: 2-5,9\n  - segments: [A, {text: B, speed: 1.5}]\nchapters: [1, X]\n"
)


@given(st.integers(0, len(HONEST)), st.integers(0, 5), st.text("{}[]&*!|>'\":,-? \n~9aé\0", max_size=5))
@settings(max_examples=400)
def test_no_edit_of_an_honest_manifest_raises_anything_but_a_manifest_error(
    tmp_path_factory: pytest.TempPathFactory, offset: int, n_removed: int, inserted: str
) -> None:
    edited = HONEST[:offset] + inserted + HONEST[offset + n_removed :]
    read_bytes(tmp_path_factory.getbasetemp(), "m.yaml", edited.encode())


@given(st.text("{}[]|>'\":,-?# \nab1~é", max_size=30))
@settings(max_examples=300)
def test_both_parsers_build_the_same_tree(text: str) -> None:
    fast, pure = Review(Path("m")), Review(Path("m"))
    values = read_yaml(text, fast, value), read_yaml(text, pure, value, pure=True)
    if not fast.has_problems and not pure.has_problems:
        assert values[0] == values[1]


BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        b"[" * 2_000_000,
        b"- " * 1_000_000,
        b'{"a":' * 500_000,
        b"a: [" + b"*x, " * 500_000 + b"]",
        b"documents:\n" + b"- {x: 1}\n" * 50_000,
        b"documents: [a]\nchapters: '1" + b" " * 2_000_000 + b"-'",
        b"documents: [a]\njob: {title: '" + b" " * 2_000_000 + b"'}",
        b"documents: [a]\ndefaults: {seed: " + b"9" * 2_000_000 + b"}",
        b"documents: [a]\ndefaults: {" + b"s" * 2_000_000 + b": 1}",
        b"documents: [a]\nrender: {timeout: '" + b"1" * 2_000_000 + b"s'}",
    ],
    ids=lambda data: data[:28].decode(),
)
def test_a_hostile_manifest_is_refused_quickly(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(data)
    begin = time.process_time()
    with pytest.raises(ManifestError):
        read_job(path)
    assert time.process_time() - begin < 5


def test_a_large_manifest_costs_little_more_than_its_events(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    segment = f'      - text: "{"word " * 45}"\n        speed: 1.5\n'
    path.write_text("documents:\n  - segments:\n" + segment * 5_000, "utf-8")

    def cost(work: Callable[[], object]) -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    bare = min(cost(lambda: list(yaml.parse(path.read_bytes(), Loader=yaml.CSafeLoader))) for _ in range(3))
    whole = min(cost(lambda: read_job(path)) for _ in range(3))
    assert whole < 8 * bare  # 2 to 3 when it was measured; anything quadratic would be far beyond


def test_the_tree_of_a_large_manifest_is_never_in_memory_as_a_whole() -> None:
    entry = b"  - {text: A, voice: narrator, speed: 1.5, seed: 7}\n"
    data = b"documents:\n- segments:\n" + entry * 5_000
    review = Review(Path("m.yaml"))
    tracemalloc.start()
    try:
        manifest = load(data, review, lambda root: MANIFEST.check(root, review))
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert manifest is not None
    assert peak - kept < 4 * len(data)  # 2 when it was measured; the whole tree takes 36


def test_a_manifest_beyond_all_sizes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ManifestError, match="is larger than 64 MiB"):
        read_job(path)
