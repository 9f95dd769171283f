"""What goes over the wire, byte for byte as it was captured from LMNT's own clients."""

import json
from typing import Any

import pytest
from scripted_service import KEY, Reply, mp3_of, play, spoken, told, wav_of

from batchtts.lmnt import Speech

ALIGNED = spoken([10], ["a"], wav_of(3_000))


@pytest.mark.parametrize(
    ("text", "options", "body"),
    [
        (
            "Hello & wörld, 100%.",
            {"seed": None},
            b"text=Hello+%26+w%C3%B6rld%2C+100%25.&voice=shanti&format=wav&speed=1.0",
        ),
        ("Hi", {}, b"text=Hi&voice=shanti&seed=0&format=wav&speed=1.0"),
        (
            "Hi.",
            {"seed": 7, "format": "mp3", "speed": 1.25, "length": 2.5},
            b"text=Hi.&voice=shanti&seed=7&format=mp3&speed=1.25&length=2.5",
        ),
        (
            "Hi.",
            {"seed": None, "durations": True},
            b"text=Hi.&voice=shanti&format=wav&speed=1.0&extras=alignment",
        ),
        (
            "Hi",
            {"seed": 3, "length": 10, "durations": True},
            b"text=Hi&voice=shanti&seed=3&format=wav&speed=1.0&length=10&extras=alignment",
        ),
        ("Hi", {"speed": 2, "durations": False}, b"text=Hi&voice=shanti&seed=0&format=wav&speed=2.0"),
        ("Hi", {"format": None, "speed": None, "length": None}, b"text=Hi&voice=shanti&seed=0"),
    ],
)
def test_a_form_of_the_beta_is_the_captured_one(text: str, options: dict[str, Any], body: bytes) -> None:
    audio = mp3_of(3) if options.get("format") == "mp3" else wav_of(3_000)
    reply = ALIGNED if options.get("durations") else Reply(body=audio)
    _, service = play(lambda speech: speech.synthesize(text, "shanti", **options), reply)

    [request] = service.requests
    assert (request.method, request.path, request.body) == ("POST", "/speech/beta/synthesize", body)
    assert request.headers["X-API-Key"] == KEY
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "lmnt-version" not in request.headers


def test_the_voices_of_the_beta_are_asked_for_with_nothing_but_the_key() -> None:
    voices, service = play(lambda speech: speech.list_voices(), told({"voices": {"lily": {"name": "Lily"}}}))

    [request] = service.requests
    assert (request.method, request.path, request.body) == ("GET", "/speech/beta/voices", b"")
    assert request.headers["X-API-Key"] == KEY
    assert voices == {"lily": {"name": "Lily"}}
    assert voices["lily"].name == "Lily"


@pytest.mark.parametrize(
    ("options", "path", "version", "body"),
    [
        (
            {"format": None, "seed": None},
            "/v1/ai/speech/bytes",
            None,
            '{"text":"hello wörld.","voice":"leah"}',
        ),
        ({}, "/v1/ai/speech/bytes", None, '{"text":"hello wörld.","voice":"leah","format":"wav","seed":0}'),
        (
            {
                "seed": None,
                "language": "en",
                "timestamps": True,
                "sample_rate": 16_000,
                "temperature": 0.5,
                "top_p": 0.9,
            },
            "/v1/ai/speech",
            "1.2",
            '{"text":"hello wörld.","voice":"leah","format":"wav","language":"en","return_timestamps":true,'
            '"sample_rate":16000,"temperature":0.5,"top_p":0.9}',
        ),
        (
            {"durations": True, "speed": 1.5, "length": 3, "conversational": True, "model": "aurora"},
            "/v1/ai/speech",
            None,
            '{"text":"hello wörld.","voice":"leah","conversational":true,"format":"wav","length":3,'
            '"model":"aurora","return_durations":true,"seed":0,"speed":1.5}',
        ),
    ],
)
def test_a_body_of_v1_is_compact_json(
    options: dict[str, Any], path: str, version: str | None, body: str
) -> None:
    audio = wav_of(3_000)
    detailed = told({"audio": _base64(audio), "durations": [], "timestamps": []})
    reply = detailed if path == "/v1/ai/speech" else Reply(body=audio)
    _, service = play(lambda speech: speech.synthesize("hello wörld.", "leah", **options), reply, api="v1")

    [request] = service.requests
    assert (request.path, request.headers.get("lmnt-version")) == (path, version)
    assert request.body.decode() == body
    assert request.headers["Content-Type"] == "application/json"


def _base64(audio: bytes) -> str:
    import base64

    return base64.b64encode(audio).decode()


VOICE = {"id": "a/b", "name": "Amy", "owner": "me", "state": "ready", "starred": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "ask", "reply", "result"),
    [
        ("GET", "/v1/ai/voice/list", b"", lambda speech: speech.list_voices(), [VOICE], [VOICE]),
        (
            "GET",
            "/v1/ai/voice/list?owner=system&starred=true",
            b"",
            lambda speech: speech.list_voices(owner="system", starred=True),
            [],
            [],
        ),
        ("GET", "/v1/ai/voice/a%2Fb", b"", lambda speech: speech.voice_info("a/b"), VOICE, VOICE),
        (
            "PUT",
            "/v1/ai/voice/leah",
            b'{"starred":true}',
            lambda speech: speech.update_voice("leah", starred=True, name=None),
            {"voice": VOICE},
            VOICE,
        ),
        (
            "DELETE",
            "/v1/ai/voice/leah",
            b"",
            lambda speech: speech.delete_voice("leah"),
            {"success": True},
            True,
        ),
        (
            "GET",
            "/v1/account",
            b"",
            lambda speech: speech.account_info(),
            {"plan": {"type": "free"}},
            {"plan": {"type": "free"}},
        ),
    ],
)
def test_voices_and_account_of_v1_are_asked_for_as_the_sdks_do(
    method: str, path: str, body: bytes, ask: Any, reply: object, result: object
) -> None:
    got, service = play(ask, told(reply), api="v1")

    [request] = service.requests
    assert (request.method, request.path, request.body) == (method, path, body)
    assert got == result


def test_a_voice_is_made_of_a_recording_in_parts(tmp_path: Any) -> None:
    recording = tmp_path / "my voice.wav"
    recording.write_bytes(wav_of(300))

    async def scenario(speech: Speech) -> Any:
        return await speech.create_voice("Märi", recording, tags=("calm", "low"))

    voice, service = play(scenario, told(VOICE), api="v1")

    [request] = service.requests
    assert (request.method, request.path) == ("POST", "/v1/ai/voice")
    assert 'name="name"\r\n\r\nMäri\r\n'.encode() in request.body
    assert request.body.count(b'name="tags[]"') == 2
    assert b'name="file"; filename="my voice.wav"' in request.body
    assert wav_of(300) in request.body
    assert voice.state == "ready"


def test_a_path_in_the_base_url_is_kept_and_a_slash_at_its_end_is_none() -> None:
    async def scenario(speech: Speech) -> None:
        url = repr(speech).split("'")[1]
        async with Speech(KEY, base_url=f"{url}/proxy/lmnt/") as behind_a_proxy:
            await behind_a_proxy.list_voices()

    _, service = play(scenario, told({"voices": {}}))
    assert service.requests[0].path == "/proxy/lmnt/speech/beta/voices"


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(speech: Speech) -> None:
        monkeypatch.setenv("LMNT_API_KEY", "from-the-environment\n")
        monkeypatch.setenv("LMNT_BASE_URL", repr(speech).split("'")[1])
        async with Speech() as found:
            await found.list_voices()

    _, service = play(scenario, told({"voices": {}}))
    assert service.requests[0].headers["X-API-Key"] == "from-the-environment"


def test_json_that_was_sent_can_be_read_again() -> None:
    text = 'quote " backslash \\ line \n and 🎭'
    _, service = play(lambda speech: speech.synthesize(text, "leah"), Reply(body=wav_of(300)), api="v1")
    assert json.loads(service.requests[0].body)["text"] == text
