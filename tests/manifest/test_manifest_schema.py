"""The JSON Schema is one, and takes what the checks take."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from batchtts.errors import ManifestError
from batchtts.manifest.fields import MANIFEST
from batchtts.manifest.kinds import Kind
from batchtts.manifest.reading import read_job
from batchtts.manifest.schema import json_schema
from batchtts.manifest.structures import ListOf, MapOf, Record, Switchable
from batchtts.manifest.voices import Voices

VALIDATOR = Draft202012Validator(json_schema())
BEYOND_A_SCHEMA = re.compile(
    r"there is no voice|runs backwards|cannot read|is empty$|goes only with an address|of the query|twice$|all of the rows"
)


def check(folder: Path, manifest: object) -> list[str]:
    path = folder / "m.json"
    path.write_text(json.dumps(manifest), "utf-8")
    try:
        read_job(path)
    except ManifestError as error:
        return [problem.what for problem in error.problems]
    return []


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_schema_describes_every_key_and_gives_plain_defaults() -> None:
    limits = json_schema()["properties"]["limits"]  # type: ignore[index]
    assert limits["additionalProperties"] is False
    assert limits["properties"]["max_chars"] == {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 100_000,
        "default": 500,
        "description": MANIFEST.fields["limits"].kind.fields["max_chars"].description,  # type: ignore[attr-defined]
    }
    assert limits["properties"]["unspeakable"]["enum"] == ["refuse", "leave_out", None]


GOOD = [
    {"documents": ["a.md"]},
    {"documents": [{"path": "a", "text": None}]},
    {"documents": [{"text": "A\nB", "title": 1984, "chapters": [1, "2-3", "X"]}]},
    {"documents": [{"segments": ["A", {"text": "B", "length": 0.5, "speed": None}]}]},
    {"documents": [{"segments": [{"text": "A", "id": "a1-B_2"}, {"text": "B", "id": 17}]}]},
    {"documents": ["a"], "voices": {"a": "b", "c": {"voice": "d", "settings": {"e": 1, "f": None}}}},
    {"documents": ["a"], "output": {"room_tone": False, "dir": ".."}},
    {"documents": ["a"], "output": {"room_tone": {"level_dbfs": -60}}},
    {"documents": ["a"], "render": {"timeout": "1h30m", "attempts": 4.0}},
    {"documents": ["a"], "job": {"name": "a-b", "language": "en-GB"}, "limits": None},
]
BAD = [
    {},
    [],
    "a",
    {"documents": None},
    {"documents": []},
    {"documents": [None]},
    {"documents": [{}]},
    {"documents": [{"path": "a", "text": "b"}]},
    {"documents": [{"segments": [{"voice": "narrator"}]}]},
    {"documents": [{"segments": [{"text": " \n"}]}]},
    {"documents": [{"segments": [{"text": "A", "id": "a b"}]}]},
    {"documents": [{"segments": [{"text": "A", "id": ""}]}]},
    {"documents": [{"segments": [{"text": "A", "id": -1}]}]},
    {"documents": [{"segments": [{"text": "A", "id": 1.5}]}]},
    {"documents": ["a"], "unknown": 1},
    {"documents": ["a"], "limits": {"max_char": 5}},
    {"documents": ["a"], "limits": {"max_chars": True}},
    {"documents": ["a"], "limits": {"max_chars": "5"}},
    {"documents": ["a"], "limits": {"max_chars": 1.5}},
    {"documents": ["a"], "limits": {"max_seconds": 0}},
    {"documents": ["a"], "limits": {"unspeakable": "skip"}},
    {"documents": ["a"], "pauses": {"segment": -0.1}},
    {"documents": ["a"], "render": {"timeout": "0s"}},
    {"documents": ["a"], "render": {"timeout": "5 min"}},
    {"documents": ["a"], "voices": {"a": None}},
    {"documents": ["a"], "voices": {"": "b"}},
    {"documents": ["a"], "voices": {"a": {"settings": {"b": []}}}},
    {"documents": ["a"], "chapters": "0-2"},
    {"documents": ["a"], "chapters": []},
    {"documents": ["a"], "output": {"room_tone": True}},
    {"documents": ["a"], "job": {"name": "A B"}},
]


@pytest.mark.parametrize("manifest", GOOD, ids=json.dumps)
def test_both_take_good_manifests(tmp_path: Path, manifest: object) -> None:
    assert check(tmp_path, manifest) == []
    assert [error.message for error in VALIDATOR.iter_errors(manifest)] == []


@pytest.mark.parametrize("manifest", BAD, ids=json.dumps)
def test_both_refuse_bad_manifests(tmp_path: Path, manifest: object) -> None:
    assert check(tmp_path, manifest)
    assert not VALIDATOR.is_valid(manifest)


SCALARS: list[object] = [None, True, False, 0, 1, 3, -1, -65, 0.25, 2.5, 4294967296]
TEXTS = [
    "",
    " ",
    "x",
    "A b",
    "a\nb",
    "a\n",
    "1.0",
    "5m",
    "1h1m1s",
    "0s",
    "off",
    "wav",
    "refuse",
    "2-5",
    "5-2",
    "0",
    "narrator",
]
ANYTHING = st.sampled_from(SCALARS) | st.sampled_from(TEXTS) | st.sampled_from([[], ["x"], [1], {}, {"a": 1}])


def near(kind: Kind[object]) -> st.SearchStrategy[object]:
    """Return manifests that are nearly right, so that each of their keys is tried with all sorts of values."""
    match kind:
        case Record():
            fields = {name: near(field.kind) for name, field in kind.fields.items()}
            whole = st.fixed_dictionaries({}, optional=fields)
            return whole | whole.map(lambda entries: {**entries, "zzz": 1}) | ANYTHING
        case ListOf():
            return st.lists(near(kind.item), max_size=2) | ANYTHING
        case MapOf():
            return (
                st.dictionaries(st.sampled_from(["narrator", "b c", ""]), near(kind.item), max_size=2)
                | ANYTHING
            )
        case Switchable():
            return near(kind.record)
        case Voices():
            return near(kind.voices)
        case _:
            return ANYTHING


@settings(max_examples=400)
@given(
    manifest=st.builds(dict, near(MANIFEST).filter(lambda found: isinstance(found, dict))),
    right=st.booleans(),
)
def test_they_agree_on_whatever_a_schema_can_see(
    tmp_path_factory: pytest.TempPathFactory, manifest: dict[str, object], right: bool
) -> None:
    if right:
        manifest["documents"] = ["a"]
    found = [
        what for what in check(tmp_path_factory.getbasetemp(), manifest) if not BEYOND_A_SCHEMA.search(what)
    ]
    assert VALIDATOR.is_valid(manifest) == (not found), found


@pytest.mark.parametrize("name", list(MANIFEST.fields))
@settings(max_examples=60)
@given(data=st.data())
def test_they_agree_on_each_key_alone(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    manifest = {"documents": ["a"], name: data.draw(near(MANIFEST.fields[name].kind))}
    found = [
        what for what in check(tmp_path_factory.getbasetemp(), manifest) if not BEYOND_A_SCHEMA.search(what)
    ]
    assert VALIDATOR.is_valid(manifest) == (not found), found
