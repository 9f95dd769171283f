import asyncio
from contextlib import AsyncExitStack

import pytest
from contract import EngineContract

from batchtts.alignment import ItemKind, faults
from batchtts.engine import Engine, SpeechRequest
from batchtts.engines.tone import ToneEngine, open_engine
from batchtts.errors import InputError


class TestToneEngine(EngineContract):
    voice = "hum"

    @pytest.fixture
    def engine(self) -> Engine:
        return ToneEngine()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Привет, мир!", ["Привет", "мир"]),
            ("你好，世界。", ["你好，世界"]),
            ("यह हिन्दी है।", ["यह", "हिन्दी", "है"]),
            (
                "It costs $5 or -3 (50%)—no, 10–20 & more.",
                ["It", "costs", "$5", "or", "-3", "50%", "no", "10–20", "&", "more"],
            ),
            ("rock 'n' roll, well-known: O’Neill’s", ["rock", "n", "roll", "well-known", "O’Neill’s"]),
            ("[x](/y/) and so--no", ["x", "y", "and", "so", "no"]),
        ],
    )
    def test_words_of_any_script_are_found(self, engine: Engine, text: str, words: list[str]) -> None:
        assert [item.text for item in self.ask(engine, text).alignment.words] == words

    def test_a_sentence_ends_in_a_longer_pause_than_a_clause(self, engine: Engine) -> None:
        items = self.ask(engine, "One, two. Three").alignment.items
        comma, stop = (item.n_samples for item in items if item.kind is ItemKind.PUNCT)
        assert 0 < comma < stop

    def test_voices_and_seeds_and_words_differ_in_sound_and_not_in_time(self, engine: Engine) -> None:
        sounds = [
            asyncio.run(engine.synthesize(SpeechRequest(text="Yes.", voice=voice, seed=seed)))
            for voice, seed in [("low", 0), ("high", 0), ("low", 1)]
        ]
        assert len({sound.audio.data for sound in sounds}) == 3
        assert len({sound.alignment for sound in sounds}) == 1

    def test_a_very_short_length_is_kept_to(self, engine: Engine) -> None:
        speech = self.ask(engine, "Quick now, quick!", length_seconds=0.01)
        assert speech.audio.n_samples == 240
        assert faults(speech.alignment, text="Quick now, quick!", n_samples=240) == []

    def test_a_lone_surrogate_is_hummed(self, engine: Engine) -> None:
        assert self.ask(engine, "bro\ud800ken").alignment.words[0].text == "bro\ud800ken"


def test_tone_has_no_settings() -> None:
    async def open_with_settings() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(open_engine({"pitch": 3}))

    with pytest.raises(InputError, match="pitch"):
        asyncio.run(open_with_settings())
