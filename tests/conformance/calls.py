"""Makes one table of calls with a `Speech`, and tells what came of each; a program for any client of the beta.

    calls.py MODULE LIKE

`Speech` is imported from MODULE, such as lmnt.api or batchtts.lmnt.api.  LIKE is the version of the SDK that both
are compared as: 0.2.0 always sends a seed, 0 if none is given, and knows no length; 0.2.1 sends only a given one.

The server that answers is `recorder.py`, which says the same to everybody.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Mapping
from typing import Any

from showing import KEY, URL

CAPTURED = (
    ("Hello & wörld, 100%.", {"format": "wav", "speed": 1.0}),
    ("Hi", {"seed": 0, "format": "wav", "speed": 1.0}),
    ("Hi.", {"seed": 7, "format": "mp3", "speed": 1.25, "length": 2.5}),
    ("Hi.", {"format": "wav", "speed": 1.0, "durations": True}),
    ("Hi", {"seed": 3, "length": 10, "durations": True}),
)
"""The captures of the protocol: a text and its keywords."""

FURTHER = (
    ("Plain.", {}),
    ("„Äpfel“ — naïve café, Ω ≠ ∞; 日本語 и русский 👩‍🚀.", {"seed": 1}),
    ("a+b = c & d?e=f#g %20 ~!*'()/\\\"<>|{}[]^`", {"seed": 2}),
    ("Two lines\nand a\ttab, \r\n and  two  spaces ", {"seed": 2**31 - 1}),
    ("Slow.", {"seed": 0, "speed": 0.25, "format": "aac"}),
    ("Fast.", {"seed": 0, "speed": 2.0, "length": 300.0}),
    ("Short.", {"seed": 0, "speed": 1.1, "length": 0.1, "durations": False}),
    ("x" * 5_000, {"seed": 0}),
)
"""Texts and keywords that are hard to encode, or at the ends of their ranges."""

VOICE = "shanti"
PARTS = ("This is a test of the eme", "rgency broadcast system.", ' "Quoted", ünd\nmore ☃ 😀')


async def made(call: Any) -> object:
    """Return what comes of a call, in a form that can be compared."""
    try:
        return comparable(await call)
    except AssertionError as error:
        return {"assertion": "must" in str(error)}
    except Exception as error:  # noqa: BLE001 - the error is the result
        return {
            "error": type(error).__name__ if not hasattr(error, "status") else "SpeechError",
            "status": getattr(error, "status", None),
            "message": getattr(error, "message", None),
            "str": str(error),
        }


def comparable(value: object) -> object:
    """Return a result as JSON can hold it; a bytearray of the official client counts as bytes."""
    if isinstance(value, bytes | bytearray):
        return {"bytes": value.hex()}
    if isinstance(value, Mapping):
        return {str(name): comparable(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(entry) for entry in value]
    return value


async def session(speech: Any) -> object:
    """Speak in a session and return the messages as they come."""
    connection = await speech.synthesize_streaming(VOICE)
    for part in PARTS:
        await connection.append_text(part)
    await connection.finish()
    return [(int(message.type), comparable(message.data)) async for message in connection]


def keywords_of(call: Mapping[str, object], *, ours: bool, like: str) -> dict[str, object]:
    """Return the keywords to use.  Ours sends seed 0 if none is given; None is how it is told to send none."""
    if like == "0.2.0":
        return {name: value for name, value in call.items() if name != "length"}
    return {"seed": None, **call} if ours else dict(call)


async def main() -> None:
    module, like = sys.argv[1:]
    ours = module.startswith("batchtts")
    told = {}
    async with importlib.import_module(module).Speech(KEY, base_url=URL) as speech:
        told["list_voices"] = await made(speech.list_voices())
        for text, keywords in (*CAPTURED, *FURTHER):
            given = keywords_of(keywords, ours=ours, like=like)
            told[f"{text[:40]!r} {keywords}"] = await made(speech.synthesize(text, VOICE, **given))
        for text, voice in ((None, VOICE), ("", VOICE), ("Hi", None), ("Hi", "")):
            told[f"synthesize({text!r}, {voice!r})"] = await made(speech.synthesize(text, voice))
        for status in (400, 401, 402, 403, 404, 429, 500, 503):
            told[f"status {status}"] = await made(speech.synthesize(f"answer with {status}", VOICE, seed=0))
        told["session"] = await made(session(speech))
    sys.stdout.write(json.dumps(told))


asyncio.run(main())
