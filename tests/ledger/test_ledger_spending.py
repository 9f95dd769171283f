"""What the attempts of a job cost at most, by the prices that held when they were made."""

import asyncio
from pathlib import Path

import pytest
from ledger_values import fail, fingerprint, record_of, render, start

from batchtts.errors import (
    EngineRefused,
    EngineUnavailable,
    LedgerError,
    TakeFailedChecks,
    TextRejected,
)
from batchtts.job import Price
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Spending
from batchtts.ledger.tariffs import Tariff

DOLLARS = Tariff(engine="lmnt", price=Price(per_1000_characters=50.0))
EUROS = Tariff(engine="other", price=Price(per_1000_characters=20.0, currency="EUR"))
UNPRICED = Tariff(engine="hum")


def test_what_was_kept_costs_its_characters_by_the_price(ledger: Ledger) -> None:
    for text in ("four", "fives"):
        asyncio.run(render(ledger, text, tariff=DOLLARS))
    assert ledger.spending() == [
        Spending(outcome="kept", n_attempts=2, n_characters=9, cost=pytest.approx(0.45), currency="USD")
    ]


def test_without_a_price_there_is_no_cost(ledger: Ledger) -> None:
    asyncio.run(render(ledger, "one", tariff=UNPRICED))
    assert ledger.spending() == [Spending(outcome="kept", n_attempts=1, n_characters=3)]


@pytest.mark.parametrize(
    ("error", "is_last", "cost"),
    [
        (TakeFailedChecks("silent"), True, 0.15),
        (TakeFailedChecks("silent"), False, 0.15),
        (EngineUnavailable("cut off"), True, 0.15),
        (ValueError("a bug"), True, 0.15),
        (EngineUnavailable("too many", busy=True), True, 0),
        (EngineUnavailable("no connection", reached=False), True, 0),
        (TextRejected("no letters"), True, 0),
        (EngineRefused("no credit"), True, 0),
    ],
)
def test_only_what_may_have_been_charged_has_a_cost(
    ledger: Ledger, error: Exception, is_last: bool, cost: float
) -> None:
    asyncio.run(fail(ledger, "one", error, tariff=DOLLARS, is_last=is_last))
    [spent] = ledger.spending()
    assert (spent.cost, spent.currency) == (pytest.approx(cost), "USD")


def test_currencies_are_not_added_up(ledger: Ledger) -> None:
    for text, tariff in (("one", DOLLARS), ("two", EUROS), ("three", UNPRICED)):
        asyncio.run(render(ledger, text, tariff=tariff))
    costs = {spent.currency: spent.cost for spent in ledger.spending()}
    assert costs == {"USD": pytest.approx(0.15), "EUR": pytest.approx(0.06), None: None}


def test_a_new_price_leaves_what_was_spent_before_as_it_was(ledger: Ledger) -> None:
    raised = Tariff(engine="lmnt", price=Price(per_1000_characters=100.0))
    for text, tariff in (("one", DOLLARS), ("two", raised), ("six", DOLLARS)):
        asyncio.run(render(ledger, text, tariff=tariff))
    [spent] = ledger.spending()
    assert spent.cost == pytest.approx(0.6)
    assert ledger.ask(lambda db: db.execute("SELECT count(*) FROM tariff").fetchone()) == (2,)


def test_it_is_on_record_which_engine_was_asked(ledger: Ledger) -> None:
    asyncio.run(render(ledger, "one", tariff=EUROS))
    question = (
        "SELECT tariff.engine, hash FROM attempt JOIN tariff ON tariff.id = attempt.tariff "
        "JOIN fingerprint ON fingerprint.id = attempt.fingerprint"
    )
    assert ledger.ask(lambda db: db.execute(question).fetchall()) == [("other", fingerprint("one"))]


def test_a_price_on_record_does_not_change(ledger: Ledger) -> None:
    asyncio.run(render(ledger, "one", tariff=DOLLARS))
    with pytest.raises(LedgerError, match="a tariff never changes"):
        ledger.ask(lambda db: db.execute("UPDATE tariff SET per_1000_characters = 1"))


def test_the_tally_is_what_the_attempts_add_up_to(folder: Path) -> None:
    with start(folder) as ledger:
        ledger.adopt(record_of("zero"))
        for text, tariff in (("one", DOLLARS), ("two", EUROS), ("three", DOLLARS)):
            asyncio.run(render(ledger, text, tariff=tariff))
        asyncio.run(fail(ledger, "four", EngineUnavailable("busy", busy=True), tariff=EUROS))
    with Ledger.open(folder) as ledger:
        ledger.adopt(record_of("five"))
        assert tallied(ledger) == added_up(ledger)
        assert len(added_up(ledger)) == 5


def tallied(ledger: Ledger) -> list[tuple[object, ...]]:
    return ledger.ask(lambda db: db.execute("SELECT * FROM tally ORDER BY 1, 2, 3").fetchall())


def added_up(ledger: Ledger) -> list[tuple[object, ...]]:
    question = (
        "SELECT ifnull(run, 0), ifnull(tariff, 0), outcome, count(*), sum(characters) FROM attempt "
        "WHERE outcome IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return ledger.ask(lambda db: db.execute(question).fetchall())
