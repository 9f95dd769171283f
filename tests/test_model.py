"""The nouns say what they are, and cannot be changed."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.job import Boundary, Mark, Output, Pauses, RoomTone, Voice
from batchtts.model import Anchor, Document, Locator, canonical_json

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
FORMS = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)

DOCUMENT = Document(
    name="a.txt",
    sha256="",
    text="one\ntwo\nthree",
    text_sha256="",
    sections=(),
    anchors=tuple(
        Anchor(start=start, locator=Locator(line=line)) for start, line in [(0, 1), (4, 2), (8, 3)]
    ),
)


@given(st.dictionaries(st.text(), FORMS))
def test_equal_values_have_one_canonical_json(form: dict[str, object]) -> None:
    assert canonical_json(dict(reversed(form.items()))) == canonical_json(form)


def test_canonical_json_is_short_and_keeps_letters() -> None:
    assert canonical_json({"b": [1, 2.5, None], "a": "ä"}) == '{"a":"ä","b":[1,2.5,null]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_json_cannot_say_has_no_canonical_json(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical_json(value)


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (3, 1), (4, 2), (7, 2), (8, 3), (12, 3), (1000, 3)])
def test_every_character_knows_its_line(offset: int, line: int) -> None:
    assert DOCUMENT.locate(offset) == Locator(line=line)


def test_before_the_first_anchor_no_place_is_known() -> None:
    assert replace(DOCUMENT, anchors=DOCUMENT.anchors[1:]).locate(3) == Locator()


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        (Locator(line=3), "line 3"),
        (Locator(href="a.xhtml", line=3, xpath="/p[1]"), "a.xhtml, line 3"),
        (Locator(href="a.xhtml"), "a.xhtml"),
        (Locator(xpath="/p[1]"), "/p[1]"),
        (Locator(), "?"),
    ],
)
def test_a_locator_says_what_a_person_needs(locator: Locator, words: str) -> None:
    assert str(locator) == words


def test_a_mark_is_clickable() -> None:
    assert str(Mark(file="jobs/book.yaml", line=3, column=14)) == "jobs/book.yaml:3:14"


@pytest.mark.parametrize(
    ("boundary", "seconds"), [(boundary, number) for number, boundary in enumerate(Boundary)]
)
def test_every_boundary_has_its_pause(boundary: Boundary, seconds: int) -> None:
    pauses = Pauses(segment=0, paragraph=1, scene_break=2, heading=3, chapter_tail=4, chapter_head=99)
    assert pauses.after(boundary) == seconds


@pytest.mark.parametrize(
    "value", [Voice(name="a", engine="tone", voice="low"), RoomTone(), Output(folder=Path())]
)
def test_values_are_frozen(value: object) -> None:
    field = next(iter(value.__slots__))  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        setattr(value, field, "other")
