"""What a target asks for, given what a sound is."""

from math import inf

import pytest

from batchtts.audio.mastering import Loudness, Treatment
from batchtts.export.audiobook.targets import MOST_GAIN_DB, TARGETS, shortfall, treatment_for
from batchtts.job import MASTERS


def loudness(lufs: float, rms: float | None = None) -> Loudness:
    return Loudness(
        integrated_lufs=lufs,
        rms_dbfs=lufs if rms is None else rms,
        sample_peak_dbfs=-1.0,
        true_peak_dbtp=-1.0,
        noise_floor_dbfs=-80.0,
    )


def test_every_name_in_manifests_is_a_target() -> None:
    assert {*TARGETS, "none"} == set(MASTERS)


@pytest.mark.parametrize(
    ("target", "gain_db", "ceiling_dbtp"),
    [("acx", 7.5, -3.5), ("podcast", 6.0, -2.0), ("broadcast", 2.0, -2.0)],
)
def test_the_gain_brings_the_measure_of_a_target_to_its_aim(
    target: str, gain_db: float, ceiling_dbtp: float
) -> None:
    found = treatment_for(target, loudness(-25.0, rms=-27.5))
    assert found == Treatment(gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)


def test_none_changes_nothing() -> None:
    assert treatment_for("none", loudness(-40.0)) == Treatment()
    assert shortfall("none", loudness(-40.0)) is None


def test_the_ceiling_is_below_what_the_delivered_file_may_have() -> None:
    assert all(target.ceiling_dbtp <= target.peak_dbtp - 0.5 for target in TARGETS.values())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_silence_is_left_as_it_is_and_noted(target: str) -> None:
    assert treatment_for(target, loudness(-inf)).gain_db == 0.0
    assert "too quiet" in str(shortfall(target, loudness(-inf)))


def test_what_the_limiter_took_is_made_good() -> None:
    applied = Treatment(gain_db=10.0, ceiling_dbtp=-2.0)
    assert treatment_for("podcast", loudness(-19.8), applied).gain_db == pytest.approx(10.8)


@pytest.mark.parametrize(("lufs", "gain_db"), [(-68.0, MOST_GAIN_DB), (20.0, -MOST_GAIN_DB)])
def test_no_gain_is_beyond_the_greatest(lufs: float, gain_db: float) -> None:
    assert treatment_for("podcast", loudness(lufs)).gain_db == gain_db


@pytest.mark.parametrize(
    ("lufs", "is_noted"), [(-19.0, False), (-19.5, False), (-18.5, False), (-19.6, True), (-18.4, True)]
)
def test_a_miss_of_more_than_half_a_unit_is_noted(lufs: float, is_noted: bool) -> None:
    assert (shortfall("podcast", loudness(lufs)) is not None) == is_noted


def test_a_note_has_the_numbers() -> None:
    assert "-21.30 LUFS, -2.30 from the aim of -19" in str(shortfall("podcast", loudness(-21.3)))
