"""Version 1 of the protocol, REST, asked over a real connection."""

import json
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rest_bench import Client, SpellingEngine, talk

from batchtts.lmnt import wire
from batchtts.server.usage import Usage

VOICES = {
    "leah": {"engine_voice": "hum", "name": "Leah", "gender": "female", "description": "friendly"},
    "mine": {"engine_voice": "low", "owner": "me", "starred": True, "type": "instant", "tags": ["t"]},
}
NEW = {"lmnt-version": "1.2"}


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    path = tmp_path / "voices.json"
    path.write_text(json.dumps(VOICES), encoding="utf-8")
    return path


def test_speech_is_json_with_audio_in_base64_and_the_seed() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.speech(format="wav", seed=9)
        assert (answer.status, answer.type) == (200, "application/json")
        assert list(answer.json) == ["audio", "seed"]
        assert answer.json["seed"] == 9
        assert b64decode(answer.json["audio"])[:4] == b"RIFF"

    talk(scenario)


def test_who_gives_no_seed_is_told_which_one_gives_the_same_again() -> None:
    async def scenario(client: Client) -> None:
        first = (await client.speech(format="wav")).json
        assert (await client.speech(format="wav", seed=first["seed"])).json == first

    talk(scenario)


@pytest.mark.parametrize("name", ["durations", "timestamps"])
def test_stretches_of_the_text_come_under_the_name_that_was_asked_for(name: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.speech("Hello, world.", **{f"return_{name}": True})
        assert set(answer.json) == {"audio", "seed", name}
        spans = answer.json[name]
        assert "".join(span["text"] for span in spans) == "Hello, world."
        for span, after in pairwise(spans):
            assert span["start"] + span["duration"] == pytest.approx(after["start"])

    talk(scenario, SpellingEngine())


@pytest.mark.parametrize("method", ["form", "multipart", "query"])
def test_fields_may_come_in_any_shape(method: str) -> None:
    fields = {
        "text": "Hello there.",
        "voice": "hum",
        "seed": "4",
        "format": "wav",
        "return_durations": "true",
    }

    async def scenario(client: Client) -> None:
        expected = await client.speech(seed=4, format="wav", return_durations=True)
        if method == "query":
            answer = await client.get(wire.V1_SPEECH, params=fields)
        else:
            form = aiohttp.FormData(fields, default_to_multipart=method == "multipart")
            answer = await client.ask("POST", wire.V1_SPEECH, data=form)
        assert answer.json == expected.json

    talk(scenario)


@pytest.mark.parametrize(
    ("format_", "type_", "magic"),
    [
        ("mp3", "audio/mpeg", b"\xff"),
        ("ulaw", "audio/wav", b"RIFF"),
        ("webm", "audio/webm", b"\x1aE\xdf\xa3"),
        ("raw", "application/vnd.lmnt.audio-int16", b""),
        ("pcm_s16le", "application/vnd.lmnt.audio-int16", b""),
        ("pcm_f32le", "application/vnd.lmnt.audio-fp32", b""),
    ],
)
def test_bytes_are_audio_in_every_format(format_: str, type_: str, magic: bytes) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.speech(path=wire.V1_BYTES, format=format_)
        assert (answer.status, answer.type) == (200, type_)
        assert answer.body.startswith(magic)
        assert answer.body

    talk(scenario)


def test_the_sample_rate_is_the_one_asked_for() -> None:
    async def scenario(client: Client) -> None:
        at_24, at_8 = [
            (await client.speech(path=wire.V1_BYTES, format="pcm_s16le", seed=1, sample_rate=rate)).body
            for rate in (24000, 8000)
        ]
        assert len(at_24) == 3 * len(at_8)

    talk(scenario)


@pytest.mark.parametrize("fields", [{"model": None}, {"speed": 0.1}, {"text": "a" * 5001}, {"text": None}])
@pytest.mark.parametrize("path", [wire.V1_SPEECH, wire.V1_BYTES])
def test_wrong_fields_are_refused_in_the_shape_of_the_clients_version(
    path: str, fields: dict[str, Any]
) -> None:
    async def scenario(client: Client) -> None:
        old = await client.speech(path=path, **fields)
        assert (old.status, list(old.json)) == (400, ["error"])
        form = {"text": "Hi", "voice": "hum"} | fields
        new = await client.ask("POST", path, json=form, headers=NEW)
        assert new.status == 400
        assert new.json == {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": old.json["error"]},
            "request_id": new.headers["request-id"],
        }

    talk(scenario)


def test_a_language_that_the_engine_does_not_speak_is_refused() -> None:
    async def scenario(client: Client) -> None:
        assert (await client.speech(language="en")).status == 200
        answer = await client.speech(language="de")
        assert answer.status == 400
        assert "en" in answer.json["error"]

    class English(SpellingEngine):
        traits = replace(SpellingEngine.traits, languages=("en",))

    talk(scenario, English())


def test_voices_are_listed_by_owner_and_star(voices: Path) -> None:
    async def scenario(client: Client) -> None:
        for query, ids in {
            "": ["leah", "mine"],
            "?starred=False&owner=all": ["leah", "mine"],
            "?owner=system": ["leah"],
            "?owner=lmnt": ["leah"],
            "?owner=me": ["mine"],
            "?owner=other": [],
            "?starred=true": ["mine"],
            "?starred=True&owner=system": [],
        }.items():
            answer = await client.get(wire.V1_VOICES + query)
            assert [voice["id"] for voice in answer.json] == ids, query
        assert (await client.get(wire.V1_VOICES + "?owner=you")).status == 400

    talk(scenario, voices=voices)


def test_a_voice_can_be_looked_at_changed_and_deleted(voices: Path) -> None:
    async def scenario(client: Client) -> None:
        mine = f"{wire.V1_VOICE}/mine"
        voice = (await client.get(mine)).json
        assert voice == {
            "id": "mine",
            "name": "mine",
            "gender": "unknown",
            "description": "",
            "owner": "me",
            "starred": True,
            "type": "instant",
            "state": "ready",
            "tags": ["t"],
        }
        changed = await client.ask("PUT", mine, json={"name": "Ours", "starred": False})
        assert changed.json == {"voice": voice | {"name": "Ours", "starred": False}}
        assert (await client.get(mine)).json == changed.json["voice"]
        deleted = await client.ask("DELETE", mine, headers={"Content-Type": "application/json"})
        assert deleted.json == {"success": True}
        assert (await client.get(mine)).status == 404

    talk(scenario, voices=voices)
    assert list(json.loads(voices.read_text(encoding="utf-8"))) == ["leah"]


def test_a_recording_is_read_to_its_end_and_not_cloned() -> None:
    async def create(client: Client, multipart: aiohttp.MultipartWriter) -> Any:
        return await client.ask("POST", wire.V1_VOICE, data=multipart)

    async def scenario(client: Client) -> None:
        mixed = aiohttp.MultipartWriter("mixed")
        mixed.append_json({"name": "n", "enhance": False}).set_content_disposition(
            "form-data", name="metadata"
        )
        recording = mixed.append(BytesIO(bytes(3_000_000)))
        recording.set_content_disposition("form-data", name="file_field", filename="a.wav")
        form = aiohttp.MultipartWriter("form-data")
        form.append("n").set_content_disposition("form-data", name="name")
        form.append(BytesIO(bytes(3_000_000))).set_content_disposition(
            "form-data", name="file", filename="a.wav"
        )
        for multipart in (mixed, form):
            answer = await create(client, multipart)
            assert answer.status == 400
            assert "cannot clone" in answer.json["error"]

    talk(scenario)


@pytest.mark.parametrize(
    ("fields", "word"), [({"file": "x"}, "`name`"), ({"name": "n"}, "recording")], ids=["no name", "no file"]
)
def test_a_voice_without_a_name_or_a_recording_is_refused_for_that(fields: dict[str, Any], word: str) -> None:
    async def scenario(client: Client) -> None:
        form = aiohttp.FormData(fields, default_to_multipart=True)
        answer = await client.ask("POST", wire.V1_VOICE, data=form)
        assert answer.status == 400
        assert word in answer.json["error"]

    talk(scenario)


def test_speech_is_not_converted() -> None:
    async def scenario(client: Client) -> None:
        form = aiohttp.FormData({"voice": "hum"})
        form.add_field("audio", bytes(1000), filename="audio")
        answer = await client.ask("POST", wire.V1_CONVERT, data=form)
        assert answer.status == 400
        assert "cannot convert" in answer.json["error"]

    talk(scenario)


def test_the_account_counts_the_characters_of_its_own_key() -> None:
    async def scenario(client: Client) -> None:
        await client.speech("Hello there.")
        await client.synthesize("Hello.")
        await client.speech("?!")  # cannot be spoken, and does not count
        account = (await client.get(wire.V1_ACCOUNT)).json
        assert account["usage"]["characters"] == 18
        assert {"type", "character_limit", "commercial_use_allowed"} <= set(account["plan"])
        assert "professional_voices" in account["usage"]
        other = (await client.get(wire.V1_ACCOUNT, key="another")).json
        assert other["usage"]["characters"] == 0

    talk(scenario, usage=Usage())
