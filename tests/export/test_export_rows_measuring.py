"""What is measured of a row is what is in it, and what is wrong or odd is told by it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_rows import RATE, prepared, reasons, recording, row_of, samples, sounding

from batchtts.alignment import ItemKind, Level
from batchtts.export.rejects import Reject
from batchtts.export.rows.judging import ERRORS, FLAGS
from batchtts.export.rows.measuring import LengthAsked, measured
from batchtts.export.rows.preparing import Preparation
from batchtts.export.rows.rates import FEWEST_ROWS, Rates
from batchtts.export.utterance import Utterance
from batchtts.job import Dataset
from batchtts.query.values import COMPARED, MEASURED, TOLD

TEXT = "The tide came in, and 2 gulls cried."
PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"


def test_a_row_has_all_values_that_mean_something_for_it() -> None:
    names = {value.name for value in MEASURED}
    asked = LengthAsked(requested=2.0, obtained=2.1)
    assert set(measured(recording(TEXT), asked)) == names
    assert names - set(measured(recording(TEXT, level=Level.WORD))) == {
        "length_error",
        "length_requested",
        "phones",
        "phones_per_second",
    }


def test_values_are_what_is_there() -> None:
    row = recording(TEXT)
    first, last = row.alignment.speech
    values = measured(row, LengthAsked(requested=2.0, obtained=2.1))
    assert values["seconds"] == round(row.audio.n_samples / RATE, 6)
    assert (values["characters"], values["words"], values["words_aligned"]) == (len(TEXT), 8, 1.0)
    assert values["chars_per_second"] == round(len(TEXT) * RATE / (last - first), 3)
    assert values["phones"] == sum(len(item.phonemes) for item in row.alignment.words)
    assert values["lead_silence"] == pytest.approx(first / RATE, abs=0.01)
    assert values["tail_silence"] == pytest.approx((row.audio.n_samples - last) / RATE, abs=0.01)
    assert (values["length_requested"], values["length_error"]) == (2.0, 0.05)


def test_a_word_without_a_time_is_not_aligned() -> None:
    row = recording("One two three four.")
    items = [
        replace(item, n_samples=0, phoneme_n_samples=(0,) * len(item.phonemes))
        if item.text == "two"
        else item
        for item in row.alignment.items
    ]
    found = measured(replace(row, alignment=replace(row.alignment, items=tuple(items))))
    assert (found["words"], found["words_aligned"]) == (4, 0.75)


def test_the_longest_pause_is_between_words() -> None:
    row = recording("One two.")
    *before, last = row.alignment.items
    [one, two] = row.alignment.words
    items = [
        replace(item, start=item.start + (RATE if item.start >= two.start and item is not one else 0))
        for item in (*before, last)
    ]
    assert (
        measured(replace(row, alignment=replace(row.alignment, items=tuple(items))))["longest_pause"] == 1.0
    )


def test_silence_where_a_word_should_be_is_found() -> None:
    row = recording(TEXT)
    [_, tide, *_] = row.alignment.words
    found = samples(row)
    found[tide.start : tide.end] = 0
    values = measured(sounding(row, found))
    assert values["inner_silence"] == pytest.approx(tide.n_samples / RATE, abs=0.02)
    assert measured(row)["inner_silence"] == 0


def test_two_seconds_of_silence_in_speech_are_an_error() -> None:
    row = recording("Aaah.")
    [word] = row.alignment.words
    found = np.concatenate([samples(row), np.zeros(3 * RATE)])
    items = tuple(
        replace(item, n_samples=item.n_samples + 3 * RATE, phoneme_n_samples=(item.n_samples + 3 * RATE,))
        if item.kind is ItemKind.SILENCE and item.start
        else item
        for item in row.alignment.items
    )
    said = tuple(replace(item, kind=ItemKind.WORD) if item.start > word.start else item for item in items)
    rows = prepared(
        sounding(row, found, replace(row.alignment, items=items)),
        sounding(replace(row, number=1), found, replace(row.alignment, items=said)),
    )
    assert reasons(rows) == [None, "silence in speech"]


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (lambda row: sounding(row, samples(row) + 800), "dc_offset"),
        (lambda row: sounding(row, np.clip(samples(row) * 30.0, -32768, 32767)), "clipped"),
        (lambda row: sounding(row, np.where(np.arange(row.audio.n_samples) == 9000, 32600, samples(row))), "loud_peak"),
        (lambda row: sounding(row, samples(row)[: row.alignment.words[-1].end - 100]), "cut_off"),
    ],
)  # fmt: skip
def test_what_is_odd_is_flagged(change: "object", flag: str) -> None:
    row = recording(TEXT)
    changed = change(row)  # type: ignore[operator]
    n_samples = changed.audio.n_samples
    if n_samples < row.audio.n_samples:
        from batchtts.alignment import crop

        changed = replace(changed, alignment=crop(row.alignment, 0, n_samples))
    assert row_of(row).flags == ()
    assert flag in row_of(changed).flags


@pytest.mark.parametrize(
    ("requested", "flags"), [(2.0, ("length_missed",)), (2.08, ()), (None, ())]
)  # fmt: skip
def test_a_length_that_was_missed_is_flagged(requested: float | None, flags: tuple[str, ...]) -> None:
    asked = None if requested is None else LengthAsked(requested=requested, obtained=2.1)
    row = Preparation(Dataset(), Rates()).prepare(recording(TEXT), asked)
    assert isinstance(row, Utterance)
    assert row.flags == flags


def test_a_rate_that_is_unlike_the_others_of_its_voice_is_flagged_and_not_published() -> None:
    rates = Rates()
    for number in range(FEWEST_ROWS):
        rates.add("ben", 8 + number % 5 * 0.1)
        rates.add("anna", 2 + number)
    found = row_of(recording(TEXT, speaker="ben"), rates=rates)
    assert found.flags == ("odd_rate",)
    assert "chars_per_second_mads" not in found.values
    assert row_of(recording(TEXT), rates=rates).flags == ()
    assert row_of(recording("Tide.", speaker="ben"), rates=rates).flags == ()


def test_a_deviation_is_counted_in_median_absolute_deviations() -> None:
    rates = Rates()
    for rate in (10, 11, 12, 13, 14, 15, 16, 17, 18, 19) * 2:
        rates.add("anna", rate)
    assert rates.deviation("anna", 14.5) == 0
    assert rates.deviation("anna", 19.5) == 2
    assert rates.deviation("ben", 14.5) is None


def test_what_is_silent_or_empty_or_misaligned_is_never_exported() -> None:
    row = recording(TEXT)
    rows = prepared(
        sounding(row, np.zeros(row.audio.n_samples)),
        sounding(row, np.zeros(0)),
        replace(row, audio=row.audio.slice(0, row.audio.n_samples - row.alignment.frame - 1)),
        row,
    )
    assert reasons(rows) == ["silent", "empty", "alignment is off", None]
    assert isinstance(rows[0], Reject)
    assert (rows[0].detail, rows[0].values["rms_dbfs"]) == ("rms_dbfs is -120.", -120)


def test_a_row_that_is_not_kept_is_listed_with_what_it_fails() -> None:
    [row] = prepared(
        recording(TEXT, chapter_title="I"), keep="seconds > 0.1 and chapter in ('II', 'III') and words > 2"
    )
    assert isinstance(row, Reject)
    assert (row.reason, row.detail) == ("not kept: chapter in ('II', 'III')", "chapter is 'I'.")
    assert row.values["words"] == 8


@pytest.mark.parametrize(
    ("keep", "is_kept"),
    [
        ("flags = 0", True),
        ("copies = 0", True),
        ("split = 'train' and speaker = 'anna' and document = 'nasty.md'", True),
        ("extra.mood = 'calm' and grade = 2", True),
        ("speed = 1 and voice = 'heart' and engine = 'hibari'", True),
        ("mood is missing", False),
        ("length_error between -1 and 1", False),
    ],
)
def test_all_that_is_known_of_a_row_can_be_asked_for(keep: str, is_kept: bool) -> None:
    row = replace(recording(TEXT), extra={"mood": "calm", "grade": "2", "note": None})
    assert isinstance(prepared(row, keep=keep)[0], Utterance) is is_kept


def test_copies_can_be_left_out() -> None:
    rows = prepared(*(recording(TEXT, number=number, seed=3) for number in range(3)), keep="copies = 0")
    assert reasons(rows) == [None, "not kept: copies = 0", "not kept: copies = 0"]


def test_the_documentation_lists_all_values_errors_and_flags_as_they_are() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    expected = [
        f"| `{value.name}` | {value.unit} | {value.description} |" for value in (*MEASURED, *COMPARED)
    ]
    expected += [f"| `{value.name}` | {value.kind} | {value.description} |" for value in TOLD]
    expected += [f"| `{rule.name}` | `{rule.query}` |" for rule in (*ERRORS, *FLAGS)]
    assert [line for line in expected if line not in lines] == []


def test_the_examples_of_the_documentation_are_manifests(tmp_path: Path) -> None:
    from batchtts.manifest.reading import read_job

    for example in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        path = tmp_path / "job.yaml"
        path.write_text(example, "utf-8")
        assert read_job(path).sources
