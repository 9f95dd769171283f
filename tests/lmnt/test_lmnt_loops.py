"""One client in several event loops, closed or forgotten, and its limit of calls at once."""

import asyncio
import gc
import subprocess
import sys
from typing import Any

import pytest
from aiohttp import web
from scripted_service import KEY, Reply, play, serving, told

from batchtts.lmnt import Speech, Timeout

VOICES = told({"voices": {"lily": {"name": "Lily"}}})


async def _asked(speech: Speech) -> int:
    async with serving(VOICES) as service:
        speech._transport.service.url = service.url  # the port of each loop's service is another
        await speech.list_voices()
        await speech.list_voices()
        return len(service.requests)


@pytest.mark.parametrize("closes", [True, False])
def test_a_client_works_in_one_event_loop_after_the_other(closes: bool) -> None:
    speech = Speech(KEY, base_url="http://127.0.0.1:1")

    async def scenario() -> int:
        n_requests = await _asked(speech)
        if closes:
            await speech.close()
            await speech.close()
        return n_requests

    for _ in range(3):
        assert asyncio.run(scenario()) == 2
        gc.collect()  # what was left open complains here, and a complaint is an error


def test_a_client_can_be_used_after_it_was_closed() -> None:
    async def scenario(speech: Speech) -> Any:
        await speech.close()
        await speech.list_voices()
        await speech.close()
        return await speech.list_voices()

    assert play(scenario, VOICES)[0] == {"lily": {"name": "Lily"}}


def test_event_loops_that_are_gone_are_forgotten() -> None:
    speech = Speech(KEY, base_url="http://127.0.0.1:1")
    for _ in range(5):
        asyncio.run(_asked(speech))
    assert len(speech._transport._lanes._open) == 1


FORGETFUL = """
import asyncio, gc, sys
from aiohttp import web
from batchtts.lmnt import Speech, SpeechSync

async def voices(request):
    return web.json_response({"voices": {}})

async def main(streams):
    asyncio.get_running_loop().slow_callback_duration = 60  # a busy machine is no news
    app = web.Application()
    app.router.add_get("/speech/beta/voices", voices)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = "http://%s:%d" % runner.addresses[0]
    speech = Speech("a-key", base_url=url)
    await speech.list_voices()
    await asyncio.to_thread(SpeechSync("a-key", base_url=url).list_voices)
    if streams:
        del speech
        gc.collect()
        await asyncio.sleep(0)
    await runner.cleanup()

asyncio.run(main(False))
asyncio.run(main(True))
gc.collect()
print("quiet")
"""


def test_a_program_that_forgets_to_close_gets_no_warnings() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", FORGETFUL],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("quiet\n", "", 0)


def test_no_more_calls_are_under_way_than_allowed_and_waiting_is_not_timed() -> None:
    under_way, most = 0, 0

    async def counting(request: web.Request) -> web.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        return await VOICES(request)

    async def scenario(speech: Speech) -> None:
        await asyncio.gather(*(speech.list_voices() for _ in range(120)))

    # 120 calls of 0.02 s, two at a time, take 1.2 s: none of them was given that long, and each many times its own.
    play(scenario, counting, max_concurrency=2, timeout=Timeout(total_seconds=1))
    assert most == 2


def test_a_call_that_is_cancelled_gives_its_slot_back() -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    async def scenario(speech: Speech) -> Any:
        call = asyncio.create_task(speech.list_voices())
        await asyncio.wait([call], timeout=0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        return await speech.list_voices()

    found, _ = play(scenario, never, VOICES, max_concurrency=1)
    assert found == {"lily": {"name": "Lily"}}


def test_three_hundred_calls_at_once_all_succeed() -> None:
    async def scenario(speech: Speech) -> int:
        return len(await asyncio.gather(*(speech.list_voices() for _ in range(300))))

    assert play(scenario, VOICES)[0] == 300


def test_the_cookies_of_a_server_are_not_kept() -> None:
    async def scenario(speech: Speech) -> None:
        await speech.list_voices()
        await speech.list_voices()

    cookie = Reply(body=VOICES.body, headers={"Set-Cookie": "visitor=7"})
    _, service = play(scenario, cookie)
    assert "Cookie" not in service.requests[1].headers
