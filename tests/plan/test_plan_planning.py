"""From a job and its documents to chapters and segments."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from planning_desk import ENGINE, VOICES, Desk, Planned

from batchtts.errors import PlanError
from batchtts.job import Boundary
from batchtts.plan.findings import MOST_LISTED
from batchtts.plan.voicing import EngineInfo


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def shape(plan: Planned) -> list[tuple[str, str]]:
    return [(segment.text, str(segment.boundary)) for segment in plan.segments()]


# --- Chapters and segments -------------------------------------------------------------------------------


def test_every_kind_of_boundary_follows_its_segment(desk: Desk) -> None:
    plan = desk.plan("# One\n\nA first. A second.\n\nA third.\n\n* * *\n\nA fourth.\n\n# Two\n\nA fifth.\n")
    assert shape(plan) == [
        ("One", "heading"),
        ("A first.", "segment"),
        ("A second.", "paragraph"),
        ("A third.", "scene_break"),
        ("A fourth.", "chapter"),
        ("Two", "heading"),
        ("A fifth.", "chapter"),
    ]


def test_a_scene_break_at_the_edge_of_a_chapter_is_none(desk: Desk) -> None:
    plan = desk.plan("* * *\n\nA line.\n\n* * *\n")
    assert shape(plan) == [("A line.", Boundary.CHAPTER)]


def test_ids_numbers_and_file_names_follow_reading_order(desk: Desk) -> None:
    plan = desk.plan("# One\n\nA line.\n\n# Two\n\nA line.\n")
    assert [(chapter.number, chapter.id, chapter.slug) for chapter in plan.chapters] == [
        (1, "job-ch01", "01-one"),
        (2, "job-ch02", "02-two"),
    ]
    assert [segment.id for segment in plan.segments()] == [
        "job-ch01-0000", "job-ch01-0001", "job-ch02-0000", "job-ch02-0001",
    ]  # fmt: skip


def test_a_segment_knows_where_it_stands(desk: Desk) -> None:
    text = "# One\n\nA first line.\n\n   A second, *with* marks.\n"
    plan = desk.plan(text)
    *_, last = plan.segments()
    assert (last.text, last.span.document, last.span.locator.line) == ("A second, with marks.", "book.md", 5)


def test_a_written_segment_has_the_id_that_its_author_gave_it(desk: Desk) -> None:
    plan = desk.plan(documents=[{"segments": ["A.", {"text": "B.", "id": "greeting"}, "C."]}])
    assert [segment.id for segment in plan.segments()] == ["job-ch01-0000", "greeting", "job-ch01-0002"]


def test_a_chapter_knows_how_long_it_will_be_about(desk: Desk) -> None:
    pauses = {"segment": 1, "chapter_head": 2, "chapter_tail": 4}
    documents = [{"segments": [{"text": "A line.", "speed": 2}, {"text": "Another.", "length": 9}]}]
    plan = desk.plan(documents=documents, pauses=pauses)
    first, second = plan.segments()
    assert first.seconds == pytest.approx(7 / (ENGINE.traits.characters_per_second * 2))
    assert second.seconds == 9
    assert plan.chapters[0].seconds == pytest.approx(2 + first.seconds + 1 + 9 + 4)


def test_a_chapter_without_speech_is_none_and_takes_no_number(desk: Desk) -> None:
    plan = desk.plan(documents=[{"text": "A line."}, {"text": "…"}, {"text": "Another line."}])
    assert [(chapter.number, chapter.document) for chapter in plan.chapters] == [
        (1, "job.yaml:documents[0]"),
        (2, "job.yaml:documents[2]"),
    ]


def test_chapters_are_chosen_over_all_documents(desk: Desk) -> None:
    documents = [{"text": f"Line {number}.", "title": f"T{number}"} for number in range(4)]
    plan = desk.plan(documents=documents, chapters=["2-3", "T0"])
    assert [chapter.title for chapter in plan.chapters] == ["T0", "T1", "T2"]


def test_a_plan_is_the_same_every_time(desk: Desk) -> None:
    text = "# One\n\nA first. A second.\n"
    assert desk.plan(text) == desk.plan(text)


def test_texts_on_one_line_of_the_manifest_are_two_documents(desk: Desk) -> None:
    plan = desk.plan(documents=[{"text": "One."}, {"text": "Two."}])
    assert {name: info.text_sha256[:8] for name, info in plan.head.documents.items()} == {
        "job.yaml:documents[0]": sha256(b"One.").hexdigest()[:8],
        "job.yaml:documents[1]": sha256(b"Two.").hexdigest()[:8],
    }


def test_nothing_to_read_aloud_is_a_problem(desk: Desk) -> None:
    with pytest.raises(PlanError, match="nothing to read aloud"):
        desk.plan("“…”\n")


# --- Voices ----------------------------------------------------------------------------------------------

TWO = {
    "narrator": {"engine": "tone", "voice": "hum"},
    "child": {"engine": "tone", "voice": "high", "speed": 1.2},
}


def test_the_nearest_voice_speaks(desk: Desk) -> None:
    documents = [
        {"text": "By default."},
        {"text": "By the document.", "voice": "child"},
        {"segments": ["By the document.", {"text": "By itself.", "voice": "narrator"}], "voice": "child"},
    ]
    plan = desk.plan(voices=TWO, documents=documents)
    assert [segment.voice.name for segment in plan.segments()] == ["narrator", "child", "child", "narrator"]


def test_a_segment_may_set_what_its_voice_says(desk: Desk) -> None:
    own = {"text": "A line.", "speed": 2, "seed": 9, "length": 1.5}
    first, second = desk.plan(
        voices=TWO, documents=[{"segments": ["A line.", own], "voice": "child"}]
    ).segments()
    assert (first.speed, first.seed, first.length_seconds) == (1.2, 0, None)
    assert (second.speed, second.seed, second.length_seconds) == (2, 9, 1.5)
    assert first.fingerprint != second.fingerprint


def test_segments_of_equal_settings_share_one_mapping(desk: Desk) -> None:
    first, second, *_ = desk.plan("A first. A second. A third.").segments()
    assert first.settings is second.settings


def test_a_voice_that_nobody_uses_may_be_unknown_to_its_engine(desk: Desk) -> None:
    voices = {**TWO, "unused": {"engine": "tone", "voice": "boom"}}
    assert desk.plan("A line.", voices=voices).chapters


def test_every_voice_that_is_used_is_checked(desk: Desk) -> None:
    voices = {name: {"engine": "tone", "voice": "boom"} for name in ("a", "b", "c")}
    documents = [{"text": "A."}, {"text": "B.", "voice": "b"}, {"segments": [{"text": "C.", "voice": "c"}]}]
    with pytest.raises(PlanError) as caught:
        desk.plan(voices=voices, documents=documents)
    assert [problem.what.split(":")[0] for problem in caught.value.problems] == [
        "voices.a.voice", "voices.b.voice", "voices.c.voice",
    ]  # fmt: skip


# --- Limits ----------------------------------------------------------------------------------------------


def limited(**traits: object) -> EngineInfo:
    return replace(ENGINE, traits=replace(ENGINE.traits, **traits))  # type: ignore[arg-type]


LONG = "This is a sentence, which goes on for quite a while, and has commas, where it may be cut. " * 3


@pytest.mark.parametrize(
    ("limits", "engine", "most"),
    [
        ({"max_chars": 40}, ENGINE, 40),
        ({}, limited(max_characters=50), 50),
        ({"max_chars": 40}, limited(max_characters=50), 40),
        ({"max_seconds": 5}, ENGINE, 60),
        ({"max_seconds": 5}, limited(characters_per_second=10.0), 40),
        ({"max_seconds": 5, "max_chars": 30}, ENGINE, 30),
    ],
    ids=str,
)
def test_no_segment_is_longer_than_job_and_engine_allow(
    desk: Desk, limits: dict[str, object], engine: EngineInfo, most: int
) -> None:
    texts = [segment.text for segment in desk.plan(LONG, limits=limits, engine=engine).segments()]
    assert most / 2 < max(map(len, texts)) <= most
    assert " ".join(texts) == LONG.strip()


def test_a_voice_that_speaks_faster_says_more_in_the_same_time(desk: Desk) -> None:
    def longest(speed: float) -> int:
        voices = {"narrator": {"engine": "tone", "voice": "hum", "speed": speed}}
        plan = desk.plan(LONG, limits={"max_seconds": 3}, voices=voices)
        return max(len(segment.text) for segment in plan.segments())

    assert longest(1) <= 36 < longest(2)


def test_a_written_segment_that_is_too_long_is_refused_not_split(desk: Desk) -> None:
    with pytest.raises(PlanError) as caught:
        desk.plan(
            limits={"max_chars": 10}, documents=[{"segments": ["Short.", "Much too long.", "Also too long."]}]
        )
    assert ["14 characters, 10 are allowed" in problem.what for problem in caught.value.problems] == [
        True,
        True,
    ]


@pytest.mark.parametrize(("limits", "told"), [({"max_chars": 30}, False), ({"max_seconds": 3}, True)])
def test_who_is_refused_a_segment_is_told_if_its_seconds_are_why(
    desk: Desk, limits: dict[str, float], told: bool
) -> None:
    with pytest.raises(PlanError) as caught:
        desk.plan(
            limits=limits, documents=[{"segments": ["Much too long, by its seconds or by its letters."]}]
        )
    [problem] = caught.value.problems
    assert ("limits.max_seconds" in (problem.hint or "")) == told


def test_a_written_segment_that_says_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(PlanError, match="no letter and no digit"):
        desk.plan(documents=[{"segments": ["A line.", "* * *"]}])


def test_a_paragraph_that_says_nothing_is_passed_over(desk: Desk) -> None:
    assert [text for text, _ in shape(desk.plan("A line.\n\n“…”\n\nAnother.\n"))] == ["A line.", "Another."]


SLOW = limited(speeds=(0.5, 1.5))


@pytest.mark.parametrize(
    ("segment", "what"),
    [
        ({"speed": 2}, "speed: tone speaks at 0.5 to 1.5, not 2.0"),
        ({"voice": "child"}, "voices.child.speed: tone speaks at 0.5 to 1.5, not 1.6"),
    ],
    ids=str,
)
def test_what_the_engine_cannot_do_is_refused(desk: Desk, segment: dict[str, object], what: str) -> None:
    voices = {**TWO, "child": {**TWO["child"], "speed": 1.6}}
    with pytest.raises(PlanError) as caught:
        desk.plan(engine=SLOW, voices=voices, documents=[{"segments": [{"text": "A line.", **segment}]}])
    assert [problem.what for problem in caught.value.problems] == [what]


def test_a_text_that_the_engine_cannot_speak_is_refused_with_what_to_do(desk: Desk) -> None:
    with pytest.raises(PlanError) as caught:
        desk.plan("He said “да”.", engine=limited(scripts=frozenset({"LATIN"})))
    [problem] = caught.value.problems
    assert problem.what == "tone cannot speak '“да”.' in 'He said “да”.'"
    assert "limits.unspeakable" in (problem.hint or "")


def test_a_setting_that_the_engine_does_not_know_is_refused(desk: Desk) -> None:
    voices = {"narrator": {**VOICES["narrator"], "settings": {"warmth": 1}}}
    with pytest.raises(PlanError, match=r"voices\.narrator\.settings: tone knows no setting 'warmth'"):
        desk.plan("A line.", voices=voices)


def test_engines_of_two_sample_rates_do_not_share_a_chapter(desk: Desk) -> None:
    voices = {**TWO, "guest": {"engine": "other", "voice": "hum"}}
    documents = [{"segments": ["A line.", {"text": "Another.", "voice": "guest"}], "title": "Both"}]
    with pytest.raises(PlanError, match=r"chapter 'Both' would mix engines .*tone \(8000 Hz\) and other"):
        desk.plan(voices=voices, documents=documents, engine=limited(sample_rate=8000))


@pytest.mark.parametrize("seconds", [0.5, 1.2])
def test_a_time_in_which_nothing_can_be_said_is_refused(desk: Desk, seconds: float) -> None:
    with pytest.raises(PlanError, match=f"limits.max_seconds: in {seconds} s voice 'narrator' says about"):
        desk.plan("A line.", limits={"max_seconds": seconds})


# --- Very many problems ----------------------------------------------------------------------------------


def test_of_very_many_problems_the_first_are_listed_and_the_rest_of_the_chapter_counted(desk: Desk) -> None:
    documents = [{"segments": ["…"] * (MOST_LISTED + 7), "title": f"T{number}"} for number in range(3)]
    with pytest.raises(PlanError) as caught:
        desk.plan(documents=documents)
    *listed, last = caught.value.problems
    assert len(listed) == MOST_LISTED
    assert (last.where, last.what) == ("up to the end of 'T0'", "and 7 more problems")


def test_problems_of_all_chapters_come_at_once(desk: Desk) -> None:
    with pytest.raises(PlanError) as caught:
        desk.plan(documents=[{"segments": ["…"]}, {"segments": ["A line."]}, {"segments": ["—"]}])
    assert [problem.where for problem in caught.value.problems] == [
        "job.yaml:documents[0]: line 1",
        "job.yaml:documents[2]: line 1",
    ]


def test_of_very_many_warnings_the_first_are_listed_and_the_rest_counted(desk: Desk) -> None:
    texts = ["A line.", *["Ж"] * (MOST_LISTED + 1)]
    plan = desk.plan(
        documents=[{"segments": texts}],
        limits={"unspeakable": "leave_out"},
        engine=limited(scripts=frozenset({"LATIN"})),
    )
    *listed, last = plan.head.warnings
    assert (len(listed), last) == (MOST_LISTED, "and 1 more warning")
