"""Requests as no SDK would send them: the server is never more permissive than the real one is known to be."""

import asyncio
import json

import aiohttp
from showing import KEY, SENTENCE, URL, VOICE, WRONG_KEY, shows

BETA, V1, V1_BYTES = "/speech/beta/synthesize", "/v1/ai/speech", "/v1/ai/speech/bytes"
BETA_STREAM, V1_STREAM = "/speech/beta/synthesize_streaming", "/v1/ai/speech/stream"
TOO_LONG = ("Word " * 1_001)[:5_001]

WRONG_FIELDS = (
    {"text": ""},
    {"text": TOO_LONG},
    {"voice": ""},
    {"speed": "0.1"},
    {"speed": "2.1"},
    {"speed": "None"},
    {"speed": "nan"},
    {"length": "0"},
    {"length": "301"},
    {"length": "abc"},
    {"format": "ogg"},
    {"format": ""},
    {"seed": "None"},
)
WRONG_KEYS = (
    {"model": None},
    {"format": None},
    {"language": None},
    {"text": None},
    {"voice": None},
    {"text": TOO_LONG},
    {"text": 7},
    {"speed": 0.1},
    {"length": 301},
    {"sample_rate": 44_100},
    {"format": "ogg"},
    {"temperature": 6},
    {"top_p": 1.5},
)


async def paths(http: aiohttp.ClientSession) -> None:
    for method, path in (("GET", "/speech/beta/voice"), ("POST", "/v2/ai/speech"), ("GET", "/v1/ai")):
        with shows(9, f"{method} {path} is 404"):
            async with http.request(method, URL + path) as answer:
                assert answer.status == 404, answer.status
                assert await answer.json()
    with shows(9, "an unknown path is no session either"):
        status = 101
        try:
            await http.ws_connect(f"{URL}/v1/ai/speech/streams")
        except aiohttp.WSServerHandshakeError as error:
            status = error.status
        assert status == 404, status


async def keys(http: aiohttp.ClientSession) -> None:
    form = {"text": SENTENCE, "voice": VOICE}
    for key, statuses in ((None, {401}), ("", {401}), (WRONG_KEY, {401, 403})):
        for method, path, sent in (
            ("GET", "/speech/beta/voices", {}),
            ("POST", BETA, {"data": form}),
            ("GET", "/v1/account", {}),
            ("POST", V1, {"json": form}),
        ):
            with shows(
                9, f"{method} {path} with {'no' if key is None else 'an empty' if not key else 'a wrong'} key"
            ):
                headers = {} if key is None else {"X-API-Key": key}
                async with http.request(method, URL + path, headers=headers, **sent) as answer:
                    assert answer.status in statuses, answer.status
                    assert (await answer.json()).keys() & {"error", "message"}


async def fields(http: aiohttp.ClientSession) -> None:
    good = {"text": SENTENCE, "voice": VOICE}
    for wrong in WRONG_FIELDS:
        with shows(9, f"the beta refuses {shown(wrong)}"):
            async with http.post(URL + BETA, headers={"X-API-Key": KEY}, data=good | wrong) as answer:
                await check_refusal(answer)
    for wrong in WRONG_KEYS:
        with shows(9, f"v1 refuses {shown(wrong)}"):
            for path in (V1, V1_BYTES):
                async with http.post(URL + path, headers={"X-API-Key": KEY}, json=good | wrong) as answer:
                    await check_refusal(answer)
    for body in (b"", b"{", b"[]", b"\xff"):
        with shows(9, f"v1 refuses {body!r} as a body"):
            headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
            async with http.post(URL + V1, headers=headers, data=body) as answer:
                await check_refusal(answer)


def shown(wrong: dict[str, object]) -> str:
    said = json.dumps(wrong)
    return said if len(said) < 60 else f"a text of {len(str(wrong['text']))} characters"


async def check_refusal(answer: aiohttp.ClientResponse) -> None:
    assert 400 <= answer.status < 500, answer.status
    assert isinstance((await answer.json())["error"], str)


async def sessions(http: aiohttp.ClientSession) -> None:
    good = {"X-API-Key": KEY, "voice": VOICE}
    for path in (BETA_STREAM, V1_STREAM):
        for what, first in (
            ("without a key", {"voice": VOICE}),
            ("with a wrong key", good | {"X-API-Key": WRONG_KEY}),
            ("without a voice", {"X-API-Key": KEY}),
            ("with an unknown voice", good | {"voice": "nobody-of-this-name"}),
        ):
            with shows(9, f"{path} {what}: an error, then close code 1002"):
                await check_ended(http, path, json.dumps(first), 1002)
    for wrong in (
        {"model": None},
        {"format": "wav"},
        {"format": None},
        {"sample_rate": 44_100},
        {"speed": 0.1},
    ):
        with shows(9, f"{V1_STREAM} with {json.dumps(wrong)}: an error, then close code 1002"):
            await check_ended(http, V1_STREAM, json.dumps(good | wrong), 1002)
    for first in ("hello", "[]", "null"):
        with shows(9, f"{V1_STREAM} with {first} as its first message: an error, then the end"):
            await check_ended(http, V1_STREAM, first, 1002)


async def check_ended(http: aiohttp.ClientSession, path: str, first: str, code: int) -> None:
    async with http.ws_connect(URL + path) as socket:
        await socket.send_str(first)
        messages = [message async for message in socket]
        assert [message.type for message in messages] == [aiohttp.WSMsgType.TEXT], messages
        assert isinstance(messages[0].json()["error"], str)
        assert socket.close_code == code, socket.close_code


async def main() -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        await paths(http)
        await keys(http)
        await fields(http)
        await sessions(http)


asyncio.run(main())
