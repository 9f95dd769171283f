"""What is counted of a dataset is what is in it, in whatever order, and the page shows it without a network."""

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_six import TEXTS, corpus, utterances

from batchtts.alignment import AlignmentItem, ItemKind, Level
from batchtts.audio.envelope import envelope
from batchtts.audio.pcm import Pcm
from batchtts.export.rejects import Reject
from batchtts.export.rows.leakage import Leakage
from batchtts.export.statistics.distribution import Distribution
from batchtts.export.statistics.form import form
from batchtts.export.statistics.gathering import Statistics
from batchtts.export.statistics.page import page
from batchtts.export.utterance import Utterance
from batchtts.job import Dataset, Splits
from batchtts.query.parsing import parse

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300)


def gathered(rows: list[Utterance]) -> Statistics:
    statistics = Statistics()
    for row in rows:
        statistics.add(row)
    return statistics


def spread(values: list[float]) -> Distribution:
    found = Distribution()
    for value in values:
        found.add(value)
    return found


@given(NUMBERS)
def test_a_distribution_knows_its_ends_and_has_every_value_in_a_bar(values: list[float]) -> None:
    found = spread(values)
    assert (found.n, found.least, found.greatest) == (len(values), min(values), max(values))
    assert found.mean == pytest.approx(sum(values) / len(values), abs=1e-6)
    assert sum(count for _, _, count in found.histogram(40)) == len(values)


@given(NUMBERS, st.randoms(use_true_random=False))
def test_bars_are_the_same_in_any_order(values: list[float], chance: Random) -> None:
    other = values.copy()
    chance.shuffle(other)
    assert spread(values).histogram(40) == spread(other).histogram(40)


def test_quantiles_of_many_values_are_near_and_their_bins_few() -> None:
    found = spread([number * 0.0137 for number in range(50_000)])
    for share in (0.05, 0.5, 0.95):
        assert found.quantile(share) == pytest.approx(share * 50_000 * 0.0137, rel=0.01)
    assert len(found.histogram(40)) <= 44


def test_bars_of_whole_numbers_are_one_wide_or_wider_and_the_greatest_has_its_own() -> None:
    found = spread([float(number) for number in (2, 3, 3, 5)])
    assert found.histogram(40) == [(2.0, 3.0, 1), (3.0, 4.0, 2), (4.0, 5.0, 0), (5.0, 6.0, 1)]


def test_a_value_at_the_edge_of_a_bar_is_in_the_one_that_begins_there() -> None:
    counts = {low: count for low, _, count in spread([0.0, 0.5, 0.5, 1.0, 2.0]).histogram(4)}
    assert counts == {0.0: 1, 0.5: 2, 1.0: 1, 1.5: 0, 2.0: 1}


def test_small_numbers_keep_their_digits_in_the_file() -> None:
    form = spread([1.5e-7 * number for number in range(1, 400)]).form()
    assert form["greatest"] == 1.5e-7 * 399
    assert all(low < high for low, high, _ in form["histogram"])  # type: ignore[attr-defined]


def test_rows_words_and_phonemes_are_those_that_are_there() -> None:
    rows = utterances()
    record = json.loads(form(gathered(rows), corpus()))
    phones = Counter(phone for row in rows for item in row.alignment.words for phone in item.phonemes)
    assert record["whole"]["rows"] == 6
    assert record["whole"]["words"] == sum(len(row.alignment.words) for row in rows)
    assert record["phones"] == dict(phones)
    assert record["characters"] == dict(Counter("".join(TEXTS)))
    assert {name: share["rows"] for name, share in record["splits"].items()} == {
        "train": 4,
        "validation": 1,
        "test": 1,
    }
    assert sum(share["hours"] for share in record["speakers"].values()) == pytest.approx(
        record["whole"]["hours"], abs=2e-6
    )


def test_the_first_and_last_phoneme_are_neighbours_of_silence() -> None:
    [row, *_] = utterances()
    counts = gathered([row]).diphones
    assert counts["sil", "h"] == 1
    assert counts["d", "sil"] == 1
    assert counts["sil", "sil"] == 0


def test_what_lasts_no_time_is_no_neighbour_of_anything() -> None:
    [row, *_] = utterances()
    pause = AlignmentItem(
        kind=ItemKind.PUNCT,
        text="",
        start=0,
        n_samples=0,
        char=(0, 0),
        phonemes=("sil",),
        phoneme_n_samples=(0,),
    )
    items = [each for item in row.alignment.items for each in (replace(pause, start=item.start), item)]
    found = gathered([replace(row, alignment=replace(row.alignment, items=tuple(items)))])
    assert found.diphones == gathered([row]).diphones


def test_where_only_segments_are_timed_words_are_counted_and_have_no_lengths() -> None:
    rows = utterances(Level.SEGMENT)
    found = gathered(rows)
    assert found.whole.words == gathered(utterances()).whole.words
    assert found.word_seconds.n == 0


def test_takes_without_phonemes_have_none_in_the_report() -> None:
    statistics = gathered(utterances(Level.WORD))
    assert json.loads(form(statistics, corpus()))["phones"] == {}
    assert b"<h2>Phonemes</h2>" not in page(statistics, corpus())


def test_the_outliers_are_the_rows_with_the_least_and_the_greatest_values() -> None:
    rows = [
        replace(
            utterances()[0], number=number, id=f"row-{number}", values={"seconds": float(abs(50 - number))}
        )
        for number in range(100)
    ]
    found = [(each.utterance.id, each.value) for each in gathered(rows).outliers()]
    assert found[:3] == [("row-50", 0.0), ("row-49", 1.0), ("row-51", 1.0)]
    assert found[3:] == [("row-1", 49.0), ("row-99", 49.0), ("row-0", 50.0)]


def test_what_all_rows_have_alike_makes_none_an_outlier_and_no_picture() -> None:
    rows = [replace(row, values={"seconds": 2.0, "clipped": 0}) for row in utterances()]
    statistics = gathered(rows)
    assert [*statistics.outliers()] == []
    assert b"The same in all rows: <b>clipped</b> 0, <b>seconds</b> 2." in page(statistics, corpus())


def test_a_row_that_is_an_outlier_twice_is_heard_once() -> None:
    [row, *others] = utterances()
    odd = replace(row, values={"seconds": 9.0, "rms_dbfs": -1.0})
    rows = [odd, *(replace(each, values={"seconds": 1.0, "rms_dbfs": -9.0}) for each in others)]
    made = page(gathered(rows), corpus()).decode()
    assert made.count(f"<code>{row.id}</code>") == 1
    assert "<b>seconds</b> 9 (median 1); <b>rms_dbfs</b> -1 (median -9)" in made


def test_the_page_tells_what_is_in_more_than_one_split() -> None:
    made = page(gathered(utterances()), corpus(), Leakage(texts=0, sounds=0, speakers=2)).decode()
    assert "In more than one split: 0 texts, 0 sounds, 2 speakers." in made


def test_the_page_tells_by_what_rows_were_divided_and_kept() -> None:
    dataset = Dataset(keep=parse("seconds < 5"), splits=Splits(by="chapter", validation=0.1, test=0.02))
    made = page(gathered(utterances()), replace(corpus(), dataset=dataset)).decode()
    assert "Divided by chapter, in shares of 0.1 for validation and 0.02 for testing" in made
    assert "Kept where <code>seconds &lt; 5</code>." in made


def test_what_was_left_out_is_counted_by_reason() -> None:
    statistics = gathered(utterances())
    for number in range(3):
        statistics.reject(Reject(number=number, id="x", text="x", reason="no take", detail=""))
    assert json.loads(form(statistics, corpus()))["rejected"] == {"no take": 3}
    assert b"no take" in page(statistics, corpus())


class _Page(HTMLParser):
    """Notes what a page would fetch, and which elements are never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "link", "br", "img"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_fetches_nothing_and_shows_texts_as_they_are() -> None:
    made = page(gathered(utterances()), corpus()).decode()
    reader = _Page()
    reader.feed(made)
    assert reader.open == []
    assert reader.fetched
    assert all(address.startswith("data:audio/wav;base64,") for address in reader.fetched)
    assert "She &lt;quickly&gt; left" in made
    assert not re.search(r"url\(|https?://|<script", made)


def test_the_same_rows_give_the_same_bytes() -> None:
    statistics = [gathered(utterances()) for _ in range(2)]
    assert len({form(each, corpus()) for each in statistics}) == 1
    assert len({page(each, corpus()) for each in statistics}) == 1


def test_a_dataset_without_a_row_has_a_report_too() -> None:
    assert json.loads(form(Statistics(), corpus()))["whole"]["rows"] == 0
    assert b"0 rows" in page(Statistics(), corpus())


@pytest.mark.parametrize("n_samples", [0, 1, 7, 900, 12_345])
def test_an_outline_holds_the_loudest_samples(n_samples: int) -> None:
    data = b"".join(
        (number * 37 % 2000 - 1000).to_bytes(2, "little", signed=True) for number in range(n_samples)
    )
    found = envelope(Pcm(data, 24_000), 100)
    assert len(found) == min(n_samples, 100)
    if found:
        samples = memoryview(data).cast("h").tolist()
        assert (min(low for low, _ in found), max(high for _, high in found)) == (min(samples), max(samples))
