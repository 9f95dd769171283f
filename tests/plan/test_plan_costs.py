"""What a text costs, before anybody is asked."""

import pytest

from batchtts.job import EngineSettings, Price
from batchtts.plan.estimate import Cost, costs_of

ASKED = [("tone", 10), ("tone", 12), ("hibari", 4)]


def priced(per_1000_characters: float, currency: str = "USD") -> EngineSettings:
    return EngineSettings(price=Price(per_1000_characters=per_1000_characters, currency=currency))


@pytest.mark.parametrize(
    ("engines", "costs"),
    [
        ({}, []),
        ({"tone": EngineSettings()}, []),
        ({"tone": priced(50)}, [(1.1, "USD", 22)]),
        ({"tone": priced(0)}, [(0, "USD", 22)]),
        ({"tone": priced(50), "hibari": priced(500)}, [(3.1, "USD", 26)]),
        ({"tone": priced(50), "hibari": priced(500, "EUR")}, [(2, "EUR", 4), (1.1, "USD", 22)]),
    ],
)
def test_costs_are_added_up_by_currency(
    engines: dict[str, EngineSettings],
    costs: list[tuple[float, str, int]],
) -> None:
    assert costs_of(ASKED, engines) == [
        Cost(amount=pytest.approx(amount), currency=currency, n_characters=n)  # type: ignore[arg-type]
        for amount, currency, n in costs
    ]
