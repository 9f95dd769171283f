"""Speaks one sentence with the first voice there is, and writes it to a file: the everyday use of the client."""

# ruff: noqa: ASYNC230, PTH123, RUF015, T201 - this is how people write programs for LMNT's own client

import asyncio
import os

from batchtts.lmnt import Speech

SENTENCE = "The ferry to the islands leaves at a quarter past nine."


async def main() -> None:
    async with Speech(os.environ["LMNT_API_KEY"], base_url=os.environ["LMNT_BASE_URL"]) as speech:
        voices = await speech.list_voices()
        voice = list(voices.keys())[0]
        audio = await speech.synthesize(SENTENCE, voice)
        aligned = await speech.synthesize(SENTENCE, voice, durations=True, seed=0)
        with open("standard.wav", "wb") as file:
            file.write(audio)
        print(voice, voices[voice]["name"], len(audio), aligned["audio"] == audio, len(aligned["durations"]))


if __name__ == "__main__":
    asyncio.run(main())
