"""What is raised for every kind of failure, and that the key is in none of it."""

import asyncio
import copy
import gzip
import json
import pickle
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from scripted_service import KEY, Answering, Reply, hang_up, mp3_of, play, serving, told, wav_of

from batchtts.lmnt import (
    BadAnswer,
    ConnectionFailed,
    KeyRejected,
    NoCredit,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Speech,
    SpeechError,
    TimedOut,
    Timeout,
)
from batchtts.lmnt.calls import account_call
from batchtts.lmnt.service import Service
from batchtts.lmnt.transport import Transport


def failing(*answers: Answering, **settings: Any) -> SpeechError:
    async def scenario(speech: Speech) -> SpeechError:
        with pytest.raises(SpeechError) as caught:
            await speech.synthesize("Hi", "lily")
        return caught.value

    error, _ = play(scenario, *answers, **settings)
    assert isinstance(error, SpeechError)
    return error


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, BadAnswer),
        (400, RequestRejected),
        (401, KeyRejected),
        (402, NoCredit),
        (403, KeyRejected),
        (404, NotFound),
        (408, ServerFailed),
        (409, RequestRejected),
        (413, RequestRejected),
        (418, RequestRejected),
        (422, RequestRejected),
        (425, ServerFailed),
        (429, RateLimited),
        (500, ServerFailed),
        (503, ServerFailed),
        (599, ServerFailed),
    ],
)
def test_a_status_has_its_class(status: int, kind: type[SpeechError]) -> None:
    error = failing(told({"error": "no"}, status=status))
    assert (type(error), error.status, error.reached) == (kind, status, True)
    assert str(error).startswith(f"SpeechError [status={status}] ")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": "Invalid API key"}', "Invalid API key"),
        (b'{"message": "No more credit", "status": 401}', "No more credit"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (
            b'{"detail": [{"loc": ["body", "speed"], "msg": "too low", "type": "value_error"}]}',
            "body.speed: too low",
        ),
        (
            b'{"error": {"type": "invalid_request_error", "message": "bad voice"}, "request_id": "r"}',
            "bad voice",
        ),
        (b'{"error": {"type": "rate_limit_error"}}', "rate_limit_error"),
        (b'"just a string"', "just a string"),
        (b'["one", {"message": "two"}]', "one; two"),
        (b"{}", "the server gave no reason"),
        (b'{"error": null}', "the server gave no reason"),
        (b'{"error": true}', "the server gave no reason"),
        (b"", "the server gave no reason"),
        (b"  \n ", "the server gave no reason"),
        (b"plain text", "plain text"),
        (b"<!doctype html><h1>502</h1>", "the server answered with a web page instead of LMNT's protocol"),
        (b"\xff\xfe\x00", "��\x00"),
        (b"[" * 100_000, "[" * 500),
        (b'{"error":' * 50 + b'"deep"' + b"}" * 50, "the server gave no reason"),
    ],
)
def test_an_error_body_of_any_shape_gives_a_message(body: bytes, message: str) -> None:
    error = failing(Reply(status=400, body=body))
    assert error.message == message
    assert str(error) == f"SpeechError [status=400] {message}"
    assert len(error.body) <= 500


def test_an_error_keeps_what_came_with_it() -> None:
    headers = {"request-id": "req_7", "Retry-After": "2.5"}
    error = failing(Reply(status=429, body=b'{"error": "slowly"}', headers=headers))
    assert (error.request_id, error.retry_after, error.body) == ("req_7", 2.5, '{"error": "slowly"}')


async def in_two_pieces(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=400)
    await response.prepare(request)
    await response.write(b'{"error": "the first half')
    await asyncio.sleep(0.02)  # so that they do not arrive as one
    await response.write(b' and the second"}')
    return response


def test_an_error_body_is_read_to_its_end() -> None:
    assert failing(in_two_pieces).message == "the first half and the second"


def test_an_error_whose_body_is_cut_is_still_that_error() -> None:
    error = failing(Reply(status=402, body=b'{"error": "no credit"}', cut_after=9))
    assert (type(error), error.message) == (NoCredit, '{"error":')


def test_a_bomb_in_an_error_body_is_not_unpacked() -> None:
    packed = gzip.compress(bytes(200 << 20))
    error = failing(Reply(status=500, body=packed, headers={"Content-Encoding": "gzip"}))
    assert (type(error), len(error.body)) == (ServerFailed, 500)


@pytest.mark.parametrize("text", ["soon", "", "-3", "inf", "nan", "Wed, 99 Nov 2026 99:00:00 GMT"])
def test_a_retry_after_that_is_no_time_is_none(text: str) -> None:
    assert failing(Reply(status=503, headers={"Retry-After": text})).retry_after is None


def test_a_retry_after_may_be_a_date() -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    seconds = failing(Reply(status=503, headers={"Retry-After": then})).retry_after
    assert seconds is not None
    assert 80 < seconds <= 90
    assert (
        failing(Reply(status=503, headers={"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"})).retry_after == 0
    )


WAV = wav_of(3_000)


@pytest.mark.parametrize(
    ("options", "reply", "words"),
    [
        ({}, Reply(body=b""), "empty"),
        ({}, Reply(body=WAV[:-1]), "cut off: 6043 of 6044"),
        ({}, Reply(body=b"<html></html>", headers={"Content-Type": "text/html; charset=utf-8"}), "text/html"),
        ({}, Reply(body=b"<html></html>"), "not a WAV file"),
        ({}, told({"audio": ""}), "application/json"),
        ({}, Reply(body=mp3_of(2)), "not a WAV file"),
        (
            {},
            Reply(body=b"--b--", headers={"Content-Type": "multipart/mixed; boundary=b"}),
            "multipart/mixed",
        ),
        ({"format": "mp3"}, Reply(body=WAV), "not an MP3 file"),
        ({"format": "mp3"}, Reply(body=mp3_of(3)[:-40]), "cut off: 40 bytes"),
        ({"format": "aac"}, Reply(body=WAV), "not an AAC file"),
        ({"format": None}, Reply(body=b""), "empty"),
    ],
)
def test_a_success_that_is_no_audio_is_an_error(options: dict[str, Any], reply: Reply, words: str) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(BadAnswer, match=words) as caught:
            await speech.synthesize("Hi", "lily", **options)
        assert caught.value.status == 200

    play(scenario, reply)


@pytest.mark.parametrize("body", [b"[]", b'{"voices": []}', b'{"voices": {"a": "b"}}', b"<html>", b""])
def test_voices_that_are_none_are_an_error(body: bytes) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(BadAnswer):
            await speech.list_voices()

    play(scenario, Reply(body=body))


def test_a_redirect_is_not_followed_and_the_key_stays_here() -> None:
    async def scenario(speech: Speech) -> int:
        async with serving(Reply(body=WAV)) as elsewhere:
            redirect = Reply(status=307, headers={"Location": elsewhere.url})
            async with serving(redirect) as service, Speech(KEY, base_url=service.url) as redirected:
                for ask in (redirected.synthesize("Hi", "lily"), redirected.synthesize_streaming("lily")):
                    with pytest.raises(BadAnswer, match="the key would go along"):
                        await ask
            return len(elsewhere.requests)

    n_leaks, _ = play(scenario)
    assert n_leaks == 0


def test_no_connection_means_that_nothing_was_reached() -> None:
    async def scenario(speech: Speech) -> SpeechError:
        with pytest.raises(ConnectionFailed) as caught:
            await speech.synthesize("Hi", "lily")
        return caught.value

    async def nobody_there() -> SpeechError:
        async with serving() as service:
            url = service.url
        async with Speech(KEY, base_url=url) as speech:
            return await scenario(speech)

    error = asyncio.run(nobody_there())
    assert (error.status, error.reached) == (None, False)
    assert "base_url" in str(error.hint)


@pytest.mark.parametrize("answer", [hang_up, Reply(body=WAV, cut_after=1_000), Reply(body=WAV, cut_after=0)])
def test_a_connection_that_is_lost_may_have_been_billed(answer: Answering) -> None:
    error = failing(answer)
    assert (type(error), error.status, error.reached) == (ConnectionFailed, None, True)


async def never(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"R")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "limits", "told"),
    [
        (never, Timeout(idle_seconds=0.05), "was silent for 0.05 s"),
        (never, Timeout(total_seconds=0.05), "took longer than 0.05 s in all"),
        (drip, Timeout(idle_seconds=5, total_seconds=0.1), "took longer than 0.1 s in all"),
    ],
)
def test_a_server_that_takes_too_long_is_given_up(answer: Answering, limits: Timeout, told: str) -> None:
    error = failing(answer, timeout=limits)
    assert (type(error), error.reached) == (TimedOut, True)
    assert error.message.endswith(told)


@asynccontextmanager
async def raw(first: bytes) -> AsyncIterator[str]:
    """Run a server that says one thing to whoever comes, and then nothing; yield its host and port."""

    meetings = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meetings.append(asyncio.current_task())
        writer.write(first)
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"
        await asyncio.gather(*meetings, return_exceptions=True)


def test_a_connection_that_is_not_made_in_time_reached_nothing() -> None:
    async def scenario() -> None:
        limits = Timeout(connect_seconds=0.1)
        # The port answers, but nobody there speaks TLS.
        async with raw(b"") as address, Speech(KEY, base_url=f"https://{address}", timeout=limits) as unmet:
            for ask in (unmet.synthesize("Hi", "lily"), unmet.synthesize_streaming("lily")):
                with pytest.raises(TimedOut, match=r"within 0\.1 s") as caught:
                    await ask
                assert caught.value.reached is False

    asyncio.run(scenario())


def test_a_server_that_speaks_something_else_is_told_apart() -> None:
    async def scenario() -> None:
        greeting = b"220 mail.example ESMTP\r\n\r\n"
        async with raw(greeting) as address, Speech(KEY, base_url=f"http://{address}") as mistaken:
            for ask in (mistaken.list_voices(), mistaken.synthesize_streaming("lily")):
                with pytest.raises(BadAnswer, match="not answer as an HTTP server") as caught:
                    await ask
                assert KEY not in _everything(caught.value)

    asyncio.run(scenario())


def test_a_call_may_have_limits_of_its_own() -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(TimedOut):
            await speech.list_voices(timeout=Timeout(total_seconds=0.05))

    play(scenario, never)


def test_a_body_without_an_end_is_given_up() -> None:
    async def scenario(speech: Speech) -> None:
        url = repr(speech).split("'")[1]
        transport = Transport(Service(KEY, url), max_concurrency=1, max_answer_bytes=5_000)
        with pytest.raises(BadAnswer, match="more than 5000 bytes"):
            await transport.ask(account_call(), Timeout())
        await transport.close()

    play(scenario, Reply(body=WAV))


def _everything(error: BaseException) -> str:
    told = "".join(traceback.format_exception(error))
    return told + repr(error) + str(vars(error)) + repr(error.__context__) + repr(error.__cause__)


def echoing(request: web.Request) -> Any:
    key = request.headers["X-API-Key"]

    async def answer() -> web.StreamResponse:
        body = json.dumps({"error": f"no such key: {key}", "you_sent": dict(request.headers)})
        return web.Response(status=403, text=body, headers={"request-id": f"for-{key}"})

    return answer()


@pytest.mark.parametrize(
    "answer",
    [
        echoing,
        hang_up,
        Reply(body=WAV, cut_after=9),
        told([KEY], status=500),
        Reply(status=302, body=KEY.encode()),
    ],
)
def test_the_key_is_in_no_error(answer: Answering) -> None:
    assert KEY not in _everything(failing(answer))


def test_the_key_is_in_no_repr() -> None:
    speech = Speech(KEY)
    assert KEY not in repr(speech) + repr(vars(speech)) + str(vars(speech))
    assert "api.lmnt.com" in repr(speech)


def test_an_error_can_be_copied_and_pickled() -> None:
    error = failing(Reply(status=429, headers={"Retry-After": "3"}))
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), str(twin), twin.retry_after) == (RateLimited, str(error), 3.0)
