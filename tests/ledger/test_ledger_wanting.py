"""What is asked for: once for each text, whatever is kept or dropped meanwhile, and within a scope."""

import asyncio
import random
from dataclasses import replace

import pytest
from ledger_values import (
    JOB,
    TARIFF,
    fail,
    failures,
    fingerprint,
    live,
    pending,
    plan_of,
    record_of,
    render,
    replace_plan,
    take_of,
)

from batchtts.errors import EngineUnavailable, LedgerError, TextRejected
from batchtts.ledger import pages
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.scope import Scope
from batchtts.model import Take

VOICES = frozenset(JOB.voices)
SECOND = Scope(chapters=frozenset({"chapter-2"}))


def is_odd(fingerprint: str) -> bool:
    return int(fingerprint[:8], 16) % 2 == 1


def is_even(fingerprint: str) -> bool:
    return not is_odd(fingerprint)


def texts_of(ledger: Ledger, scope: Scope, *, retry_failed: bool = False) -> list[str]:
    return [asked.segment.text for asked in pending(ledger, scope, retry_failed=retry_failed)]


@pytest.mark.parametrize("seed", range(5))
def test_no_text_is_asked_for_twice_while_takes_are_kept_and_dropped(
    ledger: Ledger, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.stretches, "__kwdefaults__", {"is_lacking": False, "longest": 7})
    chance = random.Random(seed)
    chapters = [[str(chance.randrange(300)) for _ in range(40)] for _ in range(10)]
    replace_plan(ledger, *chapters)
    asked: list[str] = []
    for each in ledger.pending(Scope(), JOB, retry_failed=True, voices=VOICES):
        asked.append(each.segment.text)
        asyncio.run(render(ledger, each.segment.text, number=each.number))
        if chance.random() < 0.3:
            ledger.drop(take_of(chance.choice(sorted(set(asked) - dropped(ledger)))), "damaged")
    assert asked == list(dict.fromkeys(text for texts in chapters for text in texts))


def dropped(ledger: Ledger) -> set[str]:
    names = {take.name for take in ledger.dropped_takes()}
    return {str(number) for number in range(300) if take_of(str(number)).name in names}


def test_takes_are_kept_by_many_while_the_next_texts_are_read(ledger: Ledger) -> None:
    chapters = [[str(number) for number in range(start, start + 600)] for start in (0, 600)]
    replace_plan(ledger, *chapters)

    async def render_all() -> None:
        queue = ledger.pending(Scope(), JOB, retry_failed=False, voices=VOICES)

        async def work() -> None:
            for asked in queue:
                await render(ledger, asked.segment.text, number=asked.number, durable=False)

        async with asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(work())

    asyncio.run(render_all())
    assert len(live(ledger)) == 1200
    assert ledger.spending()[0].n_attempts == 1200
    assert [state["done"] for state in (chapter.states for chapter in ledger.chapter_states())] == [600, 600]


def test_chapters_that_are_whole_are_not_looked_at(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"], ["two", "three"], ["four"])
    for text in ("one", "two", "four"):
        asyncio.run(render(ledger, text))
    assert list(pages.stretches(ledger.ask, Scope(), is_lacking=True)) == [(2, 3)]


def test_stretches_join_chapters_that_follow_each_other_and_are_not_too_long(ledger: Ledger) -> None:
    replace_plan(ledger, *[["a", "b", "c"] for _ in range(5)])
    scope = Scope(chapters=frozenset({"chapter-1", "chapter-2", "chapter-4"}))
    assert list(pages.stretches(ledger.ask, scope)) == [(1, 6), (10, 12)]
    assert list(pages.stretches(ledger.ask, scope, longest=4)) == [(1, 4), (5, 6), (10, 12)]


def test_of_equal_texts_the_first_within_the_scope_is_asked_for(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"], ["two", "three", "two"])
    assert [asked.segment.id for asked in pending(ledger)] == [
        *("chapter-1/0000", "chapter-1/0001", "chapter-2/0001"),
    ]
    assert [asked.segment.id for asked in pending(ledger, SECOND)] == ["chapter-2/0000", "chapter-2/0001"]
    assert [share.n_segments for share in ledger.lacking(SECOND)] == [2]
    assert [share.n_segments for share in ledger.voices(SECOND)] == [3]


def test_a_scope_of_chapters_counts_only_these(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"], ["two", "three"])
    asyncio.run(render(ledger, "two"))
    asyncio.run(fail(ledger, "three", TextRejected("no")))
    asyncio.run(fail(ledger, "one", EngineUnavailable("busy")))
    assert ledger.counts(SECOND) == {"done": 1, "rendering": 0, "failed": 1, "pending": 0}
    assert [hole.text for hole in ledger.holes(SECOND)] == ["three"]
    assert [hole.text for hole in ledger.holes(SECOND, only_failed=True)] == ["three"]
    assert not list(ledger.holes(Scope(chapters=frozenset({"chapter-1"})), only_failed=True))
    assert (texts_of(ledger, SECOND), texts_of(ledger, SECOND, retry_failed=True)) == ([], ["three"])


def test_a_failure_is_told_for_every_segment_that_has_the_text(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two", "one"], ["one"])
    asyncio.run(fail(ledger, "one", TextRejected("no letters")))
    assert [hole.segment for hole in ledger.holes(only_failed=True)] == [
        *("chapter-1/0000", "chapter-1/0002", "chapter-2/0000"),
    ]
    assert [chapter.states["failed"] for chapter in ledger.chapter_states()] == [2, 1]
    assert ledger.counts()["failed"] == 3


def test_many_failures_are_all_told(ledger: Ledger) -> None:
    replace_plan(ledger, [str(number) for number in range(600)])

    async def fail_all() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(600):
                group.create_task(refuse(ledger, str(number)))

    asyncio.run(fail_all())
    assert failures(ledger) == {fingerprint(str(number)): "no" for number in range(600)}


async def refuse(ledger: Ledger, text: str) -> None:
    try:
        async with ledger.attempt(fingerprint(text), characters=1, durable=False, tariff=TARIFF):
            raise TextRejected("no")
    except TextRejected:
        pass


def test_shards_share_out_everything_once(ledger: Ledger) -> None:
    texts = [[str(number % 70) for number in range(start, start + 50)] for start in (0, 50)]
    replace_plan(ledger, *texts)
    for number in range(0, 70, 3):
        asyncio.run(render(ledger, str(number)))
    asyncio.run(fail(ledger, "1", TextRejected("no letters")))
    odd, even = Scope(holds=is_odd), Scope(holds=is_even)
    everything = Scope()
    assert sorted(texts_of(ledger, odd) + texts_of(ledger, even)) == sorted(texts_of(ledger, everything))
    for answer in (ledger.lacking, ledger.voices):
        parts = [share for scope in (odd, even) for share in answer(scope)]
        [whole] = answer(everything)
        assert sum(share.n_segments for share in parts) == whole.n_segments
        assert sum(share.n_characters for share in parts) == whole.n_characters
        assert sum(share.seconds for share in parts) == pytest.approx(whole.seconds)
    for one, other, both in zip(*map(ledger.chapter_states, (odd, even, everything)), strict=True):
        assert {state: one.states[state] + other.states[state] for state in both.states} == both.states
        assert one.n_characters + other.n_characters == both.n_characters
        assert one.audio_seconds + other.audio_seconds == both.audio_seconds
    holes = [hole.segment for scope in (odd, even) for hole in ledger.holes(scope)]
    assert sorted(holes) == sorted(hole.segment for hole in ledger.holes())


def test_a_chapter_is_whole_only_with_the_takes_of_all_shards(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    asyncio.run(render(ledger, "one"))
    assert ledger.whole_chapters(Scope(holds=lambda own: own == fingerprint("one"))) == []
    asyncio.run(render(ledger, "two"))
    assert ledger.whole_chapters(Scope(holds=lambda own: own == fingerprint("one"))) == [("chapter-1", False)]
    assert ledger.whole_chapters(SECOND) == []


def test_a_draft_that_knows_no_takes_asks_for_everything() -> None:
    with plan_of(["one", "two", "one"]) as draft:
        assert [asked.segment.text for asked in pending(draft)] == ["one", "two"]
        assert draft.counts()["pending"] == 3


def test_takes_in_use_are_told_by_pack_in_the_order_in_which_they_lie(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    takes = [place(ledger, text, pack, start) for text, pack, start in PLACES]
    assert list(ledger.live_takes()) == [takes[2], takes[0], takes[1]]
    assert list(ledger.live_takes("000002.tar")) == [takes[0], takes[1]]
    assert list(ledger.live_takes("000003.tar")) == []
    assert ledger.packs() == {"000001.tar": 900 + 48_044, "000002.tar": 60_000 + 48_044}
    assert (ledger.is_planned(fingerprint("one")), ledger.is_planned(fingerprint("three"))) == (True, False)
    assert list(ledger.unused_takes()) == [takes[1]]


PLACES = [("one", "000002.tar", 512), ("three", "000002.tar", 60_000), ("two", "000001.tar", 900)]


def place(ledger: Ledger, text: str, pack: str, start: int) -> Take:
    """Adopt a take that lies at this place."""
    record = record_of(text)
    record = replace(record, take=replace(record.take, pack=pack, start=start))
    ledger.adopt(record)
    return record.take


def test_takes_are_read_in_pages(ledger: Ledger) -> None:
    ledger.adopt_all(record_of(str(number)) for number in range(2500))
    takes = list(ledger.live_takes())
    assert len(set(takes)) == 2500
    assert takes == sorted(takes, key=lambda take: (take.pack, take.start))
    assert list(ledger.live_takes("000001.tar")) == list(ledger.unused_takes()) == takes


def test_two_takes_cannot_lie_at_the_same_place(ledger: Ledger) -> None:
    place(ledger, "one", "000001.tar", 512)
    with pytest.raises(LedgerError, match=r"take\.pack, take\.start"):
        place(ledger, "two", "000001.tar", 512)
    assert set(live(ledger)) == {fingerprint("one")}


def test_takes_that_were_dropped_before_the_ledger_was_lost_are_not_in_use(ledger: Ledger) -> None:
    ledger.adopt_all(
        [record_of("one"), record_of("two"), record_of("one", number=2)],
        dropped={take_of("one").name: "mumbled"},
    )
    assert live(ledger) == {fingerprint("one"): take_of("one", number=2), fingerprint("two"): take_of("two")}
    assert ledger.dropped_takes() == [take_of("one")]
