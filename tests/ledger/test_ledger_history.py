"""Whatever happens, in whatever order: a segment is done if and only if a live take has its fingerprint."""

import asyncio
import shutil
import tempfile
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
from ledger_values import TARIFF, fingerprint, plan_of, record_of, start, take_of

from batchtts.errors import EngineRefused, EngineUnavailable, LedgerError, TakeFailedChecks, TextRejected
from batchtts.ledger.attempt import Attempt
from batchtts.ledger.ledger import Ledger

MEMORY = Path("/dev/shm")  # crashes are made of copies here, so nothing has to reach a disk
TEXTS = st.sampled_from(["one", "two", "three", "four"])
ERRORS = st.sampled_from([TakeFailedChecks, TextRejected, EngineUnavailable, EngineRefused, ValueError])


class History(RuleBasedStateMachine):
    """A ledger beside a model of it, made of plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.n_crashes = 0
        self.runner = asyncio.Runner()
        self.ledger: Ledger = start(self.root / "0")
        self.planned: list[str] = []
        self.live: dict[str, int] = {}
        self.n_takes: dict[str, int] = {}
        self.failed: set[str] = set()
        self.open: dict[str, Attempt] = {}
        self.last: set[str] = set()  # texts whose newest attempt decides
        self.dropped: set[str] = set()
        self.asked: set[str] = set()  # retakes, since the newest attempt began

    def teardown(self) -> None:
        self.ledger.close()
        self.runner.close()
        shutil.rmtree(self.root)

    @initialize(texts=st.lists(TEXTS))
    def first_plan(self, texts: list[str]) -> None:
        self.replace_plan(texts)

    @rule(texts=st.lists(TEXTS))
    def replace_plan(self, texts: list[str]) -> None:
        self.ledger.replace_plan(plan_of(texts[:2], texts[2:]))
        self.planned = texts

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
        return self.ledger.next_take_numbers().get(fingerprint(text), 1)

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
            self.runner.run(attempt.keep(record))
            self.recorded(text, record.take.number)
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
        self.ledger.drop(take_of(text, number=self.live[text]).path, "file missing")
        self.drop(text)

    @rule(text=TEXTS)
    def adopt(self, text: str) -> None:
        assume(text not in self.open)  # takes are adopted before a run asks for any
        record = record_of(text, number=self.next_number(text))
        self.ledger.adopt(record)
        if text in self.live:
            self.n_takes[text] = record.take.number
            self.dropped.add(record.take.path)
        else:
            self.recorded(text, record.take.number)

    @rule()
    def prune(self) -> None:
        assert set(self.ledger.forget_dropped()) == self.dropped
        self.dropped.clear()

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
        assert self.ledger.live_takes() == {
            fingerprint(text): take_of(text, number=number) for text, number in self.live.items()
        }
        states = [state for [state] in self.ledger.ask(lambda db: db.execute(IN_ORDER).fetchall())]
        assert states == [self.state(text) for text in self.planned]

    @invariant()
    def the_failures_of_the_plan_are_told(self) -> None:
        failed = {fingerprint(text) for text in self.planned if self.state(text) == "failed"}
        assert set(self.ledger.failures()) == failed

    @invariant()
    def numbers_are_not_used_twice(self) -> None:
        next_numbers = {fingerprint(text): number + 1 for text, number in self.n_takes.items()}
        assert self.ledger.next_take_numbers() == next_numbers
        for text, number in self.n_takes.items():
            assert self.next_number(text) == number + 1

    @property
    def ledger_folder(self) -> Path:
        return self.root / str(self.n_crashes)

    def state(self, text: str) -> str:
        if text in self.live:
            return "done"
        return "rendering" if text in self.open else "failed" if text in self.failed else "pending"

    def recorded(self, text: str, number: int) -> None:
        self.live[text] = self.n_takes[text] = number
        self.failed.discard(text)

    def drop(self, text: str) -> None:
        if text in self.live:
            self.dropped.add(take_of(text, number=self.live.pop(text)).path)

    def after_a_crash(self) -> None:
        assert self.ledger.n_interrupted == len(self.open)
        self.open.clear()


IN_ORDER = """
    SELECT state FROM segment_state JOIN chapter ON chapter.id = segment_state.chapter
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
