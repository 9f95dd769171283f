"""What a job would cost, what it has cost, and what nobody can know."""

import pytest
from workbench import Workbench

from batchtts.ledger.queries import Spending
from batchtts.pipeline.spending import Spent, since, spent

VOICES = {"narrator": {"engine": "paid", "voice": "hum"}, "other": {"engine": "counting", "voice": "hum"}}
ENGINES = {"paid": {"price": 12, "currency": "EUR"}}


@pytest.fixture
def priced(bench: Workbench) -> Workbench:
    bench.book("# One", "The tide came in.", "Nobody had seen it.", "Nobody had seen it.")
    bench.job(voices=VOICES, engines=ENGINES, render={"attempts": 1})
    return bench


def test_plan_tells_what_a_run_would_cost_and_counts_equal_texts_once(priced: Workbench) -> None:
    assert "Cost: about EUR 0.47 for 39 characters." in priced.batchtts("plan").stdout.splitlines()
    form = priced.batchtts("plan", "--json").json
    expected = [{"amount": 39 * 12 / 1000, "currency": "EUR", "n_characters": 39}]
    assert form["totals"]["costs_to_ask"] == form["voices"][0]["costs_to_ask"] == expected


def test_without_a_price_nothing_is_said_of_cost(priced: Workbench) -> None:
    priced.job(voices=VOICES)
    assert "Cost" not in priced.batchtts("plan").stdout
    assert "Spent" not in priced.run().stdout
    assert "Spent" not in priced.batchtts("status").stdout
    assert priced.batchtts("status", "--json").json["spent"] == []


def test_a_run_tells_what_it_has_spent_and_status_what_all_have(priced: Workbench) -> None:
    priced.run("--limit", "1")
    last = priced.run()
    assert "Spent: EUR 0.43." in last.stdout.splitlines()
    assert "Spent: EUR 0.47." in priced.batchtts("status").stdout.splitlines()
    assert priced.batchtts("plan").stdout.count("Cost") == 0
    assert "Spent" not in priced.run().stdout


def test_status_has_one_line_for_each_outcome_whoever_was_asked_and_at_whatever_price(
    priced: Workbench,
) -> None:
    priced.run()
    priced.job(voices=VOICES, engines=ENGINES, defaults={"voice": "other"})
    priced.run()
    lines = [line for line in priced.batchtts("status").stdout.splitlines() if line.startswith("attempts")]
    assert lines == ["attempts kept: 6, 78 characters"]


def test_what_may_have_been_charged_is_told_apart(priced: Workbench) -> None:
    priced.knobs(fates={"tide": "unavailable"})
    ran = priced.run("--json")
    [found] = ran.json["spent"]
    assert found == {
        "currency": "EUR",
        "certain": pytest.approx(22 * 0.012),
        "possible": pytest.approx(17 * 0.012),
    }
    assert "Spent: EUR 0.26, and perhaps EUR 0.20 more." in priced.batchtts("status").stdout.splitlines()


def test_what_was_refused_costs_nothing(priced: Workbench) -> None:
    priced.knobs(fates={"tide": "rejected"})
    [found] = priced.run("--json").json["spent"]
    assert (found["certain"], found["possible"]) == (pytest.approx(22 * 0.012), 0)


def row(outcome: str | None, n: int, cost: float | None, currency: str | None = "USD") -> Spending:
    return Spending(outcome=outcome, n_attempts=n, n_characters=n, cost=cost, currency=currency)


@pytest.mark.parametrize(
    ("outcome", "certain", "possible"),
    [
        ("kept", 1, 0), ("failed_checks", 1, 0), ("discarded", 1, 0),
        ("unavailable", 0, 1), ("interrupted", 0, 1), (None, 0, 1),
        ("busy", 0, 0), ("unreached", 0, 0), ("rejected", 0, 0), ("refused", 0, 0), ("adopted", 0, 0),
    ],
)  # fmt: skip
def test_every_outcome_is_charged_surely_perhaps_or_not(
    outcome: str | None, certain: float, possible: float
) -> None:
    assert spent([row(outcome, 1, 1.0)]) == [Spent(currency="USD", certain=certain, possible=possible)]


def test_currencies_are_not_added_up() -> None:
    found = spent([row("kept", 1, 1.0), row("kept", 1, 2.0, "EUR"), row("kept", 1, None, None)])
    assert [(entry.currency, entry.certain) for entry in found] == [("EUR", 2.0), ("USD", 1.0)]


def test_what_was_spent_before_does_not_count() -> None:
    before = [row("kept", 2, 2.0), row("rejected", 1, 0.0)]
    after = [row("kept", 5, 6.0), row("rejected", 1, 0.0), row("busy", 1, 0.0)]
    assert since(before, after) == (row("kept", 3, 4.0), row("busy", 1, 0.0))
