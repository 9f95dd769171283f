"""`check --gate`, on files that were really delivered."""

import pytest
from workbench import Workbench

BOOK = ("# One", "The lamp is lit. The door is shut.", "# Two", "A second chapter is as short as the first.")
VOICES = {"narrator": {"engine": "tone", "voice": "hum"}}


@pytest.fixture
def bench(bench: Workbench) -> Workbench:
    bench.job(voices=VOICES)
    bench.book(*BOOK)
    return bench


def test_what_was_mastered_for_a_gate_passes_it(bench: Workbench) -> None:
    assert bench.run("--audiobook", "mp3", "--master", "acx").exit_code == 0
    result = bench.batchtts("check", "--gate", "acx")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert "acx: 2 of 2 files within all limits." in result.stdout


def test_the_sheet_has_the_numbers_of_each_file(bench: Workbench) -> None:
    bench.run("--audiobook", "mp3", "--master", "acx")
    sheet = bench.batchtts("check", "--gate", "acx", "--json").json
    first = sheet["files"][0]
    assert first["path"] == "audiobook/mp3/01-one.mp3"
    assert first["rms_dbfs"] == pytest.approx(-20.0, abs=0.5)
    assert first["head_seconds"] == pytest.approx(0.75, abs=0.05)
    assert first["tail_seconds"] == pytest.approx(2.0, abs=0.1)
    assert (first["sample_rate"], first["kbits_per_second"], first["n_channels"]) == (44_100, 192, 1)
    assert sheet["misses"] == []


def test_a_miss_names_file_measure_value_and_limit(bench: Workbench) -> None:
    bench.run("--audiobook", "mp3")
    result = bench.batchtts("check", "--gate", "acx")
    assert result.exit_code == 6
    assert "audiobook/mp3/01-one.mp3: sample rate is 24000 Hz; the limit is 44100 Hz" in result.stdout
    assert "--master acx" in result.stderr


def test_misses_stand_in_the_sheet_as_json(bench: Workbench) -> None:
    bench.run("--audiobook", "mp3")
    result = bench.batchtts("check", "--gate", "acx", "--json")
    assert result.exit_code == 6
    missed = {(miss["path"], miss["measure"]) for miss in result.json["misses"]}
    assert ("audiobook/mp3/02-two.mp3", "kbits_per_second") in missed


def test_digital_silence_is_null(bench: Workbench) -> None:
    bench.job(voices=VOICES, output={"dir": "out", "room_tone": "off"})
    bench.run("--audiobook", "mp3", "--master", "acx")
    result = bench.batchtts("check", "--gate", "acx", "--json")
    assert [file["noise_floor_dbfs"] for file in result.json["files"]] == [None, None]


def test_without_an_mp3_the_option_is_named_that_makes_them(bench: Workbench) -> None:
    bench.run()
    result = bench.batchtts("check", "--gate", "acx")
    assert result.exit_code == 2
    assert "--audiobook mp3 --master acx" in result.stderr


def test_a_file_that_is_missing_is_named(bench: Workbench) -> None:
    bench.run("--audiobook", "mp3", "--master", "acx")
    (bench.out / "audiobook" / "mp3" / "02-two.mp3").unlink()
    result = bench.batchtts("check", "--gate", "acx")
    assert result.exit_code == 6
    assert "audiobook/mp3/02-two.mp3 is missing" in result.stderr


def test_a_gate_is_no_proof(bench: Workbench) -> None:
    assert bench.batchtts("check", "--gate", "acx", "--deep").exit_code == 2
