"""The engine `lmnt` does what every engine must do, against the server that comes with batchtts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract import EngineContract

from batchtts.alignment import Level
from batchtts.engine import Engine
from batchtts.engines.lmnt.engine import LmntEngine
from batchtts.engines.lmnt.settings import read_settings
from batchtts.server.running import ServeOptions, serving_in_thread

KEY = "a-key-of-the-contract"
VOICES = Path(__file__).parents[2] / "samples" / "voices.json"


@pytest.fixture(scope="module")
def hibari_url() -> Iterator[str]:
    """Return the address of a server that speaks with hibari, under the names of LMNT's voices."""
    with serving_in_thread(ServeOptions(engine="hibari", port=0, keys=(KEY,), voices=VOICES)) as url:
        yield url


@pytest.fixture(scope="module")
def tone_url() -> Iterator[str]:
    """Return the address of a server that hums."""
    with serving_in_thread(ServeOptions(engine="tone", port=0, keys=(KEY,))) as url:
        yield url


class TestLmntBeta(EngineContract):
    voice = "lily"

    @pytest.fixture
    def engine(self, hibari_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
        monkeypatch.setenv("LMNT_API_KEY", KEY)
        return LmntEngine(read_settings({"base_url": hibari_url}))

    @pytest.mark.parametrize(
        ("text", "match", "words"),
        [
            ("The lamp is lit.", "count", ["The", "lamp", "is", "lit"]),
            ("In 1984, at 7:30 pm.", "edit", ["In", "1984", "at", "7:30 pm"]),
            ("Mr. Smith paid $12.50.", "count", ["Mr", "Smith", "paid", "$12.50"]),
        ],
    )
    def test_words_are_found_again_whatever_they_are_read_as(
        self, engine: Engine, text: str, match: str, words: list[str]
    ) -> None:
        alignment = self.ask(engine, text).alignment
        assert (alignment.text_match, [word.text for word in alignment.words]) == (match, words)
        assert (alignment.level, alignment.frame) == (Level.PHONEME, 300)


class TestLmntV1(EngineContract):
    voice = "hum"

    @pytest.fixture
    def engine(self, tone_url: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
        monkeypatch.setenv("LMNT_API_KEY", KEY)
        return LmntEngine(read_settings({"base_url": tone_url, "api": "v1"}))

    def test_words_are_those_of_the_text(self, engine: Engine) -> None:
        alignment = self.ask(engine, "In 1984, at 7:30 pm – no!").alignment
        assert [word.text for word in alignment.words] == ["In", "1984", "at", "7:30", "pm", "no"]
        assert alignment.text_match == "exact"
