"""Voices in a file: read, changed, written back, and complained about."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from batchtts.engine import VoiceInfo
from batchtts.engines.registry import open_engine
from batchtts.engines.tone import ToneEngine
from batchtts.errors import InputError
from batchtts.server.inputs import Fields
from batchtts.server.refusals import Refusal
from batchtts.server.voices import VoiceStore, read_voices, voices_of_engine

SAMPLE = Path(__file__).parents[2] / "samples" / "voices.json"
ENGINE = [VoiceInfo(id="hum", name="hum", languages=()), VoiceInfo(id="low", name="low", languages=())]


def written(folder: Path, form: Any) -> Path:
    path = folder / "voices.json"
    path.write_text(form if isinstance(form, str) else json.dumps(form), encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    mine = {"engine_voice": "low", "name": "Mine", "owner": "me", "tags": ["a"]}
    return written(tmp_path, {"leah": {"engine_voice": "hum", "name": "Leah"}, "mine": mine})


@pytest.fixture
def store(path: Path) -> VoiceStore:
    return VoiceStore(read_voices(path, ENGINE), path)


def test_a_voice_of_the_file_is_spoken_by_a_voice_of_the_engine(store: VoiceStore) -> None:
    assert [voice.id for voice in store.all()] == ["leah", "mine"]
    assert (store.get("leah").engine_voice, store.get("mine").owner) == ("hum", "me")


def test_without_a_file_the_engines_voices_speak_under_their_own_names() -> None:
    voices = voices_of_engine(asyncio.run(ToneEngine().voices()))
    assert [(voice.id, voice.engine_voice) for voice in voices] == [
        (name, name) for name in ("low", "hum", "high")
    ]


def test_a_change_is_in_the_file(store: VoiceStore, path: Path) -> None:
    changed = store.update("mine", Fields({"name": "Ours", "starred": True, "tags": [], "unfreeze": True}))
    assert (changed.name, changed.starred, changed.tags) == ("Ours", True, ())
    assert read_voices(path, ENGINE) == store.all()


def test_a_voice_that_is_deleted_is_gone_from_the_file(store: VoiceStore, path: Path) -> None:
    store.delete("mine")
    assert [voice.id for voice in read_voices(path, ENGINE)] == ["leah"]


def test_a_change_that_cannot_be_written_is_not_seen(store: VoiceStore, path: Path) -> None:
    path.with_name(path.name + ".part").mkdir()  # in the way of the file that would be written
    with pytest.raises(Refusal) as caught:
        store.update("mine", Fields({"name": "Ours"}))
    assert caught.value.status == 500
    assert store.get("mine").name == "Mine"


def test_a_voice_of_the_system_can_be_starred_and_nothing_else(store: VoiceStore) -> None:
    assert store.update("leah", Fields({"starred": "true", "name": "Leah"})).starred
    for change in (
        lambda: store.update("leah", Fields({"name": "Mine now"})),
        lambda: store.delete("leah"),
    ):
        with pytest.raises(Refusal) as caught:
            change()
        assert caught.value.status == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": None},
        {"starred": "maybe"},
        {"tags": "a"},
        {"tags": [1]},
        {"gender": "x" * 6000},
    ],
)
def test_wrong_changes_are_refused(store: VoiceStore, fields: dict[str, object]) -> None:
    with pytest.raises(Refusal) as caught:
        store.update("mine", Fields(fields))
    assert caught.value.status == 400


def test_an_unknown_voice_is_not_found(store: VoiceStore) -> None:
    with pytest.raises(Refusal, match="nobody") as caught:
        store.get("nobody")
    assert caught.value.status == 404
    with pytest.raises(Refusal) as caught:
        store.get("x" * 10_000)
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("form", "complaints"),
    [
        ("[]", ["voices.json: is not a JSON object"]),
        ("{", ["voices.json:1:2: is no JSON"]),
        ('{"a": {}, "a": {}}', ["voices.json: is no JSON: the key 'a' is there twice"]),
        ("[" * 100_000, ["voices.json: is no JSON"]),
        ({"a": 1}, ["a: must be a JSON object", "a: engine_voice: is missing"]),
        ({"a": {"name": "A"}}, ["a: engine_voice: is missing"]),
        ({"a": {"engine_voice": "bell"}}, ["a: engine_voice: is 'bell', not one of hum, low"]),
        ({"a": {"engine_voice": "hum", "nmae": "A"}}, ["a: nmae: is no known key"]),
        ({"a": {"engine_voice": "hum", "starred": 1}}, ["a: starred: must be true or false"]),
        ({"a": {"engine_voice": "hum", "tags": "x"}}, ["a: tags: must be a list of texts"]),
        (
            {"a": {"engine_voice": "hum", "owner": "you", "name": 3}},
            ["a: name: must be", "a: owner: is 'you'"],
        ),
        ({"": {"engine_voice": "hum"}}, ["a voice needs an id"]),
    ],
)
def test_everything_wrong_in_a_file_is_named_by_file_and_key(
    tmp_path: Path, form: Any, complaints: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        read_voices(written(tmp_path, form), ENGINE)
    assert len(caught.value.problems) == len(complaints)
    for problem, complaint in zip(caught.value.problems, complaints, strict=True):
        assert complaint in str(problem)
        assert "voices.json" in problem.where


def test_the_sample_fits_the_built_in_engine() -> None:
    async def known() -> list[VoiceInfo]:
        async with open_engine("hibari", {}) as engine:
            return list(await engine.voices())

    voices = {voice.id: voice for voice in read_voices(SAMPLE, asyncio.run(known()))}
    assert {"shanti", "mara-wilson", "lily", "leah", "curtis", "morgan"} <= set(voices)
    assert {voice.owner for voice in voices.values()} == {"system", "me"}
