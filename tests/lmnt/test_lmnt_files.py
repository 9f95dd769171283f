"""Audio in pieces and straight to a file, which appears whole or not at all."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from scripted_service import Answering, Reply, mp3_of, play, told, wav_of

from batchtts.lmnt import BadAnswer, ConnectionFailed, KeyRejected, Speech, SpeechError, TimedOut, Timeout

WAV = wav_of(200_000)


@pytest.mark.parametrize(
    ("api", "format_name", "audio"), [("beta", "wav", WAV), ("v1", "wav", WAV), ("v1", "mp3", mp3_of(900))]
)
def test_a_file_is_written_as_it_is_received(
    tmp_path: Path, api: str, format_name: str, audio: bytes
) -> None:
    path = tmp_path / "new folder" / "speech"

    async def scenario(speech: Speech) -> int:
        return await speech.synthesize_to_file("Hi", "lily", path, format=format_name)

    n_bytes, _ = play(scenario, Reply(body=audio), api=api)
    assert path.read_bytes() == audio
    assert n_bytes == len(audio)
    assert [file.name for file in path.parent.iterdir()] == ["speech"]


async def stalling(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(WAV[:50_000])
    await asyncio.Event().wait()
    return response


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply(body=WAV[:-2]), BadAnswer),
        (Reply(body=WAV, cut_after=100_000), ConnectionFailed),
        (Reply(body=b""), BadAnswer),
        (Reply(body=b"<html>", headers={"Content-Type": "text/html"}), BadAnswer),
        (told({"error": "wrong key"}, status=403), KeyRejected),
        (stalling, TimedOut),
    ],
)
def test_a_file_that_would_not_be_whole_does_not_appear(
    tmp_path: Path, answer: Answering, error: type[SpeechError]
) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(b"an older recording")

    async def scenario(speech: Speech) -> None:
        with pytest.raises(error):
            await speech.synthesize_to_file("Hi", "lily", path, timeout=Timeout(idle_seconds=0.2))

    play(scenario, answer)
    assert path.read_bytes() == b"an older recording"
    assert [file.name for file in tmp_path.iterdir()] == ["speech.wav"]


def test_a_file_that_cannot_be_written_is_the_error_of_the_disk(tmp_path: Path) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(IsADirectoryError):
            await speech.synthesize_to_file("Hi", "lily", tmp_path)

    play(scenario, Reply(body=WAV))


def test_the_first_piece_comes_before_the_last_was_made() -> None:
    async def scenario(speech: Speech) -> Any:
        pieces = speech.synthesize_in_pieces("Hi", "lily")
        async with aclosing(pieces):
            return await anext(pieces)

    first, _ = play(scenario, stalling)
    assert WAV.startswith(first)


def test_pieces_that_nobody_wants_any_more_give_their_slot_back() -> None:
    async def scenario(speech: Speech) -> bytes:
        pieces = speech.synthesize_in_pieces("Hi", "lily")
        await anext(pieces)
        await pieces.aclose()
        return b"".join([piece async for piece in speech.synthesize_in_pieces("Hi", "lily")])

    assert play(scenario, stalling, Reply(body=WAV), max_concurrency=1)[0] == WAV
