"""What sessions do in time: early sound, pings, back-pressure, leaving, silence, failure and the end of the server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from fakes import ScriptedEngine
from session_bench import DIALECTS, KEY, VOICE, Client, Heard, serving_app, with_client

from batchtts.audio.ffmpeg import FfmpegError
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines.registry import open_engine
from batchtts.engines.tone import ToneEngine
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected
from batchtts.server.admission import Admission
from batchtts.server.faults import Fault, Faults, Moment, Rule
from batchtts.server.running import make_service
from batchtts.server.sessions.limits import SessionLimits

LONG_TEXT = "The tide came in and the tide went out, and nobody on the pier could say why it bothered. " * 40


class HeldEngine(ToneEngine):
    """The engine `tone`, which speaks a text that begins with "Wait" when it is told to, and remembers all texts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    async def voices(self) -> Sequence[VoiceInfo]:
        return await super().voices()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        self.asked.append(request.text)
        if request.text.startswith("Wait"):
            self.reached.set()
            await self.released.wait()
        return await super().synthesize(request)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sound_leaves_while_text_is_still_arriving(dialect: str) -> None:
    async def scenario(client: Client) -> int:
        async with client.open(dialect) as talk:
            await talk.say("text", "The first sentence is whole. T")
            return len(await talk.next_audio())

    assert with_client(scenario) > 0


def test_the_next_sentence_is_spoken_while_one_is_sent() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> bytes:
        async with client.open() as talk:
            await talk.say("text", "Go on. Wait. And ")
            await engine.reached.wait()
            return await talk.next_audio()  # of the first, while the second is not spoken yet

    assert with_client(scenario, engine)


def test_what_a_client_does_not_take_is_not_rendered_and_in_the_end_it_is_let_go() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> None:
        async with client.open(format="pcm_f32le") as talk:
            await talk.say_texts(*[LONG_TEXT] * 4)
            await talk.say("finish")
            await talk.next_audio()
            while client.is_busy:  # noqa: ASYNC110  # the server has no event for us
                await asyncio.sleep(0)

    with_client(scenario, engine, limits=SessionLimits(stall_seconds=0.2))
    assert 1 < len(engine.asked) < 100


def test_a_ping_is_answered_while_something_is_rendered() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> None:
        url = client.server.make_url("/v1/ai/speech/stream")
        async with client.http.ws_connect(url, autoping=False) as socket:
            await socket.send_json({"X-API-Key": KEY, "voice": VOICE})
            await socket.send_json({"text": "Wait for it.", "eof": True})
            await engine.reached.wait()
            await socket.ping(b"there?")
            pong = await socket.receive()
            assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"there?")
            engine.released.set()
            assert (await socket.receive()).type is aiohttp.WSMsgType.BINARY

    with_client(scenario, engine)


def test_a_client_that_leaves_is_not_spoken_to_any_more() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> None:
        async with client.open() as talk:
            await talk.say("text", "Wait. " + LONG_TEXT)
            await talk.say("finish")
            await engine.reached.wait()
            await talk.socket.close()
        engine.released.set()
        async with client.open() as another:
            await another.say("text", "I am here.")
            await another.say("finish")
            await another.rest()

    with_client(scenario, engine)
    assert engine.asked == ["Wait. ", "I am here."]


def test_text_beyond_the_limit_stays_with_the_client_until_there_is_room() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> Heard:
        async with client.open("C") as talk:
            await talk.say("text", "Wait. Then ")
            await engine.reached.wait()
            await talk.say("text", "they went on. Or not. " * 100)
            await talk.say("reset", 1)  # it drops only what there was room for by then
            for _ in range(1_000):
                await asyncio.sleep(0)
            engine.released.set()
            await talk.say("finish")
            return await talk.rest()

    heard = with_client(scenario, engine, limits=SessionLimits(max_characters=500))
    assert (heard.texts, heard.code) == ([{"complete": "reset", "nonce": 1}], 1000)
    assert 80 < len(engine.asked) < 100


@pytest.mark.parametrize("first", [{}, {"X-API-Key": KEY, "voice": VOICE}])
def test_silence_ends_a_session_with_a_reason(first: dict[str, object]) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.connect() as talk:
            if first:
                await talk.socket.send_json(first)
            return await talk.rest()

    heard = with_client(scenario, limits=SessionLimits(idle_seconds=0.05))
    assert heard.texts == [{"error": "nothing was said for 0.05 seconds"}]
    assert heard.code == 1002


def test_it_is_not_silence_while_the_server_has_something_to_do() -> None:
    engine = HeldEngine()

    async def scenario(client: Client) -> Heard:
        async with client.open() as talk:
            await talk.say("text", "Wait. Then")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await talk.next()
            engine.released.set()
            return await talk.rest()

    heard = with_client(scenario, engine, limits=SessionLimits(idle_seconds=0.1))
    assert heard.audio
    assert heard.texts == [{"error": "nothing was said for 0.1 seconds"}]


ERRORS: list[tuple[Exception, str]] = [
    (TextRejected("no word in it"), "the text cannot be spoken: no word in it"),
    (EngineUnavailable("it is away"), "the engine is not available: it is away"),
    (EngineRefused("no credit"), "the engine of this server refuses: no credit"),
    (FfmpegError("/secret/path is missing"), "the audio could not be encoded"),
    (ZeroDivisionError("secret"), "Internal server error"),
]


@pytest.mark.parametrize(("error", "message"), ERRORS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_error_of_the_engine_is_told_and_ends_the_session(
    dialect: str, error: Exception, message: str
) -> None:
    async def scenario(client: Client) -> Heard:
        return await client.hold(dialect, ["All is well. Then ", "it is not. And"])

    heard = with_client(scenario, ScriptedEngine({"Then it is not. ": [error]}))
    told = heard.texts[-1]["error"]
    assert (told["message"] if dialect == "D" else told) == message
    assert heard.code == 1011


class FullAdmission(Admission):
    """Admission of one at a time, where nobody may wait; `refused` is set when somebody had to be."""

    def __init__(self) -> None:
        super().__init__(n_slots=1, per_client=0)
        self.refused = asyncio.Event()

    @asynccontextmanager
    async def slot(self, client: str) -> AsyncIterator[None]:
        if self.n_active:
            self.refused.set()
        async with super().slot(client):
            yield


def test_a_session_waits_where_a_request_would_be_refused() -> None:
    engine, admission = HeldEngine(), FullAdmission()

    async def scenario(client: Client) -> Heard:
        async with client.open() as first, client.open() as second:
            await first.say("text", "Wait.")
            await first.say("flush")
            await engine.reached.wait()
            await second.say("text", "Me too.")
            await second.say("finish")
            await admission.refused.wait()
            engine.released.set()
            return await second.rest()

    heard = with_client(scenario, engine, admission=admission)
    assert (heard.texts, heard.code) == ([], 1000)
    assert heard.audio


@pytest.mark.parametrize("limits", [{"sessions_per_client": 1}, {"sessions_in_all": 1}], ids=str)
def test_who_holds_too_many_sessions_is_told_to_come_back(limits: dict[str, int]) -> None:
    async def scenario(client: Client) -> list[Heard]:
        async with client.open("D") as first:
            await first.next()  # that it is ready
            refused = await client.hold("D", [])
            await first.say("finish")
            await first.rest()
        return [refused, await client.hold("D", ["Now there is room."])]

    refused, held = with_client(scenario, admission=Admission(n_slots=1, **limits))
    [said] = refused.texts
    assert (said["error"]["type"], refused.code) == ("rate_limit_error", 1013)
    assert (held.code, bool(held.audio)) == (1000, True)


def test_a_language_that_the_engine_lacks_is_refused() -> None:
    class EnglishEngine(HeldEngine):
        traits = replace(ToneEngine.traits, languages=("en",))

    async def scenario(client: Client) -> Heard:
        return await client.hold("B", ["Hallo."], language="de")

    heard = with_client(scenario, EnglishEngine())
    assert heard.texts == [{"error": "`language`: the engine of this server speaks en only"}]


def test_what_was_spoken_is_counted() -> None:
    async def scenario(client: Client) -> tuple[float, float]:
        heard = await client.hold("B", ["One. ", "Two."], format="raw")
        metrics = client.service.metrics
        assert metrics.value("batchtts_server_audio_seconds_total") == pytest.approx(
            len(heard.audio) / 48_000
        )
        characters = client.service.usage.characters(client.service.keyring.check(KEY))
        return metrics.value("batchtts_server_characters_total"), characters

    assert with_client(scenario) == (9, 9)


@pytest.mark.parametrize("fault", [Fault(reset=Moment.MIDDLE), Fault(truncate=0.5)])
def test_a_fault_cuts_the_connection_after_the_first_sound(fault: Fault) -> None:
    async def scenario(client: Client) -> Heard:
        return await client.hold("B", [LONG_TEXT])

    heard = with_client(scenario, faults=Faults([Rule(fault=fault, on="stream")]))
    assert heard.code != 1000
    assert len(heard.frames) <= 1


def test_sessions_are_closed_when_the_server_stops() -> None:
    async def scenario(client: Client) -> int | None:
        async with client.open() as talk:
            await talk.say("text", "One. Two")
            await talk.next_audio()
            stopping = asyncio.create_task(client.server.close())
            heard = await talk.rest()
            await stopping
            return heard.code

    assert with_client(scenario) == 1001


def test_many_sessions_at_once_do_not_mix() -> None:
    async def scenario(client: Client) -> list[bytes]:
        holding = [client.hold("B", [f"Number {index % 3}. ", "Go."], format="raw") for index in range(24)]
        return [heard.audio for heard in await asyncio.gather(*holding)]

    audio = with_client(scenario)
    assert len(set(audio)) == 3
    assert all(audio[index] == audio[index % 3] for index in range(24))


def test_an_engine_of_short_texts_gets_short_texts() -> None:
    class ShortEngine(HeldEngine):
        traits = replace(ToneEngine.traits, max_characters=30)

    engine = ShortEngine()

    async def scenario(client: Client) -> Heard:
        return await client.hold("B", ["on and on it goes " * 10])

    assert with_client(scenario, engine).code == 1000
    assert all(len(text.strip()) <= 30 for text in engine.asked)
    assert "".join(engine.asked) == "on and on it goes " * 10


def test_the_default_engine_speaks_sentence_by_sentence() -> None:
    async def scenario() -> tuple[Heard, Heard]:
        async with open_engine("hibari", {}) as engine:
            service = await make_service(engine)
            async with serving_app(service) as client:
                options = {"voice": "heart", "format": "raw", "return_timestamps": True}
                one = await client.hold("D", ["It rained all nig", "ht. Then it stopped."], **options)
                return one, await client.hold("D", ["It rained all night. Then it sto", "pped."], **options)

    one, other = asyncio.run(scenario())
    words = [word for text in one.texts[1:] for word in text["timestamps"]]
    assert one.audio == other.audio
    assert "".join(word["text"] for word in words) == "It rained all night. Then it stopped."
    assert words[-1]["start"] + words[-1]["duration"] == pytest.approx(len(one.audio) / 48_000)


def test_every_error_of_an_engine_has_its_line_in_the_table() -> None:
    assert {type(error) for error, _ in ERRORS} >= set(EngineError.__subclasses__())
