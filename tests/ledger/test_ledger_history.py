"""Whatever happens, in whatever order: a segment is done if and only if a live take has its fingerprint.

And what is counted along is what counting anew comes to.
"""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_values import (
    TARIFF,
    failures,
    fingerprint,
    live,
    pending,
    plan_of,
    record_of,
    replace_plan,
    start,
    take_of,
)

from batchtts.errors import EngineRefused, EngineUnavailable, LedgerError, TakeFailedChecks, TextRejected
from batchtts.ledger.attempt import Attempt
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import STATES
from batchtts.ledger.scope import Scope
from batchtts.model import Master

MEMORY = Path("/dev/shm")  # crashes are made of copies here, so nothing has to reach a disk
TEXTS = st.sampled_from(["one", "two", "three", "four"])
PLANS = st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=3)
ERRORS = st.sampled_from([TakeFailedChecks, TextRejected, EngineUnavailable, EngineRefused, ValueError])


class History(RuleBasedStateMachine):
    """A ledger beside a model of it, made of plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.n_crashes = 0
        self.runner = asyncio.Runner()
        self.ledger: Ledger = start(self.root / "0")
        self.planned: list[list[str]] = []
        self.live: dict[str, int] = {}
        self.n_takes: dict[str, int] = {}
        self.failed: set[str] = set()
        self.open: dict[str, Attempt] = {}
        self.last: set[str] = set()  # texts whose newest attempt decides
        self.dropped: set[str] = set()
        self.stitched: dict[str, str] = {}  # the digests of chapters whose masters are up to date
        self.asked: set[str] = set()  # retakes, since the newest attempt began

    def teardown(self) -> None:
        self.ledger.close()
        self.runner.close()
        shutil.rmtree(self.root)

    @initialize(plan=PLANS)
    def first_plan(self, plan: list[list[str]]) -> None:
        self.replace_plan(plan)

    @rule(plan=PLANS)
    def replace_plan(self, plan: list[list[str]]) -> None:
        replace_plan(self.ledger, *plan)
        self.planned = plan
        digests = {chapter.id: chapter.digest for chapter in self.ledger.chapter_states()}
        self.stitched = {id_: basis for id_, basis in self.stitched.items() if digests.get(id_) == basis}

    @rule(data=st.data())
    def stitch(self, data: st.DataObject) -> None:
        whole = [id_ for id_, _ in self.ledger.whole_chapters()]
        for chapter in self.ledger.chapter_states():
            if chapter.id in whole and data.draw(st.booleans()):
                master = Master(chapter=chapter.id, recipe="r", sample_rate=24_000, n_samples=1, files=())
                self.ledger.keep_master(master, basis=chapter.digest)
                self.stitched[chapter.id] = chapter.digest

    @rule(text=TEXTS, durable=st.booleans(), is_last=st.booleans())
    def begin(self, text: str, durable: bool, is_last: bool) -> None:
        attempt = self.ledger.attempt(
            fingerprint(text), characters=len(text), durable=durable, tariff=TARIFF, is_last=is_last
        )
        if text not in self.open:
            (self.last.add if is_last else self.last.discard)(text)
            self.open[text] = self.runner.run(attempt.__aenter__())
            self.failed.discard(text)
            self.asked.discard(text)
        elif durable:
            with pytest.raises(LedgerError):
                self.runner.run(attempt.__aenter__())

    def next_number(self, text: str) -> int:
        return self.n_takes.get(text, 0) + 1

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def keep(self, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(sorted(self.open)))
        attempt = self.open.pop(text)
        record = record_of(text, number=self.next_number(text))
        if text in self.live:
            with pytest.raises(LedgerError, match="UNIQUE"):
                self.runner.run(attempt.keep(record))
        else:
            lacking = {id_ for id_, texts in self.chapters() if not self.live.keys() >= set(texts)}
            completed = self.runner.run(attempt.keep(record))
            self.recorded(text, record.take.number)
            whole = {id_ for id_, texts in self.chapters() if self.live.keys() >= set(texts)}
            assert set(completed) == lacking & whole
        self.runner.run(attempt.__aexit__(None, None, None))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), error=ERRORS)
    def fail(self, data: st.DataObject, error: type[Exception]) -> None:
        text = data.draw(st.sampled_from(sorted(self.open)))
        attempt = self.open.pop(text)
        self.runner.run(attempt.__aexit__(error, error("no"), None))
        is_final = error is TextRejected or (error is TakeFailedChecks and text in self.last)
        if is_final and text not in self.asked:
            self.failed.add(text)

    @rule(text=TEXTS)
    def ask_retake(self, text: str) -> None:
        self.ledger.ask_retake(fingerprint(text), why="mumbled", seed=None)
        self.drop(text)
        self.failed.discard(text)
        self.asked.add(text)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def lose_a_file(self, data: st.DataObject) -> None:
        text = data.draw(st.sampled_from(sorted(self.live)))
        self.ledger.drop(take_of(text, number=self.live[text]), "file missing")
        self.drop(text)

    @rule(text=TEXTS)
    def adopt(self, text: str) -> None:
        assume(text not in self.open)  # takes are adopted before a run asks for any
        record = record_of(text, number=self.next_number(text))
        self.ledger.adopt(record)
        if text in self.live:
            self.n_takes[text] = record.take.number
            self.dropped.add(record.take.name)
        else:
            self.recorded(text, record.take.number)

    @precondition(lambda self: self.n_takes.keys() - self.open)
    @rule(data=st.data())
    def find_again(self, data: st.DataObject) -> None:
        """What was dropped because its bytes were lost, or pruned, or is in use, turns up (once more)."""
        text = data.draw(st.sampled_from(sorted(self.n_takes.keys() - self.open)))
        number = data.draw(st.integers(1, self.n_takes[text]))
        record = record_of(text, number=number)
        is_known = record.take.name in self.dropped or self.live.get(text) == number
        is_new = self.ledger.adopt_all([record]) == 1
        assert is_new == (text not in self.live or not is_known)
        self.n_takes[text] += is_new
        if text not in self.live:
            self.live[text] = number
            self.dropped.discard(record.take.name)
            self.failed.discard(text)
            self.lose_bases(text)
        elif is_new:
            self.dropped.add(record.take.name)

    @rule()
    def prune(self) -> None:
        self.ledger.forget_dropped()
        self.dropped.clear()

    @precondition(lambda self: self.live)
    @rule(data=st.data(), pack=st.integers(2, 9))
    def move(self, data: st.DataObject, pack: int) -> None:
        text = data.draw(st.sampled_from(sorted(self.live)))
        take = take_of(text, number=self.live[text])
        self.ledger.move([replace(take, pack=f"{pack:06}.tar")])
        assert self.ledger.live_take(fingerprint(text)) == replace(take, pack=f"{pack:06}.tar")
        self.ledger.move([take])

    @rule()
    def run_again(self) -> None:
        self.ledger.close()
        self.ledger = start(self.ledger_folder)
        self.after_a_crash()

    @rule()
    def crash(self) -> None:
        self.ledger.ask(lambda db: None)  # what was only on its way to the disk may or may not get there
        crashed = self.ledger_folder
        self.n_crashes += 1
        shutil.copytree(crashed, self.ledger_folder, ignore=shutil.ignore_patterns("*-shm"))
        self.ledger.close()
        self.ledger = start(self.ledger_folder)
        assert not self.ledger.is_new
        self.after_a_crash()

    @invariant()
    def a_segment_is_done_if_and_only_if_a_live_take_has_its_fingerprint(self) -> None:
        assert live(self.ledger) == {
            fingerprint(text): take_of(text, number=number) for text, number in self.live.items()
        }
        assert {take.name for take in self.ledger.dropped_takes()} == self.dropped
        states = [state for [state] in self.ledger.ask(lambda db: db.execute(IN_ORDER).fetchall())]
        assert states == [self.state(text) for texts in self.planned for text in texts]

    @invariant()
    def the_counters_are_what_counting_comes_to(self) -> None:
        for scope in (Scope(), Scope(holds=lambda fingerprint: True)):
            chapters = self.ledger.chapter_states(scope)
            assert [chapter.id for chapter in chapters] == [id_ for id_, _ in self.chapters()]
            for chapter, (_, texts) in zip(chapters, self.chapters(), strict=True):
                states = [self.state(text) for text in texts]
                assert chapter.states == {state: states.count(state) for state in STATES}
                assert chapter.audio_seconds == states.count("done")
                assert chapter.n_segments == len(texts)

    @invariant()
    def a_master_is_current_until_a_take_of_its_chapter_changes(self) -> None:
        whole = [id_ for id_, texts in self.chapters() if self.live.keys() >= set(texts)]
        assert self.ledger.whole_chapters() == [(id_, id_ in self.stitched) for id_ in whole]

    @invariant()
    def the_failures_of_the_plan_are_told(self) -> None:
        failed = {
            fingerprint(text) for texts in self.planned for text in texts if self.state(text) == "failed"
        }
        assert set(failures(self.ledger)) == failed

    @invariant()
    def each_text_that_lacks_a_take_is_asked_for_once(self) -> None:
        for chapters in (None, frozenset({"chapter-2"})):
            texts = [
                text for id_, own in self.chapters() for text in own if chapters is None or id_ in chapters
            ]
            lacking = [text for text in dict.fromkeys(texts) if self.state(text) in {"pending", "rendering"}]
            asked = pending(self.ledger, Scope(chapters=chapters))
            assert [(each.segment.text, each.number) for each in asked] == [
                (text, self.next_number(text)) for text in lacking
            ]
            shares = self.ledger.lacking(Scope(chapters=chapters))
            assert sum(share.n_segments for share in shares) == len(lacking)
            assert sum(share.n_characters for share in shares) == sum(map(len, lacking))

    @invariant()
    def a_draft_that_has_learned_answers_as_the_ledger_does(self) -> None:
        with plan_of(*self.planned) as draft:
            draft.learn(self.ledger)
            assert draft.chapter_states() == self.ledger.chapter_states()
            assert draft.lacking() == self.ledger.lacking()
            assert list(draft.holes(only_failed=True)) == list(self.ledger.holes(only_failed=True))

    def chapters(self) -> list[tuple[str, list[str]]]:
        return [(f"chapter-{number}", texts) for number, texts in enumerate(self.planned, start=1)]

    @property
    def ledger_folder(self) -> Path:
        return self.root / str(self.n_crashes)

    def state(self, text: str) -> str:
        if text in self.live:
            return "done"
        return "rendering" if text in self.open else "failed" if text in self.failed else "pending"

    def recorded(self, text: str, number: int) -> None:
        self.live[text] = self.n_takes[text] = number
        self.lose_bases(text)
        self.failed.discard(text)

    def drop(self, text: str) -> None:
        if text in self.live:
            self.dropped.add(take_of(text, number=self.live.pop(text)).name)
            self.lose_bases(text)

    def lose_bases(self, text: str) -> None:
        for id_, texts in self.chapters():
            if text in texts:
                self.stitched.pop(id_, None)

    def after_a_crash(self) -> None:
        assert self.ledger.n_interrupted == len(self.open)
        self.open.clear()


IN_ORDER = """
    SELECT state FROM segment_state JOIN chapter ON chapter.position = segment_state.chapter
    ORDER BY chapter.position, segment_state.position
"""


def test_done_if_and_only_if_there_is_a_live_take_whatever_happens() -> None:
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
