"""Streaming sessions in both dialects: what is said, what is heard, and every way in which they end."""

import asyncio
import json
from itertools import pairwise
from socket import SHUT_RDWR
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from scripted_service import KEY, Reply, Streaming, listen, mp3_of, play

from batchtts.lmnt import (
    ConnectionFailed,
    FlushComplete,
    KeyRejected,
    NotFound,
    NotOffered,
    RateLimited,
    ResetComplete,
    Speech,
    SpeechError,
    StreamFailed,
    StreamingSynthesisConnection,
    StreamTruncated,
    TimedOut,
    Timeout,
    Timestamps,
)

PIECES = [mp3_of(2), mp3_of(3)]


async def speaking(socket: web.WebSocketResponse, said: list[Any]) -> None:
    await listen(socket, said)
    for piece in PIECES:
        await socket.send_bytes(piece)
    await socket.close()


async def whole(connection: StreamingSynthesisConnection, *texts: str) -> list[Any]:
    for text in texts:
        await connection.append_text(text)
    await connection.finish()
    return [message async for message in connection]


async def session(speech: Speech) -> list[Any]:
    return await whole(
        await speech.synthesize_streaming("mara-wilson"), "This is a test of the eme", "rgency."
    )


def test_the_beta_says_what_was_captured_and_hears_audio() -> None:
    messages, service = play(session, stream=speaking)

    assert [message.data for message in messages] == PIECES
    assert {message.type for message in messages} == {WSMsgType.BINARY}
    assert service.said == [
        {"X-API-Key": KEY, "voice": "mara-wilson"},
        {"text": "This is a test of the eme"},
        {"text": "rgency."},
        {"eof": True},
    ]
    [handshake] = service.requests
    assert handshake.path == "/speech/beta/synthesize_streaming"
    assert KEY not in str(handshake)
    assert "Sec-WebSocket-Extensions" not in handshake.headers


@pytest.mark.parametrize("cuts", [[17], [5, 9, 20], []])
def test_a_text_arrives_as_it_is_however_it_is_cut(cuts: list[int]) -> None:
    text = "This is a test of the emergency 🎭 system."
    bounds = [0, *cuts, len(text)]
    texts = [text[start:end] for start, end in pairwise(bounds)]

    async def scenario(speech: Speech) -> Any:
        return await whole(await speech.synthesize_streaming("lily"), *texts, "")

    _, service = play(scenario, stream=speaking)
    assert "".join(message.get("text", "") for message in service.said) == text
    assert {"text": ""} not in service.said


def test_the_loop_of_the_page_runs_as_it_is() -> None:
    async def scenario(speech: Speech) -> bytes:
        connection = await speech.synthesize_streaming("lily")
        await connection.append_text("Hello.")
        await connection.finish()
        heard = b""
        async for msg in connection:
            if msg.type == WSMsgType.CLOSE:
                break
            heard += msg.data
        assert connection.socket.closed
        return heard

    heard, _ = play(scenario, stream=speaking)
    assert heard == b"".join(PIECES)


def test_a_stream_that_has_ended_stays_ended() -> None:
    async def scenario(speech: Speech) -> None:
        async with await speech.synthesize_streaming("lily") as connection:
            await whole(connection, "Hello.")
            assert [message async for message in connection] == []
            await connection.finish()
            with pytest.raises(RuntimeError, match="after finish"):
                await connection.append_text("more")

    play(scenario, stream=speaking)


def test_a_text_without_a_word_may_give_no_audio() -> None:
    async def silent(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await listen(socket, said)
        await socket.close()

    async def scenario(speech: Speech) -> None:
        assert await whole(await speech.synthesize_streaming("lily"), "  … ") == []
        with pytest.raises(StreamTruncated, match="without any audio"):
            await whole(await speech.synthesize_streaming("lily"), "Hello.")

    play(scenario, stream=silent)


def closing(code: int, *, heard: bool = True, text: str = "") -> Streaming:
    async def stream(socket: web.WebSocketResponse, said: list[Any]) -> None:
        if heard:
            await listen(socket, said)
        await socket.send_bytes(PIECES[0])
        await socket.close(code=code, message=text.encode())

    return stream


async def lost(socket: web.WebSocketResponse, said: list[Any]) -> None:
    await listen(socket, said)
    await socket.send_bytes(PIECES[0])
    transport = socket._req.transport  # type: ignore[union-attr]
    transport.close()  # type: ignore[union-attr]


async def garbled(socket: web.WebSocketResponse, said: list[Any]) -> None:
    await listen(socket, said)
    await socket.send_bytes(PIECES[0])
    transport = socket._req.transport  # type: ignore[union-attr]
    transport.write(b"\x8f\x00")  # type: ignore[union-attr]  # an opcode that there is not


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (closing(1011, text="out of memory"), r"code 1011 \(out of memory\)"),
        (closing(1001), "code 1001"),
        (lost, "the connection was lost"),
        (garbled, "before it was complete"),
    ],
)
@pytest.mark.parametrize("api", ["beta", "v1"])
def test_every_other_end_is_a_truncation(stream: Streaming, words: str, api: str) -> None:
    async def scenario(speech: Speech) -> list[bytes]:
        connection = await speech.synthesize_streaming("lily")
        await connection.append_text("Hello.")
        await connection.finish()
        heard = [(await anext(connection)).data]
        with pytest.raises(StreamTruncated, match=words):
            await anext(connection)
        with pytest.raises(StreamTruncated):
            await anext(connection)
        return heard

    heard, _ = play(scenario, stream=stream, api=api)
    assert heard == [PIECES[0]]


def test_a_normal_end_before_finish_is_a_truncation() -> None:
    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        await anext(connection)
        with pytest.raises(StreamTruncated, match="finish"):
            await anext(connection)

    play(scenario, stream=closing(1000, heard=False))


def test_a_stream_closed_on_this_side_does_not_look_complete() -> None:
    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        reading = asyncio.create_task(anext(connection))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await connection.close()
        with pytest.raises(StreamTruncated, match="on this side"):
            await reading
        with pytest.raises(StreamTruncated):
            await connection.append_text("more")

    play(scenario, stream=listen)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"error": "Invalid API key"}, "Invalid API key"),
        ({"error": {"type": "payment_required_error", "message": "no credit"}}, "no credit"),
        ({"type": "error", "error": {"message": "bad voice"}, "request_id": "req_1"}, "bad voice"),
        ({"type": "error"}, "error"),
    ],
)
@pytest.mark.parametrize("api", ["beta", "v1"])
def test_an_error_inside_a_stream_is_raised_in_any_dialect(frame: Any, message: str, api: str) -> None:
    async def stream(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await socket.send_str(json.dumps({**frame, "key": KEY}))
        await socket.close(code=1002)

    async def scenario(speech: Speech) -> StreamFailed:
        connection = await speech.synthesize_streaming("lily")
        with pytest.raises(StreamFailed) as caught:
            await anext(connection)
        with pytest.raises(SpeechError):
            await connection.append_text("more")
        return caught.value

    error, _ = play(scenario, stream=stream, api=api)
    assert error.message == message
    assert error.request_id == frame.get("request_id")
    assert KEY not in repr(vars(error))


@pytest.mark.parametrize(
    ("message", "advice"),
    [("Invalid API key", KeyRejected.advice), ("No such voice", NotFound.advice), ("Overloaded", None)],
)
def test_an_error_inside_a_stream_says_what_to_do(message: str, advice: str | None) -> None:
    async def stream(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await socket.send_str(json.dumps({"error": message}))
        await socket.close(code=1002)

    async def scenario(speech: Speech) -> str | None:
        with pytest.raises(StreamFailed) as caught:
            await anext(await speech.synthesize_streaming("lily"))
        return caught.value.hint

    assert play(scenario, stream=stream)[0] == advice


@pytest.mark.parametrize("frame", ["not json", "[1]", '{"type": "hello"}'])
def test_text_where_the_beta_has_only_audio_is_an_error(frame: str) -> None:
    async def stream(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await socket.send_str(frame)
        await socket.close()

    async def scenario(speech: Speech) -> None:
        with pytest.raises(StreamFailed, match="the server sent"):
            await anext(await speech.synthesize_streaming("lily"))

    play(scenario, stream=stream)


WORD = {"text": "Hi", "start": 0.0, "duration": 0.25}


async def newest(socket: web.WebSocketResponse, said: list[Any]) -> None:
    """Speak dialect D as its SDK expects it."""
    await socket.send_json({"type": "ready", "request_id": "req_1"})
    async for message in socket:
        said.append(json.loads(message.data))
        match said[-1].get("type"):
            case "flush":
                await socket.send_bytes(PIECES[0])
                await socket.send_json({"type": "timestamps", "timestamps": [WORD]})
                await socket.send_json({"type": "flush_complete", "nonce": said[-1]["nonce"]})
            case "reset":
                await socket.send_json({"type": "reset_complete", "nonce": said[-1]["nonce"]})
            case "finish":
                await socket.send_bytes(PIECES[1])
                await socket.send_json({"type": "something of the future"})
                break
    await socket.close()


def test_v1_has_flush_reset_and_the_times_of_words() -> None:
    async def scenario(speech: Speech) -> list[Any]:
        connection = await speech.synthesize_streaming(
            "leah", format="mp3", sample_rate=24_000, timestamps=True, language=None
        )
        await connection.send_text("Hi")
        assert (await connection.flush(), await connection.reset()) == (1, 2)
        return await whole(connection, "there.")

    messages, service = play(scenario, stream=newest, api="v1")

    audio, times, flushed, reset, rest = messages
    assert (audio.data, rest.data) == (PIECES[0], PIECES[1])
    assert isinstance(times, Timestamps)
    assert times.data == (WORD,)
    assert times.texts[0].duration == 0.25
    assert (flushed, reset) == (FlushComplete(1), ResetComplete(2))
    assert (flushed.data, reset.data, flushed.type) == (1, 2, WSMsgType.TEXT)
    assert service.requests[0].path == "/v1/ai/speech/stream"
    assert service.said == [
        {
            "X-API-Key": KEY,
            "lmnt-version": "1.2",
            "voice": "leah",
            "format": "mp3",
            "return_timestamps": True,
            "sample_rate": 24_000,
        },
        {"type": "text", "text": "Hi"},
        {"type": "flush", "nonce": 1},
        {"type": "reset", "nonce": 2},
        {"type": "text", "text": "there."},
        {"type": "finish"},
    ]


@pytest.mark.parametrize("name", ["flush", "reset"])
def test_the_beta_has_neither_flush_nor_reset(name: str) -> None:
    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        with pytest.raises(NotOffered, match=name):
            await getattr(connection, name)()

    _, service = play(scenario, stream=speaking)
    assert len(service.said) <= 1


def test_a_handshake_that_is_refused_has_the_class_of_its_status() -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(KeyRejected, match="opened no stream"):
            await speech.synthesize_streaming("lily")
        with pytest.raises(RateLimited) as caught:
            await speech.synthesize_streaming("lily")
        assert caught.value.retry_after == 4

    play(scenario, Reply(status=403), Reply(status=429, headers={"Retry-After": "4"}))


def test_an_empty_voice_is_refused_before_a_stream_is_opened() -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(AssertionError, match="voice"):
            await speech.synthesize_streaming("")

    assert play(scenario)[1].requests == []


async def deaf(socket: web.WebSocketResponse, said: list[Any]) -> None:
    """Take what is said and never answer, not even a ping."""
    await listen(socket, said)
    await asyncio.Event().wait()


async def answering_pings_only(socket: web.WebSocketResponse, said: list[Any]) -> None:
    async for message in socket:
        assert message.type is WSMsgType.TEXT


@pytest.mark.parametrize(
    ("stream", "limits", "words"),
    [
        (deaf, Timeout(ping_seconds=0.05), "answered no ping"),
        (answering_pings_only, Timeout(ping_seconds=0.02, receive_seconds=0.2), "no audio for 0.2 s"),
        (answering_pings_only, Timeout(ping_seconds=None, receive_seconds=0.1), "no audio for 0.1 s"),
    ],
)
def test_a_server_that_falls_silent_is_given_up(stream: Streaming, limits: Timeout, words: str) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(TimedOut, match=words):
            await session(speech)

    play(scenario, stream=stream, timeout=limits)


def test_a_server_that_takes_no_text_is_given_up() -> None:
    async def taking_nothing(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await asyncio.Event().wait()

    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        with pytest.raises(TimedOut, match="took no text"):
            await asyncio.gather(*(connection.append_text("x" * (1 << 20)) for _ in range(50)))

    play(scenario, stream=taking_nothing, timeout=Timeout(receive_seconds=0.1))


def test_a_client_is_closed_at_once_though_a_server_takes_nothing() -> None:
    async def taking_nothing(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await asyncio.Event().wait()

    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        writing = asyncio.gather(*(connection.append_text("x" * (1 << 20)) for _ in range(50)))
        await asyncio.wait([writing], timeout=0.1)
        writing.cancel()
        await asyncio.wait_for(speech.close(), timeout=2)

    play(scenario, stream=taking_nothing)


def test_a_stream_that_is_forgotten_is_closed_with_its_client() -> None:
    async def scenario(speech: Speech) -> None:
        connection = await speech.synthesize_streaming("lily")
        connection.socket.itself = connection.socket  # type: ignore[attr-defined]  # so that only gc.collect() finds it

    play(scenario, stream=speaking)  # what is unclosed complains when it is collected


def test_no_stream_without_a_server() -> None:
    async def scenario(speech: Speech) -> None:
        async with Speech(KEY, base_url="http://127.0.0.1:1") as alone:
            with pytest.raises(ConnectionFailed) as caught:
                await alone.synthesize_streaming("lily")
        assert caught.value.reached is False

    play(scenario)


def test_a_writer_who_takes_time_is_waited_for() -> None:
    """Nothing is due before there is a text: pings alone keep the stream open, in both directions."""

    async def pinging(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await socket.ping()
        await speaking(socket, said)

    async def scenario(speech: Speech) -> int:
        connection = await speech.synthesize_streaming("lily")
        reading = asyncio.create_task(_read(connection))
        await asyncio.wait([reading], timeout=0.3)  # as somebody who thinks about what to write
        await connection.append_text("Hello.")
        await connection.finish()
        return await reading

    async def _read(connection: StreamingSynthesisConnection) -> int:
        return len([message async for message in connection])

    limits = Timeout(ping_seconds=0.05, receive_seconds=0.1)
    n_messages, _ = play(scenario, stream=pinging, timeout=limits)
    assert n_messages == len(PIECES)


def test_a_connection_that_is_lost_after_a_ping_gives_what_came_before_and_raises() -> None:
    async def pinging(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await socket.ping()
        await socket.send_bytes(mp3_of(1))
        socket.get_extra_info("socket").shutdown(SHUT_RDWR)

    async def scenario(speech: Speech) -> list[Any]:
        connection = await speech.synthesize_streaming("lily")
        while connection.socket.get_extra_info("socket"):  # noqa: ASYNC110 - no event tells of the loss
            await asyncio.sleep(0)
        found = [(await anext(connection)).data]
        with pytest.raises(StreamTruncated, match="lost"):
            await anext(connection)
        return found

    assert play(scenario, stream=pinging)[0] == [mp3_of(1)]


def test_a_slow_reader_holds_the_server_back_and_loses_nothing() -> None:
    async def plenty(socket: web.WebSocketResponse, said: list[Any]) -> None:
        await listen(socket, said)
        for _ in range(64):
            await socket.send_bytes(bytes(1 << 18))
        await socket.close()

    async def scenario(speech: Speech) -> int:
        connection = await speech.synthesize_streaming("lily")
        await connection.append_text("Hello.")
        await connection.finish()
        await asyncio.sleep(0.3)  # longer than pings would tolerate if nobody was there
        return sum([len(message.data) async for message in connection])

    n_bytes, _ = play(scenario, stream=plenty, timeout=Timeout(ping_seconds=0.05))
    assert n_bytes == 64 << 18


def test_streams_take_no_slots_of_calls() -> None:
    async def scenario(speech: Speech) -> int:
        connections = [await speech.synthesize_streaming("lily") for _ in range(3)]
        n_voices = len(await speech.list_voices())
        for connection in connections:
            await connection.close()
        return n_voices

    found, _ = play(scenario, Reply(body=b'{"voices": {"a": {}}}'), stream=speaking, max_concurrency=1)
    assert found == 1
