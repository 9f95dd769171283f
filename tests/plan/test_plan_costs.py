"""What a text costs, before anybody is asked."""

import json
from pathlib import Path

import pytest

from batchtts.job import EngineSettings, Price
from batchtts.model import Segment
from batchtts.pipeline.settling import load_job, settle
from batchtts.plan.estimate import Cost, costs_of

TEXTS = {"a": "Ten chars.", "b": "Twelve chars", "c": "Free"}


@pytest.fixture
def segments(tmp_path: Path) -> list[Segment]:
    """Return a segment of `tone` for each text but the last, which hibari reads."""
    manifest = tmp_path / "job.yaml"
    form = {
        "voices": {"hum": {"engine": "tone", "voice": "hum"}, "heart": "heart"},
        "documents": [
            {"segments": [{"text": TEXTS["a"]}, {"text": TEXTS["b"]}], "voice": "hum"},
            {"segments": [{"text": TEXTS["c"]}], "voice": "heart"},
        ],
    }
    manifest.write_text(json.dumps(form), encoding="utf-8")
    return list(settle(load_job(manifest)).plan.segments())


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
    segments: list[Segment],
    engines: dict[str, EngineSettings],
    costs: list[tuple[float, str, int]],
) -> None:
    assert costs_of(segments, engines) == [
        Cost(amount=pytest.approx(amount), currency=currency, n_characters=n)  # type: ignore[arg-type]
        for amount, currency, n in costs
    ]
