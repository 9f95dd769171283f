"""The client that blocks: the same results, errors and streams, from threads without an event loop."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scripted_service import (
    KEY,
    Answering,
    Reply,
    ScriptedService,
    Streaming,
    mp3_of,
    serving,
    spoken,
    told,
    wav_of,
)
from test_lmnt_streams import PIECES, newest, speaking

from batchtts.lmnt import FlushComplete, KeyRejected, SpeechSync, StreamTruncated, Timestamps
from batchtts.lmnt.loop_thread import LoopThread

WAV = wav_of(3_000)


@contextmanager
def beside(*answers: Answering, stream: Streaming | None = None) -> Iterator[ScriptedService]:
    """Run a service in another thread."""
    found: list[Any] = []
    ready = threading.Event()

    async def main() -> None:
        async with serving(*answers, stream=stream) as service:
            done = asyncio.Event()
            found.extend([service, asyncio.get_running_loop(), done])
            ready.set()
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert ready.wait(10)
    service, loop, done = found
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


def test_every_method_of_the_beta_blocks(tmp_path: Path) -> None:
    aligned = spoken([10], ["a"], WAV)
    audio = Reply(body=WAV)
    voices = told({"voices": {"lily": {"name": "Lily"}}})
    with beside(voices, audio, aligned, audio) as service, SpeechSync(KEY, base_url=service.url) as speech:
        assert speech.list_voices() == {"lily": {"name": "Lily"}}
        assert speech.synthesize("Hi", "lily") == WAV
        assert speech.synthesize("Hi", "lily", durations=True).words[0].duration == 3_000
        assert speech.synthesize_to_file("Hi", "lily", tmp_path / "hi.wav") == len(WAV)
        assert b"".join(speech.synthesize_in_pieces("Hi", "lily")) == WAV


def test_every_method_of_v1_blocks(tmp_path: Path) -> None:
    (tmp_path / "me.wav").write_bytes(WAV)
    voice, account = told({"id": "me"}), told({"plan": {"type": "free"}, "usage": {"characters": 3}})
    with (
        beside(voice, voice, voice, told({"success": True}), account) as service,
        SpeechSync(KEY, base_url=service.url, api="v1") as speech,
    ):
        assert speech.create_voice("Me", tmp_path / "me.wav").id == "me"
        assert speech.voice_info("me").id == "me"
        assert speech.update_voice("me", name="I").id == "me"
        assert speech.delete_voice("me") is True
        found = speech.account_info()
        assert (found.plan["type"], found.usage["characters"]) == ("free", 3)


def test_a_stream_is_a_for_loop() -> None:
    with (
        beside(stream=speaking) as service,
        SpeechSync(KEY, base_url=service.url) as speech,
        speech.synthesize_streaming("lily") as connection,
    ):
        connection.append_text("Hello.")
        connection.finish()
        assert [message.data for message in connection] == PIECES


def test_a_stream_keeps_its_client_alive() -> None:
    with beside(stream=speaking) as service:
        connection = SpeechSync(KEY, base_url=service.url).synthesize_streaming("lily")
        gc.collect()
        connection.append_text("Hello.")
        connection.finish()
        assert [message.data for message in connection] == PIECES


def test_a_client_may_be_collected_in_its_own_thread() -> None:
    thread = LoopThread()

    async def collect() -> None:
        thread.stop()  # as the finalizer of the client does, in whichever thread garbage is found

    thread.run(collect())
    assert not thread.is_running


def test_a_stream_of_v1_has_all_its_messages() -> None:
    with beside(stream=newest) as service, SpeechSync(KEY, base_url=service.url, api="v1") as speech:
        connection = speech.synthesize_streaming("lily", timestamps=True)
        connection.append_text("Hi")
        assert (connection.flush(), connection.reset()) == (1, 2)
        connection.append_text("there")
        connection.finish()
        kinds = [type(message) for message in connection]
        assert FlushComplete in kinds
        assert Timestamps in kinds


def test_a_stream_that_is_cut_raises() -> None:
    async def cut(socket: Any, said: Any) -> None:
        await socket.send_bytes(mp3_of(1))
        await socket.close(code=1011)

    with beside(stream=cut) as service, SpeechSync(KEY, base_url=service.url) as speech:
        connection = speech.synthesize_streaming("lily")
        with pytest.raises(StreamTruncated, match="1011"):
            list(connection)


def test_errors_are_the_same() -> None:
    with (
        beside(told({"error": "wrong"}, status=403)) as service,
        SpeechSync(KEY, base_url=service.url) as speech,
    ):
        with pytest.raises(KeyRejected, match="wrong"):
            speech.synthesize("Hi", "lily")
        with pytest.raises(TypeError, match="lenght"):
            speech.synthesize("Hi", "lily", lenght=3)  # type: ignore[call-overload]


def test_threads_share_one_client() -> None:
    with (
        beside(Reply(body=WAV)) as service,
        SpeechSync(KEY, base_url=service.url) as speech,
        ThreadPoolExecutor(8) as threads,
    ):
        found = list(threads.map(lambda n: speech.synthesize(f"Hi {n}", "lily"), range(40)))
    assert found == [WAV] * 40
    assert len(service.requests) == 40


def test_it_can_be_used_after_it_was_closed_and_inside_of_an_event_loop() -> None:
    async def main() -> Any:
        return speech.list_voices()

    with beside(told({"voices": {}})) as service:
        speech = SpeechSync(KEY, base_url=service.url)
        assert speech.list_voices() == {}
        speech.close()
        speech.close()
        assert asyncio.run(main()) == {}
        speech.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "batchtts.lmnt"]


def test_pieces_that_nobody_wants_any_more_are_no_burden() -> None:
    with beside(Reply(body=wav_of(1_000_000))) as service, SpeechSync(KEY, base_url=service.url) as speech:
        pieces = speech.synthesize_in_pieces("Hi", "lily")
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        later = speech.synthesize_in_pieces("Hi", "lily")
        next(later)
        speech.close()
        del later


def test_its_repr_shows_the_address_and_no_key() -> None:
    assert repr(SpeechSync(KEY)) == "SpeechSync(base_url='https://api.lmnt.com', api='beta')"
