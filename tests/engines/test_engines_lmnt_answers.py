"""What the engine `lmnt` asks for, and what it makes of each answer."""

import traceback
from base64 import b64encode

import pytest
from aiohttp import web
from lmnt_service import KEY, Service, multipart, recording, with_engine

from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.lmnt.engine import LmntEngine
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected

GOOD = ([8, 4, 8], ["h", " ", "j"])


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMNT_API_KEY", KEY)


def ask(service: Service, text: str = "Hi, you!", *, api: str = "beta", **request: object) -> Speech:
    async def synthesize(engine: LmntEngine) -> Speech:
        return await engine.synthesize(SpeechRequest(**{"text": text, "voice": "lily", **request}))  # type: ignore[arg-type]

    return with_engine(service, synthesize, settings=[("api", api)])


def refused(service: Service, **request: object) -> EngineError:
    """Return the error that an answer becomes; the key is nowhere in it, nor in what it came from."""
    with pytest.raises(EngineError) as caught:
        ask(service, **request)  # type: ignore[arg-type]
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


# --- What is asked ---------------------------------------------------------------------------------------


def test_the_beta_is_asked_for_wav_with_phonemes() -> None:
    service = Service(multipart(*GOOD, recording()))
    speech = ask(service, speed=1.5, seed=7, length_seconds=2.5)
    assert service.forms == [
        {"text": "Hi, you!", "voice": "lily", "seed": "7", "format": "wav", "speed": "1.5", "length": "2.5",
         "extras": "alignment"}
    ]  # fmt: skip
    assert service.keys == {KEY}
    assert [(word.text, word.start, word.phonemes) for word in speech.alignment.words] == [
        ("Hi", 0, ("h",)),
        ("you", 3_600, ("j",)),
    ]


def test_v1_is_asked_for_wav_with_times_its_model_and_the_settings_of_the_voice() -> None:
    timestamps = [
        {"text": "Hi, ", "start": 0, "duration": 0.1},
        {"text": "you!", "start": 0.1, "duration": 0.15},
    ]
    audio = b64encode(recording()).decode()
    service = Service(web.json_response({"audio": audio, "timestamps": timestamps}))
    speech = ask(service, api="v1", language="en-GB", settings={"temperature": 0.5})
    [form] = service.forms
    assert form.items() >= {
        "text": "Hi, you!", "voice": "lily", "format": "wav", "model": "blizzard", "sample_rate": 24_000,
        "language": "en", "temperature": 0.5, "return_timestamps": True,
    }.items()  # fmt: skip
    assert [(word.text, word.start, word.n_samples) for word in speech.alignment.words] == [
        ("Hi", 0, 2_400),
        ("you", 2_400, 3_600),
    ]


@pytest.mark.parametrize("api", ["beta", "v1"])
def test_voices_are_those_of_the_service(api: str) -> None:
    async def names(engine: LmntEngine) -> list[tuple[str, str, str]]:
        return [(voice.id, voice.name, voice.gender) for voice in await engine.voices()]

    assert with_engine(Service(), names, settings=[("api", api)]) == [
        ("lily", "Lily", "female"),
        ("amy", "Amy", "female"),
    ]


# --- What cannot be kept ---------------------------------------------------------------------------------

HTML = "<!doctype html><title>Sign in</title>"


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (lambda: multipart(*GOOD, recording(sample_rate=22_050)), "22050 samples a second"),
        (lambda: multipart(*GOOD, recording()[:-1000]), "cut off"),
        (lambda: multipart(*GOOD, b""), "empty"),
        (lambda: multipart(*GOOD, recording(0)), "no samples"),
        (lambda: multipart(*GOOD, b"ID3 not a wav at all"), "not a WAV file"),
        (lambda: multipart([8, 4, 20], GOOD[1], recording()), "the durations end at sample 9600"),
        (lambda: multipart([8, 4], GOOD[1], recording()), "2 of them for 3 phonemes"),
        (lambda: multipart([], [], recording()), "no use"),
        (lambda: multipart([20], [" "], recording()), "no phoneme that is heard"),
        (lambda: multipart({"a": 1}, GOOD[1], recording()), "not a list"),
        (lambda: web.Response(text=HTML, content_type="text/html"), "text/html"),
        (lambda: web.Response(body=recording(), content_type="audio/wav"), "audio/wav"),
        (lambda: web.json_response({"audio": ""}), "application/json"),
        (lambda: web.Response(status=204), "instead of audio"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_asked_for_again(answer: object, what: str) -> None:
    error = refused(Service(answer()))  # type: ignore[operator]
    assert isinstance(error, EngineUnavailable)
    assert (error.busy, error.reached) == (False, True)
    assert what in str(error)


def test_a_stereo_answer_is_not_taken_for_a_mono_one() -> None:
    audio = bytearray(recording())
    audio[22] = 2
    assert isinstance(refused(Service(multipart(*GOOD, bytes(audio)))), EngineUnavailable)


def test_a_header_that_was_written_before_its_length_was_known_is_no_fault() -> None:
    audio = bytearray(recording())
    audio[4:8] = audio[40:44] = b"\xff\xff\xff\xff"
    assert ask(Service(multipart(*GOOD, bytes(audio)))).audio.n_samples == 6_000


# --- What the service says -------------------------------------------------------------------------------


def test_a_busy_service_is_asked_again_when_it_says() -> None:
    error = refused(
        Service(web.json_response({"error": "slow down"}, status=429, headers={"Retry-After": "3"}))
    )
    assert isinstance(error, EngineUnavailable)
    assert (error.busy, error.retry_after, error.reached) == (True, 3.0, True)


def test_a_key_that_the_service_repeats_is_shown_to_nobody() -> None:
    error = refused(Service(web.json_response({"error": f"Invalid API key {KEY}"}, status=403)))
    assert isinstance(error, EngineRefused)
    assert "LMNT_API_KEY" in (error.hint or "")


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_unknown_voice_is_named_with_those_there_are(status: int) -> None:
    service = Service(web.json_response({"error": "no such voice"}, status=status))
    error = refused(service, voice="lilly")
    assert isinstance(error, EngineRefused)
    assert "'lilly'" in str(error)
    assert error.hint == "Its voices are lily, amy."


def test_a_text_is_rejected_even_if_the_service_speaks_of_a_voice_that_it_has() -> None:
    error = refused(Service(web.json_response({"error": "no voice can say this"}, status=400)))
    assert isinstance(error, TextRejected)
    assert "it does not take the request: no voice can say this" in str(error)


def test_a_service_that_does_not_list_its_voices_refuses_and_is_not_said_to_reject_a_text() -> None:
    async def list_voices(engine: LmntEngine) -> None:
        await engine.voices()

    service = Service(voices_status=400)
    with pytest.raises(EngineRefused, match="answered 400") as caught:
        with_engine(service, list_voices)
    assert "base_url" in (caught.value.hint or "")


def test_a_redirect_is_not_followed_with_the_key() -> None:
    error = refused(Service(web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})))
    assert isinstance(error, EngineRefused)
    assert "302" in str(error)


def test_a_service_that_is_not_there_was_not_reached(unused_url: str) -> None:
    import asyncio

    from batchtts.engines.lmnt import open_engine

    async def synthesize() -> None:
        async with open_engine({"base_url": unused_url}) as engine:
            await engine.synthesize(SpeechRequest(text="Hi.", voice="lily"))

    with pytest.raises(EngineUnavailable) as caught:
        asyncio.run(synthesize())
    assert (caught.value.reached, caught.value.busy) == (False, False)
    assert unused_url in str(caught.value)


@pytest.fixture
def unused_url() -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


# --- What is not even asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"text": "…!"}, "no word"),
        ({"text": "half \ud83d of it"}, "half of a character"),
        ({"length_seconds": 0.05}, "cannot speak for 0.05 s"),
        ({"length_seconds": 301.0}, "cannot speak for 301 s"),
    ],
)
def test_a_text_that_cannot_be_spoken_costs_nothing(request_: dict[str, object], what: str) -> None:
    service = Service()
    error = refused(service, **request_)
    assert isinstance(error, TextRejected)
    assert what in str(error)
    assert error.hint
    assert service.forms == []


def test_a_setting_of_a_voice_that_makes_no_sense_stops_the_run_unasked() -> None:
    service = Service()
    error = refused(service, api="v1", settings={"temperature": "hot"})
    assert isinstance(error, EngineRefused)
    assert "temperature is 'hot'" in str(error)
    assert service.forms == []
