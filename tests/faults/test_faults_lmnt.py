"""A service that fails: real runs of the engine `lmnt` against real servers that fail on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from serving import KEY, Server
from storms import LedgerAccount, ServerAccount, Watched, kill, who_holds_the_key, write_job
from workbench import Workbench

STORM = {
    "rules": [
        {"on": "synthesize", "status": 429, "every": 10},
        {"on": "synthesize", "status": 500, "every": 20},
        {"on": "synthesize", "reset": "middle", "every": 40},
        {"on": "synthesize", "truncate": 0.5, "every": 50},
    ]
}
SLOWLY = {"rules": [{"on": "synthesize", "latency": 0.05}]}
MAX_REJECTED = 1.3
"""Of those rejected on purpose: whoever asks for more than there is, is rejected more often."""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def here(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A bench whose runs find the key in their environment."""
    monkeypatch.setenv("LMNT_API_KEY", KEY)
    return bench


@contextmanager
def served(bench: Workbench, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[Server]:
    """Let a server run while the block lasts; the runs of the bench find its address in their environment."""
    with Server(bench.folder, **options) as server:
        monkeypatch.setenv("LMNT_BASE_URL", server.url)
        yield server


def test_a_storm_of_faults_costs_time_but_no_segment_and_no_paid_answer(
    here: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(here, 100, concurrency=16)
    with served(here, monkeypatch, faults=STORM) as server:
        run = Watched(here)
        code = run.end()
        service = ServerAccount.of(server)
    ledger = LedgerAccount.of(here.ledger)
    assert code == 0, run.stderr
    assert service.faults.keys() == {"429", "500", "reset_middle", "truncate"}
    assert ledger.states == {"done": 100}
    assert service.statuses["429"] <= MAX_REJECTED * service.faults["429"]
    assert service.n_whole == ledger.n_takes + ledger.n_thrown_away
    assert sum(service.statuses.values()) == sum(ledger.outcomes.values())
    assert who_holds_the_key(here.folder, run.stderr) == []


def test_a_run_goes_on_when_its_server_was_killed_and_started_again(
    here: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(here, 40, concurrency=4)
    with served(here, monkeypatch, faults=SLOWLY) as server:
        run = Watched(here, until_takes=8)
        kill(server)
        server.start()
        code = run.end()
        service = ServerAccount.of(server)
    ledger = LedgerAccount.of(here.ledger)
    assert code == 0, run.stderr
    assert ledger.states == {"done": 40}
    assert 0 < service.n_whole <= 32
    assert who_holds_the_key(here.folder, run.stderr) == []


def test_a_server_that_stays_away_ends_the_run_in_order_and_a_later_run_completes_it(
    here: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(here, 40, concurrency=4, patience=1)
    with served(here, monkeypatch, faults=SLOWLY) as server:
        run = Watched(here, until_takes=8)
        kill(server)
        code = run.end()
        ended = LedgerAccount.of(here.ledger)
        assert code in {3, 4}, run.stderr
        assert ended.n_takes >= 8
        assert ended.n_takes == len(here.takes) == ended.states["done"]
        assert ended.outcomes[None] == 0
        assert here.batchtts("check").exit_code == 0

        server.start()
        assert here.run("--quiet").exit_code == 0
        assert ServerAccount.of(server).n_whole == 40 - ended.n_takes
    assert LedgerAccount.of(here.ledger).states == {"done": 40}
    assert who_holds_the_key(here.folder, run.stderr) == []


def test_a_server_that_repeats_the_key_does_not_bring_it_into_the_open(
    here: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(here, 4, attempts=2)
    tells = {"rules": [{"on": "synthesize", "status": 500, "body": {"error": f"nothing for {KEY} here"}}]}
    with served(here, monkeypatch, faults=tells):
        run = Watched(here)
        code = run.end()
    assert code in {3, 4}
    assert "nothing for" in run.stderr
    assert who_holds_the_key(here.folder, run.stderr) == ["faults.json"]


def test_a_wrong_key_ends_the_run_and_is_shown_nowhere(
    here: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(here, 4)
    with served(here, monkeypatch, key="another-key"):
        run = Watched(here)
        code = run.end()
        service_log = (here.folder / "server.log").read_text()
    assert code == 4
    assert "key" in run.stderr
    assert "another-key" not in run.stderr + service_log
    assert who_holds_the_key(here.folder, run.stderr) == []
