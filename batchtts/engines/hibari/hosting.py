"""Where the model speaks: in worker processes, one for each core, or in threads of this process that share it.

Processes take turns at nothing, so they keep all cores busy; threads take turns at the interpreter, but the model
is in memory once.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from batchtts import alignment as alignments
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.hosting import Frame, Workers
from batchtts.engines.hosting.worker import Answer

if TYPE_CHECKING:
    from batchtts.engines.hibari.speaker import Speaker

SECONDS = 600.0
"""The longest text takes some ten seconds of a core; what takes so much longer hangs."""


class Host(Protocol):
    """Where texts are spoken, several at once."""

    async def speak(self, request: SpeechRequest) -> Speech:
        """Speak a text without blocking the event loop."""
        ...

    async def close(self) -> None:
        """Forget the texts that wait, and leave nothing behind."""
        ...


class Threads:
    """`n` threads of this process; the model is loaded when the first text is spoken."""

    def __init__(self, n: int) -> None:
        self._threads = ThreadPoolExecutor(n, thread_name_prefix="hibari")
        self._loading = Lock()
        self._loaded: Speaker | None = None

    async def speak(self, request: SpeechRequest) -> Speech:
        """Speak a text in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._speak, request)

    async def close(self) -> None:
        """Forget the texts that wait, and wait for those that are being spoken."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _speak(self, request: SpeechRequest) -> Speech:
        return self._speaker().speak(request)

    def _speaker(self) -> "Speaker":
        with self._loading:
            if self._loaded is None:
                from batchtts.engines.hibari.speaker import Speaker

                self._loaded = Speaker()
            return self._loaded


class Processes:
    """Up to `n` worker processes, each with a model of its own, each started when it is first needed."""

    def __init__(self, n: int) -> None:
        self._workers = Workers("hibari", "batchtts.engines.hibari.hosting:load", n=n, seconds=SECONDS)

    async def speak(self, request: SpeechRequest) -> Speech:
        """Have a text spoken by one of the processes."""
        head = {"text": request.text, "voice": request.voice, "speed": request.speed, "seed": request.seed}
        answer = await self._workers.ask(Frame(head={**head, "language": request.language}))
        alignment = alignments.from_json(answer.head)
        return Speech(audio=Pcm(answer.body, alignment.sample_rate), alignment=alignment)

    async def close(self) -> None:
        """End the processes."""
        await self._workers.close()


def load() -> Answer:
    """Load the model in a worker process, and return what speaks."""
    from batchtts.engines.hibari.speaker import Speaker

    speaker = Speaker()

    def speak(request: Frame) -> Frame:
        speech = speaker.speak(SpeechRequest(**request.head))
        return Frame(head=alignments.to_json(speech.alignment), body=speech.audio.data)

    return speak
