"""Our own client at a server that is too busy: with a policy it waits as long as it is told, without one it raises."""

import asyncio
import time

from showing import KEY, SENTENCE, URL, VOICE, shows
from sound import RATE, wav_samples
from told import requests_answered

from batchtts.lmnt import RetryPolicy, Speech
from batchtts.lmnt.errors import RateLimited


async def main() -> None:
    with shows(7, "after two 429 with Retry-After: 1 the third attempt succeeds"):
        started = time.monotonic()
        async with Speech(KEY, base_url=URL, retries=RetryPolicy()) as speech:
            wav = await speech.synthesize(SENTENCE, VOICE)
        assert wav_samples(wav) > RATE
        assert time.monotonic() - started >= 2.0
        assert requests_answered(URL) == {"429": 2, "200": 1}


async def without_a_policy() -> None:
    with shows(7, "without a policy 429 is raised at once, with what the server said"):
        after = None
        async with Speech(KEY, base_url=URL) as speech:
            try:
                await speech.synthesize(SENTENCE, VOICE)
            except RateLimited as error:
                after = error.retry_after
        assert after == 1.0
        assert requests_answered(URL) == {"429": 3, "200": 1}


asyncio.run(main())
asyncio.run(without_a_policy())
