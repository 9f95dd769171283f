"""Bodies that no SDK sends: each gets an answer, and none of them status 500."""

import asyncio
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_bench import Client, talk

from batchtts.lmnt import wire
from batchtts.server.bodies import FORM_DATA, JSON, MAX_BYTES, URLENCODED

GOOD_PART = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nHi\r\n'
MULTIPART = f"{FORM_DATA}; boundary=b"


async def post(client: Client, type_: str, body: bytes, path: str = wire.V1_BYTES) -> Any:
    return await client.ask("POST", path, data=BytesIO(body), headers={"Content-Type": type_})


@pytest.mark.parametrize(
    ("type_", "body", "complaint"),
    [
        (JSON, b"", "no valid JSON"),
        (JSON, b"{", "no valid JSON"),
        (JSON, b"[]", "must be a JSON object"),
        (JSON, b'"text"', "must be a JSON object"),
        (JSON, b'{"text": "\xff"}', "no valid JSON"),
        (JSON, b"[" * 200_000, "no valid JSON"),
        (JSON, b'{"speed": NaN}', "no valid JSON"),
        (JSON, b'{"seed": ' + b"9" * 10_000 + b"}", "no valid JSON"),
        (JSON, b'{"text": "\\ud800", "voice": "hum"}', "half of a surrogate pair"),
        (JSON, b" " * (MAX_BYTES + 1), "too large"),
        (f"{JSON}; charset=utf-7", b'{"text": 7, "voice": "hum"}', "`text` must be text"),
        (URLENCODED, b"text=%FF&voice=hum", "no form in UTF-8"),
        (URLENCODED, b"text=\xff&voice=hum", "no form in UTF-8"),
        (URLENCODED, b"&".join(b"a=1" for _ in range(200)), "no form in UTF-8"),
        (URLENCODED, b"", "`text` is required"),
        (URLENCODED, b"text&voice=hum", "`text` must not be empty"),
        ("text/plain", b"Hi", "Content-Type"),
        ("", b"Hi", "Content-Type"),
        ("multipart/mixed; boundary=b", b"--b--\r\n", "Content-Type"),
        (FORM_DATA, b"--b--\r\n", "no multipart/form-data"),
        (MULTIPART, b"", "no multipart/form-data"),
        (MULTIPART, b"no boundary at all\r\n", "no multipart/form-data"),
        (MULTIPART, b"--b--\r\n", "`text` is required"),
        (MULTIPART, GOOD_PART + b"--b--\r\n", "`voice` is required"),
        (MULTIPART, GOOD_PART.replace(b"Hi", b"\xff") + b"--b--\r\n", "no multipart/form-data"),
        (MULTIPART, GOOD_PART.replace(b"Hi", b"a" * (MAX_BYTES + 1)) + b"--b--\r\n", "too large"),
        (MULTIPART, GOOD_PART.replace(b"text", b"a") * 2 + b"--b\r\nbroken\r\n", "no multipart/form-data"),
        (
            MULTIPART,
            b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n",
            "multipart itself",
        ),
        (MULTIPART, b"".join(GOOD_PART.replace(b"text", b"%d" % n) for n in range(200)), "too many fields"),
    ],
)
def test_a_body_that_is_wrong_is_refused_for_what_is_wrong(type_: str, body: bytes, complaint: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await post(client, type_, body)
        assert answer.status == 400
        assert complaint in answer.json["error"]
        assert (await client.get("/healthz")).status == 200

    talk(scenario)


def test_the_last_of_equal_fields_counts() -> None:
    async def scenario(client: Client) -> None:
        answer = await post(client, URLENCODED, b"text=Hi&voice=nobody&voice=hum")
        assert answer.status == 200

    talk(scenario)


def test_files_in_a_form_for_speech_are_no_fields() -> None:
    part = GOOD_PART.replace(b'name="text"', b'name="text"; filename="a.txt"')

    async def scenario(client: Client) -> None:
        answer = await post(client, MULTIPART, part + b"--b--\r\n")
        assert answer.json == {"error": "`text` is required"}

    talk(scenario)


@given(st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_no_body_whatsoever_is_answered_with_500(data: st.DataObject) -> None:
    bits = [
        b"--b",
        b"--b--",
        b"\r\n",
        b"\r\n\r\n",
        b"Content-Disposition: ",
        b"form-data",
        b'; name="text"',
        b"x",
    ]
    bits += [
        b"Content-Type: ",
        b"multipart/form-data; boundary=c",
        b"Content-Transfer-Encoding: base64",
        b"\xff",
    ]
    bits += [
        b"{",
        b"}",
        b'"text"',
        b":",
        b"[",
        b"%",
        b"=",
        b"&",
        b"Content-Length: 7",
        b"_charset_",
        b"; filename*=",
    ]
    bodies = data.draw(st.lists(st.lists(st.sampled_from(bits), max_size=12).map(b"".join), max_size=8))
    types = st.sampled_from(
        [JSON, URLENCODED, MULTIPART, "multipart/mixed; boundary=b", "nonsense", "a/b; c"]
    )

    async def scenario(client: Client) -> None:
        for body in bodies:
            for path in (wire.V1_BYTES, wire.V1_VOICE, wire.V1_CONVERT):
                answer = await asyncio.wait_for(post(client, data.draw(types), body, path), 10)
                assert answer.status == 400

    talk(scenario)


@pytest.mark.parametrize("lost", [b"X-Lost: \x00swordfish", b"swordfish", b"Content-Length: swordfish"])
def test_what_is_no_http_is_refused_and_not_logged(lost: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    async def scenario(client: Client) -> bytes:
        host, port = client.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /v1/account HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n" % lost)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/healthz")).status == 200
        return answer.split(b" ")[1]

    assert talk(scenario) == b"400"
    assert "swordfish" not in caplog.text
    assert "Error handling request from 127.0.0.1" in caplog.text
