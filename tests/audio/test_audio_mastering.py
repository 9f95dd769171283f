"""Treatments, as a whole."""

from collections.abc import Iterator

import pytest
from audio_meters import sine
from audio_sounds import RATE

from batchtts.audio.mastering import Treatment, measure, treated
from batchtts.audio.true_peak import SECONDS_AT_ONCE


def test_no_treatment_changes_no_byte_and_no_cut() -> None:
    stretches = [b"\1\0", b"\2\0\3\0"]
    assert list(treated(stretches, RATE, Treatment())) == stretches


@pytest.mark.parametrize("gain_db", [-9.5, -0.03, 0.0, 4.0])
def test_a_gain_makes_all_louder_by_as_much(gain_db: float) -> None:
    sound = sine(-12.0, 5, RATE, hertz=440)
    before = measure([sound], RATE)
    found = measure(treated([sound], RATE, Treatment(gain_db=gain_db, ceiling_dbtp=0.0)), RATE)
    assert found.integrated_lufs - before.integrated_lufs == pytest.approx(gain_db, abs=0.02)
    assert found.true_peak_dbtp - before.true_peak_dbtp == pytest.approx(gain_db, abs=0.02)


def test_silence_stays_silence() -> None:
    silence = bytes(2 * 3 * RATE)
    assert b"".join(treated([silence], RATE, Treatment(gain_db=30.0, ceiling_dbtp=-1.0))) == silence


def test_sound_comes_out_while_it_goes_in() -> None:
    n_taken = 0

    def seconds() -> Iterator[bytes]:
        nonlocal n_taken
        for _ in range(60):
            n_taken += 1
            yield sine(-6.0, 1, RATE)

    stretches = treated(seconds(), RATE, Treatment(gain_db=3.0, ceiling_dbtp=-6.0))
    next(stretches)
    assert n_taken <= SECONDS_AT_ONCE + 2


def test_a_treatment_has_a_form_for_json() -> None:
    assert Treatment(gain_db=2.5, ceiling_dbtp=-1.0).form == {"gain_db": 2.5, "ceiling_dbtp": -1.0}
