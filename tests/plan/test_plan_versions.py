"""The same texts by several voices, and in several takes by each of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_desk import ENGINE, VOICES, Desk, Planned

from batchtts.errors import ManifestError, PlanError
from batchtts.plan.voicing import EngineInfo

TWO = VOICES | {"child": {"engine": "tone", "voice": "high", "seed": 7}}
SRT = "1\n00:00:01,000 --> 00:00:02,000\nA line.\n"
MUTE_TO_CYRILLIC = EngineInfo(replace(ENGINE.traits, scripts=frozenset({"LATIN"})), ENGINE.voices)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def spoken(plan: Planned) -> list[tuple[str, str, int, str | None]]:
    return [(each.id, each.voice.name, each.seed, each.text_id) for each in plan.segments()]


def test_each_voice_reads_everything_as_often_as_wanted(desk: Desk) -> None:
    plan = desk.plan(
        voices=TWO, documents=[{"text": "Aye.", "title": "One", "voices": ["child", "narrator"], "takes": 2}]
    )
    assert [(each.number, each.id, each.slug, each.title) for each in plan.chapters] == [
        (1, "job-ch01-child", "01-child-one", "One"),
        (2, "job-ch01-child-t2", "01-child-t2-one", "One"),
        (3, "job-ch01-narrator", "01-narrator-one", "One"),
        (4, "job-ch01-narrator-t2", "01-narrator-t2-one", "One"),
    ]
    assert spoken(plan) == [
        ("job-ch01-0000-child", "child", 7, "job-ch01-0000"),
        ("job-ch01-0000-child-t2", "child", 8, "job-ch01-0000"),
        ("job-ch01-0000-narrator", "narrator", 0, "job-ch01-0000"),
        ("job-ch01-0000-narrator-t2", "narrator", 1, "job-ch01-0000"),
    ]


def test_ids_of_first_takes_are_the_same_without_others(desk: Desk) -> None:
    once = desk.plan(documents=[{"text": "One end. Another."}])
    twice = desk.plan(documents=[{"text": "One end. Another.", "takes": 2}])
    assert spoken(twice)[:2] == spoken(once)
    assert spoken(twice)[2:] == [
        ("job-ch01-0000-t2", "narrator", 1, "job-ch01-0000"),
        ("job-ch01-0001-t2", "narrator", 1, "job-ch01-0001"),
    ]
    assert [each.fingerprint for each in twice.segments()][:2] == [
        each.fingerprint for each in once.segments()
    ]


def test_chapters_come_one_after_the_other_each_in_all_versions(desk: Desk) -> None:
    plan = desk.plan("# One\n\nA.\n\n# Two\n\nB.\n", documents=[{"path": "book.md", "takes": 2}])
    assert [(each.number, each.slug) for each in plan.chapters] == [
        (1, "01-one"), (2, "01-t2-one"), (3, "02-two"), (4, "02-t2-two"),
    ]  # fmt: skip


def test_a_row_that_names_its_voice_is_spoken_by_that_one_alone_but_in_all_takes(desk: Desk) -> None:
    desk.lines({"text": "A.", "id": "a"}, {"text": "B.", "id": "b", "voice": "narrator", "seed": 5})
    plan = desk.plan(
        voices=TWO, documents=[{"path": "lines.jsonl", "voices": ["child", "narrator"], "takes": 2}]
    )
    assert spoken(plan) == [
        ("a-child", "child", 7, "a"),
        ("b-narrator", "narrator", 5, "b"),
        ("a-child-t2", "child", 8, "a"),
        ("b-narrator-t2", "narrator", 6, "b"),
        ("a-narrator", "narrator", 0, "a"),
        ("a-narrator-t2", "narrator", 1, "a"),
    ]


def test_a_chapter_in_which_a_voice_has_nothing_to_say_is_none_of_its_own(desk: Desk) -> None:
    desk.lines({"text": "A.", "voice": "child"})
    plan = desk.plan(voices=TWO, documents=[{"path": "lines.jsonl", "voices": ["narrator", "child"]}])
    assert [each.id for each in plan.chapters] == ["job-ch01-narrator"]


def test_texts_are_cut_for_the_voice_that_can_say_the_least(desk: Desk) -> None:
    short = EngineInfo(replace(ENGINE.traits, max_characters=30), ENGINE.voices)
    voices = VOICES | {"other": {"engine": "other", "voice": "hum"}}
    text = "A sentence that has a middle, and an end, and more of it than one engine says."
    plan = desk.plan(engine=short, voices=voices, documents=[{"text": text, "voices": ["other", "narrator"]}])
    first, second = plan.chapters
    assert [each.text for each in first.segments] == [each.text for each in second.segments]
    assert max(len(each.text) for each in first.segments) <= 30


def test_a_text_that_one_of_the_voices_cannot_speak_is_left_out_for_all(desk: Desk) -> None:
    voices = VOICES | {"other": {"engine": "other", "voice": "hum"}}
    plan = desk.plan(
        engine=MUTE_TO_CYRILLIC,
        voices=voices,
        limits={"unspeakable": "leave_out"},
        documents=[{"text": "Да, да. Well, yes.", "voices": ["other", "narrator"]}],
    )
    assert [(each.id, each.text) for each in plan.segments()] == [
        ("job-ch01-0000-other", "Well, yes."), ("job-ch01-0000-narrator", "Well, yes."),
    ]  # fmt: skip
    assert len(plan.head.warnings) == 1


def test_seeds_go_on_at_zero_after_the_last(desk: Desk) -> None:
    voices = {"narrator": {"engine": "tone", "voice": "hum", "seed": 2**32 - 1}}
    plan = desk.plan(voices=voices, documents=[{"text": "A.", "takes": 2}])
    assert [each.seed for each in plan.segments()] == [2**32 - 1, 0]


# --- What cannot be --------------------------------------------------------------------------------------


def test_takes_of_an_engine_that_speaks_the_same_every_time_are_refused(desk: Desk) -> None:
    unseeded = EngineInfo(replace(ENGINE.traits, seeded=False), ENGINE.voices)
    with pytest.raises(PlanError, match="takes: tone speaks a text in the same way every time") as caught:
        desk.plan(engine=unseeded, documents=[{"text": "A.", "takes": 2}])
    assert [(problem.where, problem.hint) for problem in caught.value.problems] == [
        (f"{(desk.folder / 'job.yaml').as_posix()}:1:76", "Leave `takes` out for its voices.")
    ]


@pytest.mark.parametrize("keys", [{"takes": 2}, {"voices": ["child", "narrator"]}])
def test_subtitles_are_read_once(desk: Desk, keys: dict[str, object]) -> None:
    desk.write("film.srt", SRT)
    with pytest.raises(PlanError, match="subtitles have one slot for each of theirs"):
        desk.plan(voices=TWO, documents=[{"path": "film.srt", **keys}])


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"voice": "child", "voices": ["narrator"]}, "documents[0]: has voice and voices"),
        ({"voices": ["child", "child"]}, "documents[0].voices: names child twice"),
        ({"voices": []}, "documents[0].voices: must have at least one entry"),
        ({"voices": ["chidl"]}, 'documents[0].voices[0]: there is no voice "chidl"'),
        ({"takes": 0}, 'documents[0].takes: must be a whole number from 1 to 1000, not "0"'),
    ],
)
def test_a_manifest_that_asks_for_other_versions_is_refused(
    desk: Desk, keys: dict[str, object], what: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        desk.plan(voices=TWO, documents=[{"text": "A.", **keys}])
    assert what in str(caught.value)


# --- Whatever the texts ----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    text=st.text(st.sampled_from("Ab. ,!\n#*д’"), max_size=60).map(lambda text: f"{text}\n\nx."),
    voices=st.permutations(["child", "narrator"]),
    takes=st.integers(1, 3),
)
def test_all_versions_say_the_same_in_the_same_order(
    tmp_path_factory: pytest.TempPathFactory, text: str, voices: list[str], takes: int
) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    plan = desk.plan(text, voices=TWO, documents=[{"path": "book.md", "voices": voices, "takes": takes}])
    once = desk.plan(text)
    n_versions = len(voices) * takes
    assert len(plan.chapters) == n_versions * len(once.chapters)
    for at, chapter in enumerate(plan.chapters):
        original = once.chapters[at // n_versions]
        assert [(each.text_id, each.text) for each in chapter.segments] == [
            (each.id, each.text) for each in original.segments
        ]
    assert len({each.id for each in plan.segments()}) == sum(1 for _ in plan.segments())
