"""Faults as a client meets them."""

import asyncio
import io
import wave
from base64 import b64decode

import aiohttp
import pytest
from rest_bench import Client, SpellingEngine, talk

from batchtts.lmnt import wire
from batchtts.server.faults import Answer, Fault, Faults, Moment, Rule


def faults(**fault: object) -> Faults:
    """Return a fault that befalls the first request for speech, and no other."""
    return Faults([Rule(on="synthesize", first=1, fault=Fault(**fault))])  # type: ignore[arg-type]


def count(client: Client, name: str, **labels: str) -> float:
    return client.service.metrics.value(f"batchtts_server_{name}_total", **labels)


def test_a_status_comes_with_its_own_error_and_time() -> None:
    async def scenario(client: Client) -> None:
        refused = await client.synthesize()
        assert (refused.status, refused.json) == (429, {"error": "Injected fault"})
        assert refused.headers["Retry-After"] == "2"
        assert (await client.synthesize()).status == 200
        assert (count(client, "faults", kind="429"), count(client, "answers")) == (1, 1)

    talk(scenario, faults=faults(status=429, retry_after=1.5))


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        ("<html>", "text/html"),
        ('{"message": "x"}', "application/json"),
        ("", "text/plain"),
        ("no", "text/plain"),
    ],
)
def test_a_status_comes_with_the_body_that_the_rule_gives(body: str, type_: str) -> None:
    async def scenario(client: Client) -> None:
        refused = await client.synthesize()
        assert (refused.status, refused.body.decode(), refused.type) == (502, body, type_)

    talk(scenario, faults=faults(status=502, body=body))


@pytest.mark.parametrize("moment", Moment)
def test_a_reset_is_no_answer(moment: Moment) -> None:
    async def scenario(client: Client) -> None:
        with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
            await client.ask("POST", wire.BETA_SYNTHESIZE, data={"text": "Hello.", "voice": "hum"})
        assert (await client.synthesize()).status == 200
        assert count(client, "faults", kind=f"reset_{moment}") == 1
        assert count(client, "answers") == 1
        assert count(client, "requests", status="gone") == 1

    talk(scenario, faults=faults(reset=moment))


def test_a_reset_in_the_middle_comes_after_a_part_of_the_body() -> None:
    async def scenario(client: Client) -> None:
        form = {"text": "Hello.", "voice": "hum"}
        headers = {"X-API-Key": "k"}
        async with client.session.post(
            client.url + wire.BETA_SYNTHESIZE, data=form, headers=headers
        ) as answer:
            assert answer.status == 200
            with pytest.raises((aiohttp.ClientPayloadError, ConnectionResetError)):
                await answer.read()

    talk(scenario, faults=faults(reset=Moment.MIDDLE))


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_truncated_body_is_shorter_than_announced(share: float) -> None:
    async def scenario(client: Client) -> None:
        host, port = client.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        form = b"text=Hello.&voice=hum"
        writer.write(
            b"POST /speech/beta/synthesize HTTP/1.1\r\nHost: x\r\nX-API-Key: k\r\nContent-Length: %d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%b" % (len(form), form)
        )
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")  # up to the end of the connection
        writer.close()
        await writer.wait_closed()
        [length] = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
        announced = int(length.partition(b": ")[2])
        assert len(body) == int(announced * share) < announced
        assert (count(client, "faults", kind="truncate"), count(client, "answers")) == (1, 0)

    talk(scenario, faults=faults(truncate=share))


def test_latency_comes_before_the_answer() -> None:
    async def scenario(client: Client) -> None:
        began = asyncio.get_running_loop().time()
        assert (await client.synthesize()).status == 200
        assert asyncio.get_running_loop().time() - began >= 0.05
        assert count(client, "faults", kind="latency") == 1

    talk(scenario, faults=faults(latency=0.05))


def test_html_and_nothing_at_all_are_whole_answers_that_are_wrong() -> None:
    rules = [
        Rule(on="synthesize", first=1, fault=Fault(answer=answer)) for answer in (Answer.HTML, Answer.EMPTY)
    ]

    async def scenario(client: Client) -> None:
        html, empty = await client.synthesize(), await client.synthesize()
        assert (html.status, html.type, html.body[:9]) == (200, "text/html", b"<!doctype")
        assert (empty.status, empty.type, empty.body) == (200, "audio/wav", b"")
        assert count(client, "answers") == 2

    talk(scenario, faults=Faults(rules))


def test_silence_has_the_wrong_sample_rate_in_every_shape_of_answer() -> None:
    async def scenario(client: Client) -> None:
        bodies = [
            (await client.synthesize()).body,
            (await client.speech(path=wire.V1_BYTES)).body,
            b64decode((await client.speech()).json["audio"]),
            (await client.synthesize(extras="alignment")).body.partition(b'"audio.wav"\r\n\r\n')[2],
        ]
        for body in bodies:
            with wave.open(io.BytesIO(body)) as file:
                assert file.getframerate() == 22_050
                assert set(file.readframes(file.getnframes())) == {0}
                assert file.getnframes() > 0

    rules = [Rule(on="synthesize", fault=Fault(answer=Answer.SILENCE))]
    talk(scenario, SpellingEngine(), faults=Faults(rules))


def test_the_same_audio_comes_for_all_texts() -> None:
    async def scenario(client: Client) -> None:
        first = await client.synthesize("One.", seed="1")
        second = await client.synthesize("Something else, and longer.", seed="2")
        assert first.body == second.body
        spans = (await client.speech("A third.", return_durations=True)).json["durations"]
        assert "".join(span["text"] for span in spans) == "One."

    talk(scenario, faults=Faults([Rule(on="synthesize", fault=Fault(answer=Answer.SAME))]))


def test_only_a_good_answer_can_be_spoilt() -> None:
    async def scenario(client: Client) -> None:
        assert (await client.synthesize("?!")).status == 400
        assert count(client, "faults") == 0

    talk(scenario, faults=faults(truncate=0.5))


def test_a_handshake_can_be_refused() -> None:
    rules = [Rule(on="stream", first=1, fault=Fault(status=503, retry_after=1))]

    async def scenario(client: Client) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await client.session.ws_connect(client.url + wire.V1_STREAM)
        assert caught.value.status == 503

    talk(scenario, faults=Faults(rules))


@pytest.mark.parametrize(
    "fault", [Fault(reset=Moment.MIDDLE), Fault(truncate=0.5)], ids=["reset", "truncate"]
)
def test_a_session_is_cut_after_its_first_audio(fault: Fault) -> None:
    async def scenario(client: Client) -> None:
        async with client.session.ws_connect(client.url + wire.V1_STREAM) as socket:
            opening = {"X-API-Key": "k", "voice": "hum", "format": "raw"}
            for message in (opening, {"text": "One. Two."}, {"eof": True}):
                await socket.send_json(message)
            kinds = [message.type async for message in socket]
            assert kinds[0] is aiohttp.WSMsgType.BINARY
            assert socket.close_code == 1006
        assert count(client, "faults", kind=fault.kind) == 1

    talk(scenario, faults=Faults([Rule(on="stream", fault=fault)]))
