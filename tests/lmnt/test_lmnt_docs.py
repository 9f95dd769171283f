"""What docs/lmnt.md says: its examples run, and its tables are those of the code."""

import json
import re
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from aiohttp import web
from scripted_service import KEY, Reply, mp3_of, told, wav_of
from test_lmnt_durations import TEXTS, of_v1, spoken
from test_lmnt_streams import WORD
from test_lmnt_sync import beside

from batchtts import lmnt
from batchtts.lmnt import RetryPolicy, Timeout, errors
from batchtts.lmnt.features import table

PAGE = (Path(__file__).parents[2] / "docs" / "lmnt.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
WAV = wav_of(30_000)


async def anything(request: web.Request) -> web.StreamResponse:
    """Answer each path of either protocol as LMNT would."""
    form = await request.post()
    reply = {
        "/speech/beta/voices": told({"voices": {"lily": {"name": "Lily"}}}),
        "/speech/beta/synthesize": Reply(body=mp3_of(9) if form.get("format") == "mp3" else WAV),
        "/v1/ai/speech/bytes": Reply(body=WAV),
        "/v1/ai/speech": of_v1(WAV, durations=TEXTS, timestamps=TEXTS),
    }[request.path]
    if form.get("extras"):
        reply = spoken([60, 40], ["m", "n"], WAV)
    return await reply(request)


async def speaking(socket: web.WebSocketResponse, said: list[Any]) -> None:
    """Speak both dialects."""
    async for message in socket:
        said.append(json.loads(message.data))
        if said[-1].get("type") == "flush":
            await socket.send_json({"type": "timestamps", "timestamps": [WORD]})
            await socket.send_json({"type": "flush_complete", "nonce": said[-1]["nonce"]})
        if "eof" in said[-1] or said[-1].get("type") == "finish":
            break
    await socket.send_bytes(mp3_of(4))
    await socket.close()


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_runs(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with beside(anything, stream=speaking) as service:
        monkeypatch.setenv("LMNT_API_KEY", KEY)
        monkeypatch.setenv("LMNT_BASE_URL", service.url)
        exec(compile(example, "docs/lmnt.md", "exec"), {"__name__": "example"})
    assert service.requests


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 7


def test_the_table_of_features_is_that_of_the_code() -> None:
    [printed] = re.findall(r"<!-- features -->\n(.*?)\n<!-- features end -->", PAGE, re.DOTALL)
    assert printed == table()


def test_every_class_of_error_is_in_the_table_and_in_the_tree() -> None:
    [printed] = re.findall(r"<!-- errors -->\n(.*?)\n<!-- errors end -->", PAGE, re.DOTALL)
    classes = {
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type)
        and issubclass(thing, errors.SpeechError)
        and thing is not errors.SpeechError
    }
    assert set(re.findall(r"^\| `(\w+)`", printed, re.MULTILINE)) == classes
    assert set(re.findall(r"── (\w+)", errors.__doc__ or "")) == classes


def test_the_default_limits_are_the_printed_ones() -> None:
    for name in Timeout.__slots__:
        assert f"| `{name}` | {getattr(Timeout(), name):g} |" in PAGE
    for name in RetryPolicy.__slots__:
        assert f"`{name}" in PAGE or name == "attempts"


def test_every_module_of_the_client_is_on_the_map_of_its_package() -> None:
    modules = {module.name for module in iter_modules(lmnt.__path__)}
    assert set(re.findall(r"`(\w+)`", str(lmnt.__doc__))) - {"Speech"} == modules
