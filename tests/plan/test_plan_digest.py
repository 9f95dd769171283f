"""What changes a chapter's digest: whatever of the job and its documents goes into its files."""

import json
from pathlib import Path

import pytest
from planning_desk import VOICES, Desk

TEXT = "# One\n\nA first line. A second.\n\n# Two\n\nAnother chapter.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def digests(desk: Desk, text: str = TEXT, **keys: object) -> list[str]:
    return [chapter.digest for chapter in desk.plan(text, **keys).chapters]


def test_chapters_have_digests_of_their_own_and_always_the_same(desk: Desk) -> None:
    assert digests(desk) == digests(desk)
    assert len(set(digests(desk))) == 2


@pytest.mark.parametrize(
    "keys",
    [
        {"text": TEXT.replace("first", "last")},
        {"text": TEXT.replace("first line. A", "first line, a")},
        {"text": TEXT.replace("# One", "# Eins")},
        {"text": TEXT.replace("A first", "\nA first")},
        {"text": TEXT + "More.\n"},
        {"pauses": {"segment": 0.5}},
        {"pauses": {"chapter_tail": 3}},
        {"output": {"room_tone": "off"}},
        {"output": {"room_tone": {"seed": 9}}},
        {"job": {"language": "de"}},
        {"job": {"name": "other"}},
        {"voices": {"reader": VOICES["narrator"]}},
        {"voices": {"narrator": VOICES["narrator"] | {"seed": 1}}},
        {"chapters": ["2"]},
    ],
    ids=json.dumps,
)
def test_what_goes_into_the_files_of_a_chapter_changes_its_digest(
    desk: Desk, keys: dict[str, object]
) -> None:
    assert digests(desk, **keys)[0] != digests(desk)[0]  # type: ignore[arg-type]


def test_the_id_of_a_written_segment_changes_the_digest(desk: Desk) -> None:
    plain, named = ({"segments": [{"text": "A line.", "id": id_}]} for id_ in (None, "greeting"))
    assert digests(desk, documents=[plain]) != digests(desk, documents=[named])


@pytest.mark.parametrize(
    "keys",
    [{"render": {"concurrency": 2}}, {"output": {"dir": "elsewhere"}}, {"job": {"title": "A Book"}}],
    ids=json.dumps,
)
def test_what_goes_into_none_of_its_files_does_not(desk: Desk, keys: dict[str, object]) -> None:
    assert digests(desk, **keys) == digests(desk)
