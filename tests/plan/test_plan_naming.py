"""Names that every file system takes, whatever a title says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.plan.naming import MAX_SLUG, chapter_slug, labels, padded, slug

RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"com{n}" for n in range(1, 10)),
    *(f"lpt{n}" for n in range(1, 10)),
}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Down the Rabbit-Hole", "down-the-rabbit-hole"),
        ("  Chapter  One: ", "chapter-one"),
        ("Café Été", "cafe-ete"),
        ("Straße", "strasse"),
        ("Don't Look", "dont-look"),
        ("../../etc/passwd", "etc-passwd"),
        ("A\\B:C*D?E", "a-b-c-d-e"),
        ("ﬁne №5", "fine-no5"),
        ("🚢", ""),
        ("Глава", ""),
        ("\u0000", ""),
        ("", ""),
        ("x" * 300, "x" * MAX_SLUG),
    ],
)
def test_a_title_becomes_a_slug(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_a_slug_is_safe_whatever_the_title(title: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(title))
    assert len(slug(title)) <= MAX_SLUG


@given(st.text() | st.sampled_from(sorted(RESERVED)), st.integers(1, 9999), st.integers(1, 9999))
def test_a_chapter_file_is_safe_and_short_whatever_the_title(
    title: str, number: int, n_chapters: int
) -> None:
    name = chapter_slug(padded(number, n_chapters), title)
    assert name.split(".")[0] not in RESERVED
    assert re.fullmatch(r"[0-9]{2,}(?:-[a-z0-9]+)*", name)
    assert len(f"{name}.segments.jsonl.part") < 100


@given(st.lists(st.text(max_size=5), min_size=2, max_size=130))
def test_chapters_keep_their_order_and_never_share_a_name(titles: list[str]) -> None:
    names = [chapter_slug(padded(n, len(titles)), title) for n, title in enumerate(titles, start=1)]
    assert len(set(names)) == len(titles)
    assert [name.split("-")[0] for name in names] == sorted(name.split("-")[0] for name in names)


def test_titles_that_read_alike_stay_apart() -> None:
    assert [chapter_slug(padded(n, 3), title) for n, title in enumerate(["I", "I", "i"], start=1)] == [
        "01-i",
        "02-i",
        "03-i",
    ]


@pytest.mark.parametrize(("number", "largest", "expected"), [(1, 9, "01"), (7, 120, "007"), (12, 12, "12")])
def test_numbers_are_padded_so_that_names_sort(number: int, largest: int, expected: str) -> None:
    assert padded(number, largest) == expected


@given(
    st.lists(st.text(min_size=1, max_size=4) | st.sampled_from(["a", "A", "a t2", "v2", "t1"]), unique=True)
)
def test_labels_of_voices_differ_and_none_ends_as_a_take_does(names: list[str]) -> None:
    found = list(labels(names).values())
    assert len(set(found)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", label) for label in found)
    assert not any(re.search(r"(?:^|-)t[0-9]+$", label) for label in found)
