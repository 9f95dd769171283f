"""A server begins, is found, and ends in good order."""

import asyncio
import json
import socket
import urllib.request
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from rest_bench import Client, GatedEngine, talk

from batchtts.engines.tone import ToneEngine
from batchtts.errors import InputError, PlanError
from batchtts.lmnt import wire
from batchtts.server.app import make_app
from batchtts.server.running import (
    ServeOptions,
    check_exposure,
    make_service,
    serving,
    serving_in_thread,
    serving_options,
)

ANY_PORT = ServeOptions(engine="tone", port=0)


def test_a_server_in_a_thread_can_be_asked_by_a_program_that_blocks() -> None:
    with serving_in_thread(ANY_PORT) as url:
        request = urllib.request.Request(url + wire.BETA_VOICES, headers={"X-API-Key": "k"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert "hum" in json.load(answer)["voices"]
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=20)


def test_a_server_in_a_thread_that_cannot_begin_says_why() -> None:
    with pytest.raises(PlanError, match="tune"), serving_in_thread(ServeOptions(engine="tune", port=0)):
        pass


def test_options_lead_to_voices_faults_and_keys(tmp_path: Path) -> None:
    voices, faults = tmp_path / "voices.json", tmp_path / "faults.json"
    voices.write_text('{"leah": {"engine_voice": "hum"}}', encoding="utf-8")
    faults.write_text('{"rules": [{"on": "account", "status": 503}]}', encoding="utf-8")
    options = ServeOptions(engine="tone", port=0, keys=("k",), voices=voices, faults=faults)

    async def run() -> list[int]:
        async with serving_options(options) as url, aiohttp.ClientSession() as session:
            statuses = []
            for path, key in (("/leah", "k"), ("/hum", "k"), ("/leah", "other")):
                asked = session.get(f"{url}{wire.V1_VOICE}{path}", headers={"X-API-Key": key})
                async with asked as answer:
                    statuses.append(answer.status)
            async with session.get(url + wire.V1_ACCOUNT) as answer:
                return [*statuses, answer.status]

    assert asyncio.run(run()) == [200, 404, 403, 503]


def test_no_key_is_in_what_options_look_like() -> None:
    assert "swordfish" not in repr(ServeOptions(keys=("swordfish",)))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_this_machine_needs_no_key(host: str) -> None:
    check_exposure(host, ())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "example.org", "localhost.example.org"])
def test_other_machines_need_one(host: str) -> None:
    check_exposure(host, ["k"])
    with pytest.raises(InputError, match="no key"):
        check_exposure(host, ())


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def run() -> None:
            async with serving(await make_service(ToneEngine()), port=port):
                pass

        with pytest.raises(InputError, match=f"127.0.0.1:{port}: another program listens there"):
            asyncio.run(run())


def test_an_address_that_does_not_exist_is_named() -> None:
    async def run() -> None:
        async with serving(await make_service(ToneEngine(), keys=["k"]), host="192.0.2.1"):
            pass

    with pytest.raises(InputError, match=r"192\.0\.2\.1:0: cannot listen there"):
        asyncio.run(run())


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_bracketed() -> None:
    async def run() -> str:
        async with serving(await make_service(ToneEngine()), host="::1") as url:
            return url

    assert asyncio.run(run()).startswith("http://[::1]:")


def test_what_is_in_flight_is_finished_and_nothing_new_accepted() -> None:
    engine = GatedEngine()

    async def run() -> int:
        service = await make_service(engine)
        async with aiohttp.ClientSession() as session:
            form = {"text": "Hello.", "voice": "hum"}
            async with serving(service, grace_seconds=20) as url:
                asked = asyncio.create_task(
                    session.post(url + wire.BETA_SYNTHESIZE, data=form, headers={"X-API-Key": "k"})
                )
                await engine.reached.wait()
                asyncio.get_running_loop().call_later(0.05, engine.gate.set)
            async with await asked as answer:
                assert (await answer.read())[:4] == b"RIFF"
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url)
            return answer.status

    assert asyncio.run(run()) == 200


def test_what_takes_too_long_is_given_up_when_the_time_is_over() -> None:
    engine = GatedEngine()

    async def run() -> None:
        service = await make_service(engine)
        async with aiohttp.ClientSession() as session:
            async with serving(service, grace_seconds=0.05) as url:
                form = {"text": "Hello.", "voice": "hum"}
                asked = asyncio.create_task(
                    session.post(url + wire.BETA_SYNTHESIZE, data=form, headers={"X-API-Key": "k"})
                )
                await engine.reached.wait()
            with pytest.raises(aiohttp.ClientError):
                await asked

    asyncio.run(run())


def test_sessions_are_counted_and_closed_with_1001_when_the_server_stops() -> None:
    async def run() -> int | None:
        service = await make_service(ToneEngine())
        async with aiohttp.ClientSession() as session:
            async with serving(service) as url:
                opened = await session.ws_connect(url + wire.BETA_STREAM)
                assert "batchtts_server_sessions 1" in service.metrics.text()
                assert opened._response.headers["request-id"]
                closing = asyncio.create_task(opened.receive())
            assert (await closing).type is aiohttp.WSMsgType.CLOSE
            assert service.metrics.value("batchtts_server_sessions_total", path=wire.BETA_STREAM) == 1
            return opened.close_code

    assert asyncio.run(run()) == 1001


UPGRADE = (
    "GET /flood HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


def test_a_session_whose_client_reads_nothing_does_not_hold_up_the_end() -> None:
    async def run() -> None:
        flooding = asyncio.Event()

        async def flood(request: web.Request) -> web.WebSocketResponse:
            opened = web.WebSocketResponse()
            await opened.prepare(request)
            flooding.set()
            await opened.send_bytes(bytes(64 << 20))  # more than lies between two ends of a connection
            return opened

        app = make_app(await make_service(ToneEngine()), closing_seconds=0.1)
        app.router.add_get("/flood", flood)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(UPGRADE.encode())
        await flooding.wait()
        await asyncio.wait_for(runner.cleanup(), timeout=5)
        writer.close()

    asyncio.run(run())


def test_requests_of_a_kept_connection_are_answered_one_after_another() -> None:
    async def scenario(client: Client) -> None:
        for _ in range(3):
            assert (await client.get("/healthz", key=None)).json == {"status": "ok"}
        assert client.session.connector is not None
        assert len(client.session.connector._conns) == 1  # type: ignore[attr-defined]

    talk(scenario)
