"""A plan is written as a draft, put into the ledger, and read back a piece at a time."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ledger_values import (
    JOB,
    SETTINGS,
    TARIFF,
    VOICE,
    chapters_of,
    draft_of,
    fail,
    fingerprint,
    live,
    pending,
    plan_head,
    plan_of,
    record_of,
    render,
    replace_plan,
    sha256,
    start,
    take_of,
)

from batchtts.errors import LedgerError, PlanError, TextRejected
from batchtts.job import Boundary
from batchtts.ledger import pages, replacing
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.model import Chapter, Locator, Master, Span

HASHES_AND_IDS = """
    SELECT chapter.id, segment.position, segment.id, hash, text, json FROM segment
    JOIN chapter ON chapter.position = segment.chapter
    JOIN fingerprint ON fingerprint.id = segment.fingerprint
    JOIN setting ON setting.id = fingerprint.setting ORDER BY segment.number
"""


def chapter_with(**changes: object) -> Chapter:
    """Return a chapter of one segment, of which some fields are not as usual."""
    [chapter] = chapters_of(["one"])
    return replace(chapter, segments=(replace(chapter.segments[0], **changes),))


def named(number: int, *ids: str) -> Chapter:
    """Return a chapter whose segments have these ids."""
    [*_, chapter] = chapters_of(*[[f"{number} {id_}" for id_ in ids]] * number)
    return replace(
        chapter,
        segments=tuple(replace(own, id=id_) for own, id_ in zip(chapter.segments, ids, strict=True)),
    )


def n_rows(ledger: Ledger, table: str) -> int:
    return ledger.ask(lambda db: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def changes(ledger: Ledger) -> int:
    return ledger.ask(lambda db: db.total_changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"boundary": Boundary.SCENE_BREAK, "seconds": 0.1},
        {
            "span": Span(
                document="a.epub", start=3, end=6, locator=Locator(href="b.xhtml", xpath="/html/p[2]")
            )
        },
        {"settings": {**SETTINGS, "speed": 0.8, "seed": 7, "length_seconds": 2.5}, "speed": 0.8, "seed": 7}
        | {"length_seconds": 2.5},
        {"text": "naïve “quotes”\n𝄞", "voice": JOB.voices["other"]},
    ],
)
def test_a_chapter_comes_back_as_it_was_planned(ledger: Ledger, changes: dict[str, object]) -> None:
    chapter = chapter_with(**changes)
    with draft_of([chapter]) as draft:
        assert draft.chapter(chapter.id, JOB) == chapter
        ledger.replace_plan(draft)
    assert ledger.chapter(chapter.id, JOB) == chapter
    assert ledger.segment(chapter.segments[0].id, JOB) == chapter.segments[0]


def test_what_chapters_share_comes_back_as_it_was_planned(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    assert ledger.plan(JOB) == plan_head()
    assert (ledger.inputs(), ledger.planned_chapters()) == (repr((["one"],)), ["chapter-1"])


def test_segments_that_share_settings_share_one_mapping(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    one, two = ledger.chapter("chapter-1", JOB).segments
    assert one.settings is two.settings


def test_a_chapter_or_a_plan_that_is_not_there_is_named(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no chapter chapter-9"):
        ledger.chapter("chapter-9", JOB)
    with pytest.raises(LedgerError, match="no plan"):
        ledger.plan(JOB)
    assert ledger.segment("chapter-9/0000", JOB) is None


def test_an_id_that_comes_twice_is_refused_with_both_places() -> None:
    chapters = [named(1, "a", "b"), named(2, "c", "b"), named(3, "a")]
    with pytest.raises(PlanError) as caught:
        draft_of(chapters)
    told = [(problem.where, problem.what) for problem in caught.value.problems]
    assert told == [
        ("book.txt: line 2", "the segment's id 'b' is that of another, at book.txt: line 2"),
        ("book.txt: line 1", "the segment's id 'a' is that of another, at book.txt: line 1"),
    ]


def test_no_more_than_a_hundred_ids_are_named() -> None:
    with pytest.raises(PlanError) as caught:
        draft_of([named(1, *map(str, range(200))), named(2, *map(str, range(200)))])
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1].what == "and more ids that come twice"


def test_what_is_wrong_with_a_plan_goes_through_its_draft() -> None:
    def chapters() -> Iterator[Chapter]:
        yield from chapters_of(["one"])
        raise PlanError([])

    with pytest.raises(PlanError):
        draft_of(chapters())


def test_equal_texts_share_a_fingerprint_within_and_across_chapters(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two", "one"], ["two", "one"])
    assert n_rows(ledger, "fingerprint") == 2
    assert asyncio.run(keep(ledger, "one")) == ()
    assert [chapter.states["done"] for chapter in ledger.chapter_states()] == [2, 1]
    assert asyncio.run(keep(ledger, "two")) == ("chapter-1", "chapter-2")
    ledger.drop(take_of("one"), "damaged")
    assert [chapter.states["done"] for chapter in ledger.chapter_states()] == [1, 1]
    assert [chapter.audio_seconds for chapter in ledger.chapter_states()] == [1.0, 1.0]


async def keep(ledger: Ledger, text: str) -> tuple[str, ...]:
    async with ledger.attempt(fingerprint(text), characters=1, durable=False, tariff=TARIFF) as attempt:
        return await attempt.keep(record_of(text))


@pytest.mark.parametrize("many", [0.0, 100.0])
@pytest.mark.parametrize(
    "after",
    [
        (["one", "two"], ["three"]),
        (["one", "2", "two"], ["three"]),
        (["one", "2"], ["three"]),
        (["three"], ["one", "two"]),
        (["three"],),
        (["one", "two"], ["three"], ["four", "one"], ["five"]),
        (),
    ],
)
def test_a_plan_takes_the_place_of_another_whole(
    ledger: Ledger, after: tuple[list[str], ...], many: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_MANY", many)  # indexes are made anew, or are not
    replace_plan(ledger, ["one", "two"], ["three"])
    schema = "SELECT name, sql FROM sqlite_schema ORDER BY name"
    before = ledger.ask(lambda db: db.execute(schema).fetchall())
    for text in ("two", "four"):
        asyncio.run(render(ledger, text))
    with plan_of(*after) as draft:
        ledger.replace_plan(draft)
        expected = draft.ask(lambda db: db.execute(HASHES_AND_IDS).fetchall())
    assert ledger.ask(lambda db: db.execute(HASHES_AND_IDS).fetchall()) == expected
    assert [chapter.states["done"] for chapter in ledger.chapter_states()] == [
        sum(text in {"two", "four"} for text in texts) for texts in after
    ]
    assert ledger.ask(lambda db: db.execute(schema).fetchall()) == before


def test_what_was_known_by_its_hash_only_is_described_by_a_plan(ledger: Ledger) -> None:
    texts = ["one", "two", "three", "four", "five"]
    for seed, text in enumerate(texts[:4]):
        ledger.ask_retake(fingerprint(text), why="mumbled", seed=seed)
    replace_plan(ledger, texts)
    assert [(asked.segment.text, asked.seed) for asked in pending(ledger)] == list(
        zip(texts, [0, 1, 2, 3, 0], strict=True)
    )


def test_chapters_that_stay_as_they_were_are_not_written_again(ledger: Ledger) -> None:
    texts = [str(number) for number in range(500)]
    replace_plan(ledger, texts, ["one"])
    before = changes(ledger)
    replace_plan(ledger, texts, ["two"])
    assert changes(ledger) - before < 20


def test_a_chapter_whose_place_has_moved_keeps_its_current_master(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"], ["two"])
    for text in ("one", "two"):
        asyncio.run(render(ledger, text))
    for chapter in ledger.chapter_states():
        master = Master(chapter=chapter.id, recipe="r", sample_rate=24_000, n_samples=1, files=())
        ledger.keep_master(master, basis=chapter.digest)
    replace_plan(ledger, ["one", "one"], ["two"])
    assert ledger.whole_chapters() == [("chapter-1", False), ("chapter-2", True)]


def test_a_plan_that_cannot_be_stored_changes_nothing(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    with plan_of(["two"], ["three"]) as draft:
        draft.ask(lambda db: db.execute("PRAGMA ignore_check_constraints = ON"))
        draft.ask(lambda db: db.execute("UPDATE chapter SET parts = 'no JSON' WHERE position = 1"))
        with pytest.raises(LedgerError, match="CHECK"):
            ledger.replace_plan(draft)
    assert [asked.segment.text for asked in pending(ledger)] == ["one"]
    replace_plan(ledger, ["two"], ["three"])
    assert [asked.segment.text for asked in pending(ledger)] == ["two", "three"]


def test_a_long_plan_is_read_in_pages(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_CHAPTERS_AT_ONCE", 2)
    texts = [[f"{chapter} {number}" for number in range(700)] for chapter in range(3)]
    replace_plan(ledger, *texts)
    assert [asked.segment.text for asked in pending(ledger)] == [text for own in texts for text in own]
    assert len(list(ledger.holes())) == 2100


def test_a_draft_learns_what_a_ledger_knows_of_its_texts(folder: Path) -> None:
    with start(folder) as ledger:
        replace_plan(ledger, ["one", "two", "old"])
        for text in ("one", "old"):
            asyncio.run(render(ledger, text))
        asyncio.run(fail(ledger, "two", TextRejected("no letters")))
        asyncio.run(fail(ledger, "three", TextRejected("no letters")))
        ledger.ask_retake(fingerprint("three"), why="it has some", seed=3)
    with plan_of(["one", "three", "two"], ["new"]) as draft:
        with LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
            draft.learn(reader)
        assert live(draft) == {fingerprint("one"): take_of("one")}
        assert [hole.text for hole in draft.holes(only_failed=True)] == ["two"]
        assert [(asked.segment.text, asked.seed) for asked in pending(draft)] == [("three", 3), ("new", 0)]
        assert draft.counts() == {"done": 1, "rendering": 0, "failed": 1, "pending": 2}


class _Overtaken(Readable):
    """A ledger in which something happens after each answer, as it does while a run goes on."""

    def __init__(self, ledger: Ledger, *happenings: Callable[[], None]) -> None:
        self._ledger = ledger
        self._happenings = iter(happenings)

    def ask(self, question: Callable[[sqlite3.Connection], Any]) -> Any:
        answer = self._ledger.ask(question)
        next(self._happenings, lambda: None)()
        return answer


def test_a_draft_learns_from_a_ledger_that_a_run_writes_to(ledger: Ledger) -> None:
    def begin() -> None:
        attempt = ledger.attempt(fingerprint("two"), characters=3, durable=True, tariff=TARIFF)
        asyncio.run(attempt.__aenter__())

    def begin_again() -> None:
        ledger.end_run("killed")
        ledger.start_run(version="1.0", manifest_sha256="0")
        begin()

    def replace_take() -> None:
        ledger.drop(take_of("one"), "damaged")
        asyncio.run(render(ledger, "one", number=2))

    asyncio.run(render(ledger, "one"))
    begin()
    with plan_of(["one", "two"]) as draft:
        draft.learn(_Overtaken(ledger, replace_take, lambda: None, lambda: None, begin_again))
        assert live(draft) == {fingerprint("one"): take_of("one", number=2)}
        assert draft.counts() == {"done": 1, "rendering": 1, "failed": 0, "pending": 0}


def test_a_draft_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with plan_of(*[[f"{chapter} {number} {'x' * 500}" for number in range(1000)] for chapter in range(30)]):
        assert list(tmp_path.iterdir()) == []


def test_the_ids_of_a_chapter_can_go_to_another(ledger: Ledger) -> None:
    for inputs, chapters in (("1", [named(1, "a"), named(2, "b")]), ("2", [named(1, "b"), named(2, "a")])):
        with draft_of([replace(chapter, digest=sha256(inputs)) for chapter in chapters], inputs) as draft:
            ledger.replace_plan(draft)
    assert [asked.segment.id for asked in pending(ledger)] == ["b", "a"]


def test_texts_are_asked_for_in_the_name_of_the_voice_that_has_them_first(ledger: Ledger) -> None:
    [first] = chapters_of(["one"], voice=JOB.voices["twin"])
    [_, second] = chapters_of([], ["one", "two"], voice=VOICE)
    with draft_of([first, second]) as draft:
        ledger.replace_plan(draft)
    assert [(share.voice, share.n_segments) for share in ledger.lacking()] == [("narrator", 1), ("twin", 1)]
    assert [(share.voice, share.n_segments) for share in ledger.voices()] == [("narrator", 2), ("twin", 1)]
    for voice, texts in (("twin", ["one"]), ("narrator", ["two"]), ("other", [])):
        assert [asked.segment.text for asked in pending(ledger, voices=[voice])] == texts
