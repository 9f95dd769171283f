import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from contract import EngineContract

from batchtts.alignment import Origin, faults
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.pico.engine import PicoEngine, open_engine
from batchtts.engines.pico.estimating import Sound, align
from batchtts.engines.pico.package import find_package
from batchtts.engines.pico.reading import read_text
from batchtts.errors import EngineRefused, InputError, TextRejected

pytest.importorskip("py_nanotts", reason="py-nanotts has no wheel for this platform")


@pytest.fixture(scope="module")
def pico() -> Iterator[PicoEngine]:
    engine = PicoEngine(2)
    yield engine
    asyncio.run(engine.close())


def say(pico: PicoEngine, text: str, voice: str = "en-US", **more: object) -> Speech:
    request = SpeechRequest(text=text, voice=voice, **more)  # type: ignore[arg-type]
    speech = asyncio.run(pico.synthesize(request))
    assert faults(speech.alignment, text=text, n_samples=speech.audio.n_samples) == []
    return speech


class TestPicoEngine(EngineContract):
    voice = "en-GB"

    @pytest.fixture
    def engine(self, pico: PicoEngine) -> PicoEngine:
        return pico


def test_its_times_are_marked_as_estimates_and_have_no_phonemes(pico: PicoEngine) -> None:
    alignment = say(pico, "The lamp went out.").alignment
    assert alignment.origin is Origin.ESTIMATED
    assert alignment.tool
    assert not any(item.phonemes for item in alignment.items)


def test_the_same_text_sounds_the_same_whatever_was_said_before_and_by_whom(pico: PicoEngine) -> None:
    async def first_of_its_process() -> Speech:
        async with open_engine({"processes": 1}) as engine:
            return await engine.synthesize(SpeechRequest(text="The lamp went out.", voice="en-US"))

    expected = asyncio.run(first_of_its_process())
    for voice, speed in [("fr-FR", 1.0), ("en-US", 0.5), ("de-DE", 2.0), ("es-ES", 1.0), ("it-IT", 1.3)]:
        say(pico, "Mama and papa, 42 times!", voice, speed=speed)
        assert say(pico, "The lamp went out.") == expected


@pytest.mark.parametrize(
    ("plain", "marked"),
    [
        ("He ran home", "“He *ran* home”"),
        ("He ran home", 'He "ran" home'),
        ("He ran, home", "He ran (home)"),
        ("He ran, home", "He ran — home"),
        ("He ran home", "He\x00 ran\x07 home"),
        ("Salt and pepper", "Salt & pepper"),
        ("Four less than five", "Four < five"),
        ("Half a 1/2 cup", "Half a ½ cup"),
        ("it went and came", "IT WENT AND CAME"),
        ("Lódz, Gyor", "Łódź, Győr"),
    ],
)
def test_what_pico_would_misread_is_given_to_it_as_it_is_read(
    pico: PicoEngine, plain: str, marked: str
) -> None:
    assert say(pico, marked).audio == say(pico, plain).audio


@pytest.mark.parametrize("text", ["你好，世界。", "hello 你好 world", "She said Привет to him."])
def test_a_word_that_cannot_be_said_is_named_and_not_dropped(pico: PicoEngine, text: str) -> None:
    with pytest.raises(TextRejected) as caught:
        say(pico, text)
    assert any(not char.isascii() for char in str(caught.value))
    assert "hello" not in str(caught.value)


def test_nothing_is_cut_off_at_full_scale(pico: PicoEngine) -> None:
    data = memoryview(say(pico, "El perro ladra; la gata duerme. ¡Qué calor!", "es-ES").audio.data).cast("h")
    assert max(abs(sample) for sample in data) < 32_000


def test_words_lie_where_there_is_sound(pico: PicoEngine) -> None:
    speech = say(pico, "The lamp went out. Nobody spoke, nobody moved.")
    first, last = speech.alignment.speech
    data = memoryview(speech.audio.data).cast("h")
    assert 0 < first < last < len(data)
    assert max(map(abs, [*data[:first], *data[last:]])) < 500 < max(map(abs, data[first:last]))


def test_pitch_changes_the_sound_and_not_the_length(pico: PicoEngine) -> None:
    plain = say(pico, "The lamp went out.")
    high = say(pico, "The lamp went out.", settings={"pitch": 1.3})
    assert high.audio.n_samples == plain.audio.n_samples
    assert high.audio != plain.audio


@pytest.mark.parametrize(
    "wrong",
    [{"speed": 9.0}, {"settings": {"pitch": 5}}, {"settings": {"pitch": "high"}}, {"voice": "en-AU"}],
    ids=str,
)
def test_what_it_cannot_do_is_refused_with_a_hint(pico: PicoEngine, wrong: dict[str, object]) -> None:
    with pytest.raises(EngineRefused) as caught:
        say(pico, "Hello.", **wrong)  # type: ignore[arg-type]
    assert caught.value.hint


@pytest.mark.parametrize("settings", [{"processes": 0}, {"processes": True}, {"threads": 2}], ids=str)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, int]) -> None:
    async def enter() -> None:
        async with open_engine(settings):
            pass

    with pytest.raises(InputError):
        asyncio.run(enter())


def test_it_is_refused_with_a_hint_where_its_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchtts.engines.pico.package.DISTRIBUTION", "no-such-package-here")
    find_package.cache_clear()
    with pytest.raises(EngineRefused, match="not installed") as caught:
        find_package()
    assert "hibari" in (caught.value.hint or "")
    find_package.cache_clear()


def test_words_stand_beside_the_pauses_that_are_heard(pico: PicoEngine) -> None:
    text = "A cat slept, a very long train of heavy waggons went over the bridge. It rained."
    speech = say(pico, text)
    data = memoryview(speech.audio.data).cast("h")
    pauses = [item for item in speech.alignment.items if item.text in {",", "."}][:2]
    for pause in pauses:
        assert pause.n_samples > 0.1 * 16_000
        assert max(map(abs, data[pause.start : pause.end])) < 400


def test_times_are_shared_out_where_no_pause_is_heard() -> None:
    text = "Up, down, 12."
    written = read_text(text, "en")
    sound = Sound(n_samples=1_000, sample_rate=16_000, speech=(100, 900), pauses=[])
    alignment = align(text, written, sound)
    assert faults(alignment, text=text, n_samples=1_000) == []
    assert alignment.speech == (100, 900)
    up, down, twelve = (item.n_samples for item in alignment.words)
    assert up < down < twelve


def test_the_run_itself_loads_neither_the_voices_nor_anything_heavy() -> None:
    program = """
import asyncio, sys
from batchtts.engine import SpeechRequest
from batchtts.engines.registry import open_engine

async def main():
    async with open_engine("pico", {}) as engine:
        await engine.synthesize(SpeechRequest(text="The lamp went out.", voice="en-US"))

asyncio.run(main())
print("heavy:", [name for name in ("numpy", "py_nanotts") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"
