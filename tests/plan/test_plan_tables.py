"""A table of lines is planned as the same segments would be that are written out in a manifest."""

import json
import tracemalloc
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_desk import VOICES, Desk

from batchtts.errors import InputError, PlanError
from batchtts.model import Locator, Segment

TWO = VOICES | {"child": {"engine": "tone", "voice": "high", "speed": 1.2}}
TABLE = [{"path": "lines.jsonl"}]
LETTERS = st.sampled_from("aZé7д漢 \n\t\u00a0\u00ad“’.—🙂\u200d")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(**more: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    optional = {
        "voice": st.sampled_from(["narrator", "child", None]),
        "speed": st.sampled_from([1, 1.5, 2.0, None]),
        "seed": st.sampled_from([0, 7, 7.0, 2**32 - 1]),
        "length": st.sampled_from([1, 2.5]),
        **more,
    }
    texts = st.text(LETTERS, max_size=30).map(lambda text: text + "x")
    return st.fixed_dictionaries({"text": texts}, optional=optional)


def placeless(segment: Segment) -> Segment:
    """Return a segment without what must differ: the document, and the line in it."""
    return replace(segment, span=replace(segment.span, document="", locator=Locator()))


def without_chapter(row: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != "chapter"}


@settings(max_examples=100)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_a_table_is_what_its_segments_are_written_out(
    tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, object]]
) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    found = [row | {"id": f"own-{number}" if number % 2 else None} for number, row in enumerate(found)]
    desk.lines(*found)
    read = desk.plan(voices=TWO, documents=TABLE)
    written = desk.plan(voices=TWO, documents=[{"segments": found}])
    assert list(map(placeless, read.segments())) == list(map(placeless, written.segments()))
    [info], [other] = read.head.documents.values(), written.head.documents.values()
    assert info.text_sha256 == other.text_sha256


@settings(max_examples=100)
@given(st.lists(rows(chapter=st.sampled_from(["One", "Two", 3])), min_size=1, max_size=12))
def test_chapters_of_a_table_are_what_documents_of_their_segments_would_be(
    tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, object]]
) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    found = [{"chapter": "Untitled"} | row for row in found]
    desk.lines(*found)
    documents = [
        {"title": str(title), "segments": [without_chapter(row) for row in group]}
        for title, group in groupby(found, key=itemgetter("chapter"))
    ]
    read = desk.plan(voices=TWO, documents=TABLE)
    written = desk.plan(voices=TWO, documents=documents)
    assert [(each.id, each.title, each.slug, each.seconds) for each in read.chapters] == [
        (each.id, each.title, each.slug, each.seconds) for each in written.chapters
    ]
    assert [(each.id, each.fingerprint, each.boundary) for each in read.segments()] == [
        (each.id, each.fingerprint, each.boundary) for each in written.segments()
    ]


def test_spans_count_from_the_beginning_of_the_table(desk: Desk) -> None:
    texts = ["First.", "Second one.", "Third.", "Last."]
    desk.lines(*({"text": text, "chapter": number // 2} for number, text in enumerate(texts)))
    whole = "\n\n".join(texts)
    spans = [segment.span for segment in desk.plan(documents=TABLE).segments()]
    assert [whole[span.start : span.end] for span in spans] == texts
    assert [str(span.locator) for span in spans] == ["line 1", "line 2", "line 3", "line 4"]


VALUES = st.sampled_from(
    [0, 1, -1, 0.25, 4, 4.5, 300, 300.5, 7.0, 2**32 - 1, 2**32, "1", "a b", "", "A-1", [], {}]
)


@settings(max_examples=150)
@given(key=st.sampled_from(["speed", "seed", "length", "id"]), value=VALUES)
def test_a_line_takes_the_values_that_a_manifest_takes(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    row = {"text": "A line.", key: value}
    desk.lines(row)
    found = []
    for documents in (TABLE, [{"segments": [row]}]):
        try:
            [segment] = desk.plan(documents=documents).segments()
            found.append(placeless(segment))
        except InputError:
            found.append(None)
    assert found[0] == found[1]


# --- Selections and voices -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    [
        {"documents": [{"path": "lines.jsonl", "chapters": "Two"}]},
        {"documents": [{"path": "lines.jsonl", "chapters": 2}]},
        {"documents": TABLE, "chapters": "2"},
    ],
    ids=json.dumps,
)
def test_chapters_of_a_table_may_be_chosen(desk: Desk, keys: dict[str, object]) -> None:
    desk.lines(*({"text": f"In {title}.", "chapter": title} for title in ("One", "Two", "Three")))
    [chapter] = desk.plan(**keys).chapters
    assert (chapter.number, chapter.title) == (1, "Two")
    assert [segment.text for segment in chapter.segments] == ["In Two."]


def test_a_voice_that_there_is_not_is_named_with_its_first_place(desk: Desk) -> None:
    desk.lines({"text": "A."}, *[{"text": "B.", "voice": "narator"}] * 2, {"text": "C.", "voice": "nobody"})
    with pytest.raises(PlanError) as caught:
        desk.planner(documents=TABLE)
    assert [(problem.where, problem.what, problem.hint) for problem in caught.value.problems] == [
        ("lines.jsonl:2:25", "voice: there is no voice 'narator'", "Did you mean narrator?"),
        ("lines.jsonl:4:25", "voice: there is no voice 'nobody'", "The manifest has narrator."),
    ]


def test_voices_of_chapters_that_are_not_wanted_need_not_exist(desk: Desk) -> None:
    desk.lines({"text": "A.", "chapter": "One"}, {"text": "B.", "chapter": "Two", "voice": "nobody"})
    assert len(desk.plan(documents=TABLE, chapters="One").chapters) == 1


def test_a_voice_of_a_line_is_looked_for_in_its_engine(desk: Desk) -> None:
    desk.lines({"text": "A.", "voice": "bad"})
    voices = VOICES | {"bad": {"engine": "tone", "voice": "boom"}}
    with pytest.raises(PlanError, match=r"voices\.bad\.voice: tone has no voice 'boom'"):
        desk.planner(voices=voices, documents=TABLE)


def test_the_voice_of_the_document_reads_lines_that_name_none(desk: Desk) -> None:
    desk.lines({"text": "A."}, {"text": "B.", "voice": "narrator"})
    plan = desk.plan(voices=TWO, documents=[{"path": "lines.jsonl", "voice": "child"}])
    assert [segment.voice.name for segment in plan.segments()] == ["child", "narrator"]


def test_what_a_line_cannot_be_is_named_with_its_line(desk: Desk) -> None:
    desk.lines({"text": "A."}, {"text": "…"}, {"text": "A line that is too long."})
    with pytest.raises(PlanError) as caught:
        desk.plan(documents=TABLE, limits={"max_chars": 10})
    assert [problem.where for problem in caught.value.problems] == [
        "lines.jsonl: line 2",
        "lines.jsonl: line 3",
    ]


# --- Speakers, splits and extra columns -----------------------------------------------------------------


def test_a_speaker_has_the_voice_that_goes_by_that_name(desk: Desk) -> None:
    desk.write("rows.csv", "text,speaker,voice\nA.,CHILD,\nB.,,\nC.,narrator,child\n")
    plan = desk.plan(voices=TWO, documents=["rows.csv"])
    assert [segment.voice.name for segment in plan.segments()] == ["child", "narrator", "child"]
    assert plan.head.warnings == ()


def test_speakers_without_a_voice_are_warned_of_once_with_how_often_they_come(desk: Desk) -> None:
    names = ["Chidl"] * 2 + [f"p{number}" for number in range(100)]
    desk.write("rows.csv", "text,speaker,chapter\n" + "".join(f"A.,{name},{name}\n" for name in names))
    first, *others, last = desk.plan(voices=TWO, documents=["rows.csv"]).head.warnings
    assert first == (
        "rows.csv: no voice of the manifest is called 'Chidl', the document's speaks (2 segments); is it child?"
    )
    assert len(others) == 39
    assert last == "rows.csv: no voice of the manifest is called as 61 more of its speakers are"


def test_the_voice_of_a_speaker_is_looked_for_in_its_engine(desk: Desk) -> None:
    desk.write("rows.csv", "text,speaker\nA.,bad\n")
    voices = VOICES | {"bad": {"engine": "tone", "voice": "boom"}}
    with pytest.raises(PlanError, match=r"voices\.bad\.voice: tone has no voice 'boom'"):
        desk.planner(voices=voices, documents=["rows.csv"])


def test_what_a_row_says_besides_its_text_changes_no_sound_but_the_digest_of_its_chapter(desk: Desk) -> None:
    columns = {"text": "text", "split": "part", "extra": ["mood"]}
    plans = []
    for row in ("A.,,", "A.,test,", "A.,test,glad"):
        desk.write("rows.csv", f"text,part,mood\n{row}\n")
        plans.append(desk.plan(documents=[{"path": "rows.csv", "columns": columns}]))
    found = [segment for plan in plans for segment in plan.segments()]
    assert [(segment.split, segment.extra) for segment in found] == [
        (None, {"mood": None}), ("test", {"mood": None}), ("test", {"mood": "glad"}),
    ]  # fmt: skip
    assert len({segment.fingerprint for segment in found}) == 1
    assert len({chapter.digest for plan in plans for chapter in plan.chapters}) == 3


# --- Memory ----------------------------------------------------------------------------------------------


def peak_of_planning(desk: Desk, n_lines: int) -> int:
    desk.lines(*({"text": f"This is line {n}.", "seed": n, "id": n} for n in range(n_lines)))
    planner = desk.planner(documents=TABLE)
    tracemalloc.start()
    try:
        n_segments = sum(len(chapter.segments) for chapter in planner.chapters())
        assert n_segments == n_lines
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_as_many_lines_are_planned_in_no_more_memory(desk: Desk) -> None:
    assert peak_of_planning(desk, 20_000) < 1.2 * peak_of_planning(desk, 2_000)
