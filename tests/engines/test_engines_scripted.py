import asyncio

import pytest
from contract import EngineContract
from fakes import ScriptedEngine

from batchtts.engine import Engine, SpeechRequest
from batchtts.errors import EngineUnavailable


class TestScriptedEngine(EngineContract):
    voice = "hum"

    @pytest.fixture
    def engine(self) -> Engine:
        return ScriptedEngine()


def test_a_script_is_followed_and_then_left() -> None:
    engine = ScriptedEngine({"two": [EngineUnavailable("busy", retry_after=1)]})

    async def ask(text: str) -> None:
        await engine.synthesize(SpeechRequest(text=text, voice="hum"))

    async def ask_all() -> list[BaseException | None]:
        return await asyncio.gather(*map(ask, ["one", "two", "two"]), return_exceptions=True)

    first, second, third = asyncio.run(ask_all())
    assert (first, third) == (None, None)
    assert isinstance(second, EngineUnavailable)
    assert engine.asked == ["one", "two", "two"]
    assert engine.most_at_once == 3
