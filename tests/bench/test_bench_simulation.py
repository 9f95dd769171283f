"""The model behind docs/scaling.md, and the texts and the drawing of the benchmarks."""

from collections.abc import Iterator
from itertools import islice
from xml.etree import ElementTree

import pytest

from benchmarks.chart import Line, draw
from benchmarks.coordinator import Setup, simulate
from benchmarks.jobs import sentences, syllables, words


def setup(n_workers: int, *, stage: float, in_advance: int = 1) -> Setup:
    return Setup(
        n_workers=n_workers, engine_seconds=0.1, batch=4, stages=(stage, stage / 2), in_advance=in_advance
    )


@pytest.mark.parametrize("n_workers", [1, 5, 20])
def test_workers_that_nothing_holds_up_are_always_busy(n_workers: int) -> None:
    load = simulate(setup(n_workers, stage=1e-6))
    assert load.rate == pytest.approx(10 * n_workers, rel=0.05)
    assert load.workers > 0.95


def test_a_full_coordinator_takes_as_much_as_its_slowest_part_can() -> None:
    load = simulate(setup(100, stage=0.02))
    assert load.rate == pytest.approx(4 / 0.02, rel=0.01)
    assert load.stages == pytest.approx((1.0, 0.5), rel=0.01)


def test_a_batch_in_advance_spares_a_worker_the_wait() -> None:
    waiting, supplied = (simulate(setup(1, stage=0.2, in_advance=number)) for number in (0, 1))
    assert waiting.rate == pytest.approx(4 / (0.4 + 0.2 + 0.1 + 0.002), rel=0.05)
    assert supplied.rate > 1.3 * waiting.rate


def test_the_same_setup_plays_the_same() -> None:
    assert simulate(setup(7, stage=0.01)) == simulate(setup(7, stage=0.01))


@pytest.mark.parametrize("texts", [words(2_000), sentences(2_000), map(syllables, range(999_000, 1_001_000))])
def test_no_two_texts_are_alike(texts: Iterator[str]) -> None:
    found = list(islice(texts, 2_000))
    assert len(set(found)) == 2_000


def test_a_chart_is_xml_and_names_its_lines() -> None:
    drawn = draw("A < B", "x", "y", [Line(name="a & b", points=[(1, 0.5), (100, 20)])])
    texts = [element.text for element in ElementTree.fromstring(drawn).iter() if element.tag.endswith("text")]
    assert {"A < B", "a & b", "0.1", "100"} <= set(texts)
