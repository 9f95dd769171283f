"""What every engine must do.  A test class inherits `EngineContract` and says how its engine is opened.

class TestMyEngine(EngineContract):
    voice = "anna"

    @pytest.fixture(scope="class")
    def engine(self): ...
"""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from batchtts.alignment import ItemKind, Level, faults
from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.errors import EngineRefused, TextRejected

T = TypeVar("T")

TEXTS = (
    "The kettle sang before anyone was awake.",
    "“Nobody,” said the porter, “has slept in room nine since the flood—nobody!”",
    "Wait... it's twenty-one o'clock? No: it can't be (can it?); it isn't.",
    "One.\nTwo lines of verse,\nand a third.\n\nThen a paragraph.",
    "She paid for 12 eggs at 9 — and left.",
)


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def written_words(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text are: from the first letter or digit to the last."""
    found = []
    for run_of_signs in re.finditer(r"[^\s—]+", text):
        inside = [i for i in range(*run_of_signs.span()) if text[i].isalnum()]
        if inside:
            found.append((inside[0], inside[-1] + 1))
    return found


class EngineContract:
    """The tests that every engine inherits."""

    voice: str
    texts: tuple[str, ...] = TEXTS

    @pytest.fixture
    def engine(self) -> Engine:
        raise NotImplementedError("say how the engine is opened")

    def request(self, text: str, **settings: Any) -> SpeechRequest:
        return SpeechRequest(text=text, voice=self.voice, **settings)

    def ask(self, engine: Engine, text: str, **settings: Any) -> Speech:
        return run(engine.synthesize(self.request(text, **settings)))

    def ask_at_once(self, engine: Engine, texts: list[str]) -> list[Speech]:
        async def gathered() -> list[Speech]:
            return await asyncio.gather(*(engine.synthesize(self.request(text)) for text in texts))

        return run(gathered())

    def test_it_speaks_at_a_plausible_pace(self, engine: Engine) -> None:
        text = self.texts[0]
        speech = self.ask(engine, text)
        assert 5 < len(text) / speech.audio.seconds < 30
        assert any(speech.audio.data)

    def test_its_alignment_has_no_fault_and_tiles_the_audio(self, engine: Engine) -> None:
        for text in self.texts:
            speech = self.ask(engine, text)
            assert faults(speech.alignment, text=text, n_samples=speech.audio.n_samples) == []
            assert speech.alignment.sample_rate == speech.audio.sample_rate

    def test_each_word_of_the_text_is_in_exactly_one_item(self, engine: Engine) -> None:
        if engine.traits.level is Level.SEGMENT:
            pytest.skip("this engine does not time words")
        for text in self.texts:
            items = self.ask(engine, text).alignment.words
            for start, end in written_words(text):
                covering = [item for item in items if item.char[0] <= start and end <= item.char[1]]
                touching = [item for item in items if item.char[0] < end and start < item.char[1]]
                assert len(covering) == len(touching) == 1, text[start:end]

    def test_every_word_takes_time(self, engine: Engine) -> None:
        for text in self.texts:
            assert all(item.n_samples > 0 for item in self.ask(engine, text).alignment.words)

    def test_phonemes_are_there_if_and_only_if_the_engine_knows_them(self, engine: Engine) -> None:
        for text in self.texts:
            alignment = self.ask(engine, text).alignment
            assert alignment.level is engine.traits.level
            known = [bool(item.phonemes) for item in alignment.words]
            assert all(known) if alignment.level is Level.PHONEME else not any(known)

    def test_punctuation_is_in_no_word(self, engine: Engine) -> None:
        items = self.ask(engine, "“Stop!” he cried.").alignment.items
        marks = [item.text for item in items if item.kind is ItemKind.PUNCT]
        assert "".join(marks) == "“!”."

    def test_many_asked_at_once_each_get_their_own_answer(self, engine: Engine) -> None:
        texts = [f"This is sentence number {n}." for n in ("one", "two", "three", "four", "five", "six")]
        together = self.ask_at_once(engine, texts)
        for text, speech in zip(texts, together, strict=True):
            assert faults(speech.alignment, text=text, n_samples=speech.audio.n_samples) == []
            if engine.traits.deterministic:
                assert speech == self.ask(engine, text)

    def test_the_same_request_has_the_same_answer(self, engine: Engine) -> None:
        if not engine.traits.deterministic:
            pytest.skip("this engine never says a thing twice in the same way")
        first = self.ask(engine, self.texts[1], seed=7)
        self.ask(engine, self.texts[2], seed=8)
        assert self.ask(engine, self.texts[1], seed=7) == first

    @pytest.mark.parametrize("text", ["", "  \n ", "…!? — “”", "* * *", "🙂 🎈"])
    def test_a_text_without_a_word_is_rejected(self, engine: Engine, text: str) -> None:
        with pytest.raises(TextRejected) as caught:
            self.ask(engine, text)
        assert caught.value.hint

    def test_a_higher_speed_takes_less_time(self, engine: Engine) -> None:
        slow, plain, fast = (
            self.ask(engine, self.texts[0], speed=speed).audio.n_samples for speed in (0.75, 1.0, 1.4)
        )
        assert fast < plain < slow

    def test_every_voice_that_it_names_speaks(self, engine: Engine) -> None:
        voices = run(engine.voices())
        assert self.voice in [voice.id for voice in voices]
        for voice in voices:
            speech = run(engine.synthesize(SpeechRequest(text=self.texts[0], voice=voice.id)))
            assert faults(speech.alignment, text=self.texts[0], n_samples=speech.audio.n_samples) == []

    def test_an_unknown_voice_stops_the_run_and_the_known_ones_are_named(self, engine: Engine) -> None:
        with pytest.raises(EngineRefused) as caught:
            run(engine.synthesize(SpeechRequest(text="Hello.", voice="nobody-of-this-name")))
        assert self.voice in (caught.value.hint or "")

    def test_a_length_is_met_where_that_is_supported(self, engine: Engine) -> None:
        if not engine.traits.supports_length:
            pytest.skip("this engine cannot speak for a given time")
        speech = self.ask(engine, self.texts[0], length_seconds=7.25)
        assert speech.audio.seconds == pytest.approx(7.25, abs=0.001)
        assert faults(speech.alignment, text=self.texts[0], n_samples=speech.audio.n_samples) == []

    def test_the_sample_rate_is_the_one_that_was_promised(self, engine: Engine) -> None:
        if engine.traits.sample_rate is None:
            pytest.skip("this engine promises no sample rate")
        assert self.ask(engine, self.texts[0]).audio.sample_rate == engine.traits.sample_rate

    def test_others_go_on_while_it_speaks(self, engine: Engine) -> None:
        async def count_ticks() -> int:
            speaking = asyncio.create_task(engine.synthesize(self.request(" ".join(self.texts))))
            n_ticks = 0
            while not speaking.done():
                n_ticks += 1
                await asyncio.sleep(0)
            await speaking
            return n_ticks

        assert run(count_ticks()) >= 2

    def test_a_request_that_is_cancelled_leaves_the_engine_usable(self, engine: Engine) -> None:
        async def cancel() -> None:
            speaking = asyncio.create_task(engine.synthesize(self.request(self.texts[1])))
            await asyncio.sleep(0)
            speaking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await speaking

        run(cancel())
        assert self.ask(engine, self.texts[0]).audio.n_samples > 0
