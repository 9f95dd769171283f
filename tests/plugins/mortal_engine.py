"""An engine for the tests of clusters: it writes down what it is asked, in which process, and dies or hangs of some words.

What it does is told by the environment of the process in which it lives, and by its texts:

    MORTAL_LOG       the file in which each request is written down before it is answered
    MORTAL_IDENTITY  its identity, by default mortal/1
    deadly           a text with this word ends the process, by SIGKILL
    hanging          a text with this word is never answered, and holds up all others
    key=MORTAL_KEY   a text with this is refused where there is no such variable in the environment
    seconds=0.05     such a text is answered after this time
"""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines.tone import ToneEngine
from batchtts.errors import EngineRefused, TextRejected
from batchtts.job import Scalar

LOG, IDENTITY = "MORTAL_LOG", "MORTAL_IDENTITY"


class MortalEngine:
    """Writes down, then dies, hangs or hums."""

    def __init__(self) -> None:
        identity = os.environ.get(IDENTITY, "mortal/1")
        self.traits = replace(ToneEngine.traits, name="mortal", identity=identity, max_concurrency=8)
        self._tone = ToneEngine()

    async def voices(self) -> Sequence[VoiceInfo]:
        return await self._tone.voices()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        write_down(request)
        if "deadly" in request.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hanging" in request.text:
            time.sleep(3600)  # noqa: ASYNC251 - it is what hanging means
        if (match := re.search(r"key=(\w+)", request.text)) and match[1] not in os.environ:
            raise EngineRefused(f"there is no {match[1]}", hint="Set it.")
        if "wrong" in request.text:
            raise TextRejected("the text is wrong")
        if "bug" in request.text:
            raise ZeroDivisionError("a bug of the engine")
        if match := re.search(r"seconds=([\d.]+\d)", request.text):
            await asyncio.sleep(float(match[1]))
        return await self._tone.synthesize(request)


def write_down(request: SpeechRequest) -> None:
    """Add the request to the log with one call of the system, so that nothing can tear it."""
    if LOG in os.environ:
        line = json.dumps({"text": request.text, "pid": os.getpid()}).encode() + b"\n"
        with open(os.environ[LOG], "ab", buffering=0) as log:  # noqa: PTH123
            log.write(line)


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[MortalEngine]:
    yield MortalEngine()
