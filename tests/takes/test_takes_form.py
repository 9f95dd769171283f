"""The file of a take holds all that is known of it, and is the file of any player."""

import hashlib
import io
import json
import wave
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from takes_values import TAKE, stored_takes

from batchtts.audio import wav
from batchtts.model import canonical_json
from batchtts.takes.form import SCHEMA, StoredTake, TakeDamaged, decode, encode

FILE = b"".join(encode(TAKE).pieces)
FORM: dict[str, Any] = json.loads(wav.decode(FILE).chunks["btts"])


def file_with(form: object) -> bytes:
    """Return the file of a take that says something else."""
    return wav.encode(TAKE.speech.audio, {"btts": canonical_json(form).encode()})


@given(stored_takes())
def test_a_take_is_read_as_it_was_written(stored: StoredTake) -> None:
    assert decode("a take", b"".join(encode(stored).pieces)) == stored


def test_the_hash_and_the_length_are_those_of_all_bytes() -> None:
    _, sha256, n_bytes = encode(TAKE)
    assert (sha256, n_bytes) == (hashlib.sha256(FILE).hexdigest(), len(FILE))


def test_a_take_is_an_ordinary_wav_file() -> None:
    with wave.open(io.BytesIO(FILE)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(file.getnframes()) == TAKE.speech.audio.data


def test_equal_takes_are_equal_to_the_byte() -> None:
    shuffled = replace(TAKE, settings=dict(reversed(TAKE.settings.items())))
    assert encode(shuffled) == encode(TAKE)


@pytest.mark.parametrize("schema", [SCHEMA, f"{SCHEMA}.4"])
def test_takes_of_this_version_are_read_whatever_more_they_say(schema: str) -> None:
    assert decode("a take", file_with({**FORM, "schema": schema, "mood": "merry"})) == TAKE


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "batchtts.take/2"},
        {"schema": "batchtts.take/11"},
        {"schema": None},
        {"alignment": {}},
        {"alignment": None},
        {"alignment": {"items": [[]]}},
        {"checks": []},
        {"checks": None},
    ],
)
def test_what_says_something_else_is_no_take(change: dict[str, object]) -> None:
    with pytest.raises(TakeDamaged, match=r"^that: it is not the file of a take"):
        decode("that", file_with({**FORM, **change}))


@pytest.mark.parametrize("form", [[], None, 5, "take", {}])
def test_a_wav_file_with_other_json_is_no_take(form: object) -> None:
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        decode("that", file_with(form))


def test_a_wav_file_of_another_program_is_no_take() -> None:
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        decode("that", wav.encode(TAKE.speech.audio))


@pytest.mark.parametrize("share", [0, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_no_take(share: float) -> None:
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        decode("that", FILE[: int(len(FILE) * share)])
