"""A server that writes down what it is sent, byte for byte, and answers everybody alike."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

from aiohttp import WSMsgType, web

from batchtts.audio import ffmpeg, wav
from batchtts.audio.pcm import Pcm

VOICES = {"voices": {"mara-wilson": {"name": "Mara Wilson", "gender": "female", "imageUrl": "", "id": "x"}}}
N_FRAMES = 47
PCM = bytes(range(256)) * 3 * N_FRAMES
WAV = wav.encode(Pcm(PCM[: 600 * N_FRAMES], 24_000))
FRAMES = [4, 10, 4, 6, 5, 3, 4, 5, 6]
PHONEMES = [" ", "h", "ə", "l", "oʊ", " ", "w", "ɝ", "ld"]


class Recorder:
    """What was sent, in order."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.received: list[tuple[str, ...]] = []
        self._files = files

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve while the block lasts; yield the base URL."""
        app = web.Application()
        app.router.add_get("/speech/beta/voices", self._voices)
        app.router.add_post("/speech/beta/synthesize", self._synthesize)
        app.router.add_get("/speech/beta/synthesize_streaming", self._session)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _note(self, request: web.Request) -> bytes:
        body = await request.read()
        headers = [request.headers.get(name, "") for name in ("X-API-Key", "Content-Type")]
        self.received.append((request.method, request.path_qs, *headers, body.decode("latin-1")))
        return body

    async def _voices(self, request: web.Request) -> web.Response:
        await self._note(request)
        return web.json_response(VOICES)

    async def _synthesize(self, request: web.Request) -> web.Response:
        fields = parse_qs((await self._note(request)).decode())
        if asked := re.fullmatch(r"answer with (\d+)", fields["text"][0]):
            return web.json_response({"error": f"you asked for {asked[1]}"}, status=int(asked[1]))
        if "extras" in fields:
            return web.Response(
                body=_three_parts(), headers={"Content-Type": "multipart/form-data; boundary=bnd42"}
            )
        form = fields["format"][0]
        return web.Response(body=self._files[form], content_type=f"audio/{form}")

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        self.received.append((request.method, request.path_qs, request.headers.get("X-API-Key", "")))
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            self.received.append(("text", message.data))
            if "eof" in json.loads(message.data):
                break
        mp3 = self._files["mp3"]
        for piece in (mp3[:100], mp3[100:]):
            await socket.send_bytes(piece)
        await socket.close(code=1000)
        return socket


async def canned_files() -> dict[str, bytes]:
    """Return a little sound in each format: a client may look whether it is whole."""
    reading = ["-f", "wav"]
    mp3 = await ffmpeg.convert(WAV, reading, ["-b:a", "96k", "-f", "mp3"])
    return {"wav": WAV, "mp3": mp3, "aac": await ffmpeg.convert(WAV, reading, ["-f", "adts"])}


def _three_parts() -> bytes:
    parts = (
        ("application/json", "duration", json.dumps(FRAMES).encode()),
        ("application/json", "phonemes", json.dumps(PHONEMES).encode()),
        ("audio/wav", 'audio"; filename="audio.wav', WAV),
    )
    head = '--bnd42\r\nContent-Type: {}\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
    return (
        b"".join(head.format(kind, name).encode() + body + b"\r\n" for kind, name, body in parts)
        + b"--bnd42--\r\n"
    )


async def recorded(
    command: list[str], environment: dict[str, str]
) -> tuple[list[tuple[str, ...]], dict[str, object]]:
    """Run `calls.py` against a new recorder; return what it sent, and what it says came of it."""
    recorder = Recorder(await canned_files())
    async with recorder.serving() as url:
        process = await asyncio.create_subprocess_exec(
            *command, env={**environment, "LMNT_BASE_URL": url}, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, f"{command} ended with {process.returncode}"
    return recorder.received, json.loads(told)
