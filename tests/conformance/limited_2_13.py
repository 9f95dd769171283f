"""SDK 2.13.0 at a server that is too busy: it waits as long as it is told, twice."""

import time

from lmnt import Lmnt
from showing import KEY, SENTENCE, URL, VOICE, shows
from sound import RATE, wav_samples
from told import requests_answered

with (
    shows(7, "after two 429 with Retry-After: 1 the third attempt succeeds"),
    Lmnt(api_key=KEY, base_url=URL) as client,
):
    started = time.monotonic()
    wav = client.speech.generate(text=SENTENCE, voice=VOICE, format="wav").read()
    assert wav_samples(wav) > RATE
    assert time.monotonic() - started >= 2.0
    assert requests_answered(URL) == {"429": 2, "200": 1}
