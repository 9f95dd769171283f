"""SDK 0.2.1 at a server that is too busy: it never asks again."""

import asyncio

from lmnt.api import Speech, SpeechError
from showing import KEY, SENTENCE, URL, VOICE, shows
from told import requests_answered


async def main() -> None:
    with shows(7, "429 is raised at once, after one request"):
        async with Speech(KEY, base_url=URL) as speech:
            status = 0
            try:
                await speech.synthesize(SENTENCE, VOICE)
            except SpeechError as error:
                status = error.status
        assert status == 429
        assert requests_answered(URL) == {"429": 1}


asyncio.run(main())
