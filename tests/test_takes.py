"""A take is one file that holds all that is known of it, and that tells when it was changed."""

import hashlib
import json
import os
import struct
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin
from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech
from batchtts.files import Workspace
from batchtts.model import canonical_json
from batchtts.takes import SCHEMA, StoredTake, TakeDamaged, load, recognize, scan, store

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS


@st.composite
def speeches(draw: st.DrawFn, text: str) -> Speech:
    """Draw a recording of a text with phonemes and whatever else an alignment can hold."""
    lengths = draw(st.lists(st.integers(0, 200), min_size=1, max_size=5))
    item = AlignmentItem(
        kind=draw(st.sampled_from(ItemKind)),
        text=text,
        start=0,
        n_samples=sum(lengths),
        char=(0, len(text)),
        phonemes=tuple(draw(TEXTS) for _ in lengths),
        phoneme_n_samples=tuple(lengths),
        spoken=draw(st.none() | TEXTS),
    )
    alignment = Alignment(
        sample_rate=draw(st.sampled_from([8000, 24000, 48000])),
        level=Level.PHONEME,
        origin=draw(st.sampled_from(Origin)),
        items=(item,),
        frame=draw(st.integers(1, 600)),
        alphabet=draw(st.none() | TEXTS),
        text_match=draw(st.sampled_from(["exact", "count", "edit", "none"])),
        tool=draw(st.none() | TEXTS),
    )
    data = draw(st.binary(min_size=2 * sum(lengths), max_size=2 * sum(lengths)))
    return Speech(audio=Pcm(data, alignment.sample_rate), alignment=alignment)


@st.composite
def stored_takes(draw: st.DrawFn) -> StoredTake:
    text = draw(TEXTS)
    return StoredTake(
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        number=draw(st.integers(1, 1000)),
        text=text,
        settings=draw(
            st.dictionaries(TEXTS, SCALARS | st.dictionaries(TEXTS, SCALARS, max_size=2), max_size=3)
        ),
        seed=draw(st.integers(0, 2**64)),
        engine={"name": "tone", "version": draw(TEXTS), "identity": "tone/1"},
        speech=draw(speeches(text)),
        checks=draw(st.dictionaries(TEXTS, SCALARS | st.lists(TEXTS).map(tuple), max_size=4)),
    )


TEXT = "Hello"
TAKE = StoredTake(
    fingerprint="f" * 64,
    number=1,
    text=TEXT,
    settings={"voice": "low", "params": {"a": 1}},
    seed=3,
    engine={"name": "tone", "version": "1", "identity": "tone/1"},
    speech=Speech(
        audio=Pcm(struct.pack("<20h", *range(20)), 24000),
        alignment=Alignment(
            sample_rate=24000,
            level=Level.WORD,
            origin=Origin.ENGINE,
            items=(AlignmentItem(kind=ItemKind.WORD, text=TEXT, start=0, n_samples=20, char=(0, 5)),),
        ),
    ),
    checks={"speech_start": 0, "speech_end": 20, "flags": ("cut_off",)},
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def overwrite(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


@settings(deadline=None)
@given(stored_takes())
def test_what_is_stored_is_loaded_and_recognized(
    tmp_path_factory: pytest.TempPathFactory, stored: StoredTake
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("takes"))
    record = store(workspace, stored)
    assert load(workspace, record.take) == stored
    assert recognize(workspace, workspace.path(record.take.path)) == record


def test_a_take_is_an_ordinary_wav_file(workspace: Workspace) -> None:
    take = store(workspace, TAKE).take
    with wave.open(str(workspace.path(take.path))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, take.sample_rate)
        assert file.readframes(take.n_samples + 1) == TAKE.speech.audio.data


def test_the_ledger_is_told_what_the_file_is(workspace: Workspace) -> None:
    record = store(workspace, TAKE)
    take = record.take
    data = workspace.path(take.path).read_bytes()
    assert take.sha256 == hashlib.sha256(data).hexdigest()
    assert take.n_bytes == len(data)
    assert take.path == f".batchtts/takes/{'f' * 64}.1.{take.sha256[:16]}.wav"
    assert record.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_equal_takes_are_equal_to_the_byte(workspace: Workspace) -> None:
    shuffled = replace(TAKE, settings=dict(reversed(TAKE.settings.items())))
    assert store(workspace, shuffled) == store(workspace, TAKE)
    assert len(list(scan(workspace))) == 1


@pytest.mark.parametrize("position", [0, 4, 20, 24, 40, 43, 44, 63, 83, 84, 88, 92, 93, 200, 400, -2, -1])
def test_a_flipped_bit_is_found(workspace: Workspace, position: int) -> None:
    take = store(workspace, TAKE).take
    path = workspace.path(take.path)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    overwrite(path, bytes(data))
    with pytest.raises(TakeDamaged, match="its bytes have changed") as caught:
        load(workspace, take)
    assert caught.value.name == take.path
    with pytest.raises(TakeDamaged):
        recognize(workspace, path)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_byte_that_changes_is_found(
    tmp_path_factory: pytest.TempPathFactory, position: int, change: int
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("takes"))
    take = store(workspace, TAKE).take
    path = workspace.path(take.path)
    data = bytearray(path.read_bytes())
    data[position % len(data)] ^= change
    overwrite(path, bytes(data))
    with pytest.raises(TakeDamaged):
        recognize(workspace, path)
    with pytest.raises(TakeDamaged):
        load(workspace, take)


@pytest.mark.parametrize("share", [0, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_not_recognized(workspace: Workspace, share: float) -> None:
    take = store(workspace, TAKE).take
    path = workspace.path(take.path)
    overwrite(path, path.read_bytes()[: int(take.n_bytes * share)])
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        recognize(workspace, path)


@pytest.mark.parametrize(
    "name", ["other.wav", f"{'e' * 64}.1.{{sha}}.wav", f"{'f' * 64}.2.{{sha}}.wav", f"{'f' * 64}.1.0000.wav"]
)
def test_a_renamed_take_is_not_recognized(workspace: Workspace, name: str) -> None:
    take = store(workspace, TAKE).take
    renamed = workspace.takes / name.format(sha=take.sha256[:16])
    workspace.path(take.path).rename(renamed)
    with pytest.raises(TakeDamaged, match="its bytes do not match its name"):
        recognize(workspace, renamed)


def test_a_missing_take_is_named(workspace: Workspace) -> None:
    take = store(workspace, TAKE).take
    workspace.path(take.path).unlink()
    with pytest.raises(TakeDamaged, match="it is missing"):
        load(workspace, take)


def file_with(workspace: Workspace, form: object) -> Path:
    """Write a file that is named as a take should be, whatever it says."""
    data = wav.encode(TAKE.speech.audio, {"btts": canonical_json(form).encode()})
    path = workspace.takes / f"{'f' * 64}.1.{hashlib.sha256(data).hexdigest()[:16]}.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return path


def form_of(workspace: Workspace) -> dict[str, Any]:
    take = store(Workspace(workspace.root / "other"), TAKE).take
    chunk = wav.decode((workspace.root / "other" / take.path).read_bytes()).chunks["btts"]
    form: dict[str, Any] = json.loads(chunk)
    return form


@pytest.mark.parametrize("schema", [SCHEMA, f"{SCHEMA}.4"])
def test_takes_of_this_version_are_recognized_whatever_more_they_say(
    workspace: Workspace, schema: str
) -> None:
    path = file_with(workspace, {**form_of(workspace), "schema": schema, "mood": "merry"})
    assert recognize(workspace, path).text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


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
def test_what_says_something_else_is_not_recognized(workspace: Workspace, change: dict[str, object]) -> None:
    path = file_with(workspace, {**form_of(workspace), **change})
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        recognize(workspace, path)


@pytest.mark.parametrize("form", [[], None, 5, "take", {}])
def test_a_wav_file_with_other_json_is_not_recognized(workspace: Workspace, form: object) -> None:
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        recognize(workspace, file_with(workspace, form))


def test_a_wav_file_of_another_program_is_not_recognized(workspace: Workspace) -> None:
    workspace.takes.mkdir(parents=True)
    (workspace.takes / "a.wav").write_bytes(wav.encode(TAKE.speech.audio))
    with pytest.raises(TakeDamaged, match="not the file of a take"):
        recognize(workspace, workspace.takes / "a.wav")


def test_files_that_may_be_takes_come_in_the_order_of_their_names(workspace: Workspace) -> None:
    assert list(scan(workspace)) == []
    workspace.takes.mkdir(parents=True)
    for name in ("b.wav", "a.wav", "c.wav.part", "d.txt"):
        (workspace.takes / name).touch()
    assert [path.name for path in scan(workspace)] == ["a.wav", "b.wav"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o444), (0o077, 0o400)])
def test_a_take_can_be_read_by_those_the_user_trusts_and_written_by_nobody(
    workspace: Workspace, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        take = store(workspace, TAKE).take
    finally:
        os.umask(before)
    assert workspace.path(take.path).stat().st_mode & 0o777 == mode
