import asyncio
import hashlib
from collections.abc import Iterator

import pytest
from contract import EngineContract

from batchtts.alignment import SILENCE, AlignmentItem, ItemKind, faults
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.hibari.engine import HibariEngine, open_engine
from batchtts.engines.hibari.hosting import Processes, Threads
from batchtts.engines.hibari.package import SYNTHESIS, find_package
from batchtts.errors import EngineRefused, InputError, TextRejected


@pytest.fixture(scope="module")
def hibari() -> Iterator[HibariEngine]:
    engine = HibariEngine(Threads(2), 2)
    yield engine
    asyncio.run(engine.close())


@pytest.fixture(scope="module")
def hosted() -> Iterator[HibariEngine]:
    engine = HibariEngine(Processes(1), 1)
    yield engine
    asyncio.run(engine.close())


def say(hibari: HibariEngine, text: str, voice: str = "heart", **settings: float) -> Speech:
    request = SpeechRequest(text=text, voice=voice, **settings)  # type: ignore[arg-type]
    speech = asyncio.run(hibari.synthesize(request))
    assert faults(speech.alignment, text=text, n_samples=speech.audio.n_samples) == []
    return speech


def words(hibari: HibariEngine, text: str) -> list[AlignmentItem]:
    return list(say(hibari, text).alignment.words)


def spoken(hibari: HibariEngine, text: str) -> list[tuple[str, str | None]]:
    return [(item.text, item.spoken) for item in words(hibari, text)]


def sounds(item: AlignmentItem) -> str:
    return "".join(item.phonemes)


class TestHibariEngine(EngineContract):
    voice = "heart"

    @pytest.fixture
    def engine(self, hibari: HibariEngine) -> HibariEngine:
        return hibari

    def test_the_event_loop_runs_on_while_a_long_text_is_spoken(self, hibari: HibariEngine) -> None:
        async def count_ticks() -> int:
            text = "It went on and on, as rivers do. " * 8
            speaking = asyncio.create_task(hibari.synthesize(SpeechRequest(text=text, voice="heart")))
            n_ticks = 0
            while not speaking.done():
                await asyncio.sleep(0.001)
                n_ticks += 1
            await speaking
            return n_ticks

        assert asyncio.run(count_ticks()) >= 10


class TestHibariInProcesses(EngineContract):
    voice = "heart"

    @pytest.fixture
    def engine(self, hosted: HibariEngine) -> HibariEngine:
        return hosted


def test_a_process_says_the_same_as_a_thread(hibari: HibariEngine, hosted: HibariEngine) -> None:
    text = "At 7:30 “Ms. Grey” left — for good?"
    assert say(hosted, text, "heart-low", speed=1.2, seed=7) == say(
        hibari, text, "heart-low", speed=1.2, seed=7
    )


def test_a_process_says_why_it_cannot_speak(hosted: HibariEngine) -> None:
    with pytest.raises(TextRejected) as caught:
        say(hosted, "Он ушёл.")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It left at 7:30 sharp.", ("7:30", "seven thirty")),
        ("It left at 7:30 pm.", ("7:30 pm", "seven thirty P.M.")),
        ("That is $1,250.50 now.", ("$1,250.50", "one thousand two hundred fifty dollars and fifty cents")),
        ("Back in 1984 it rained.", ("1984", "nineteen eighty four")),
        ("Sent on 12/25/2023.", ("12/25/2023", "December twenty-fifth, twenty twenty three")),
        ("It was -5 outside.", ("-5", "minus five")),
        ("Pages 10–20 are torn.", ("10–20", "ten to twenty")),
        ("See Dr. Who.", ("Dr", None)),
        ("Salt & pepper.", ("&", "and")),
        ("He ran 5 km.", ("km", "kilometers")),
        ("Henry VIII ate.", ("VIII", "the eighth")),
    ],
)
def test_a_number_keeps_its_written_form_and_says_how_it_is_read(
    hibari: HibariEngine, text: str, expected: tuple[str, str | None]
) -> None:
    assert expected in spoken(hibari, text)


@pytest.mark.parametrize(
    "text",
    [
        "你好，世界。",
        "مرحبا بالعالم",
        "hello 你好 world",
        "She said Привет to him.",
        "half你好half",
        "the letter β",
    ],
)
def test_a_word_that_cannot_be_said_is_named_and_not_dropped(hibari: HibariEngine, text: str) -> None:
    with pytest.raises(TextRejected) as caught:
        say(hibari, text)
    assert any(not char.isascii() for char in str(caught.value))
    assert "hello" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "hi 🙂 there",
        "hi\x00 the\x07re",
        "hi the\u00adre",
        "hi \ud800there",
        "hi\u200b there\ufeff",
        "hi \x1b[1m there",
    ],
)
def test_what_says_nothing_is_left_out_of_the_sound(hibari: HibariEngine, text: str) -> None:
    pronounced = [sounds(item) for item in words(hibari, text)]
    assert pronounced[0] == "hˈaɪ"
    assert pronounced[-1] == "ðˈɛɹ"


@pytest.mark.parametrize(
    ("shouted", "plain"),
    [
        ("IT WENT UP", "it went up"),
        ("He simply WENT home", "He simply went home"),
        ("I DON'T know", "I don't know"),
        ("DOWN THE RABBIT-HOLE", "down the rabbit-hole"),
        ("MARY HOLMES WAS THERE", "Mary Holmes was there"),
    ],
)
def test_capitals_are_read_as_words(hibari: HibariEngine, shouted: str, plain: str) -> None:
    def without_stress(text: str) -> list[str]:
        return [sounds(item).replace("ˈ", "").replace("ˌ", "") for item in words(hibari, text)]

    assert without_stress(shouted) == without_stress(plain)
    assert [item.text for item in words(hibari, shouted)] == shouted.split()


@pytest.mark.parametrize(
    ("text", "word", "sound"),
    [
        ("the BBC said", "BBC", "bˌibˌisˈi"),
        ("NASA said", "NASA", "nˈæsə"),
        ("in the U.S. today", "U.S", "jˌuˈɛs"),
    ],
)
def test_acronyms_stay_acronyms(hibari: HibariEngine, text: str, word: str, sound: str) -> None:
    assert [sounds(item) for item in words(hibari, text) if item.text == word] == [sound]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("CHAPTER IV", "IV", "four"),
        ("Chapter I", "I", "one"),
        ("ACT III. SCENE II.", "III", "three"),
        ("Canto XIV. Of wine", "XIV", "fourteen"),
        ("IX.", "IX", "nine"),
        ("the book I read", "I", None),
        ("The part I liked best", "I", None),
        ("Type C is missing", "C", None),
    ],
)
def test_roman_numerals_are_numbers_in_headings_only(
    hibari: HibariEngine, text: str, word: str, expected: str | None
) -> None:
    assert (word, expected) in spoken(hibari, text)


@pytest.mark.parametrize(
    ("text", "word", "sound"),
    [
        ("He said no. Then he left.", "no", "nˈoʊ"),
        ("She walked in the Sun.", "Sun", "sˈʌn"),
        ("“Hello—” he began.", "Hello", "həlˈoʊ"),
        ("“Yes,” she said.", "Yes", "jˈɛs"),
        ("[cat](/dog/)", "cat", "kˈæt"),
        ("a *very* _odd_ thing", "very", "vˈɛɹi"),
    ],
)
def test_a_word_is_read_as_it_is_written(hibari: HibariEngine, text: str, word: str, sound: str) -> None:
    assert (word, sound) in [(item.text, sounds(item)) for item in words(hibari, text)]


@pytest.mark.parametrize("text", ["9" * 60, "1,000" * 20 + " sheep", "①②③", "⅓ of ٣٤", "13/45/2020, 25:99"])
def test_odd_numbers_are_read(hibari: HibariEngine, text: str) -> None:
    assert words(hibari, text)[0].spoken


@pytest.mark.parametrize("text", ["don't go", "don’t go"])
def test_apostrophes_of_both_kinds_sound_alike(hibari: HibariEngine, text: str) -> None:
    assert sounds(words(hibari, text)[0]) == "dˈoʊnt"


@pytest.mark.parametrize("dash", ["—", " — ", "--", " – ", " - "])
def test_a_dash_parts_words_and_is_a_pause(hibari: HibariEngine, dash: str) -> None:
    items = say(hibari, f"The old man stopped at the gate{dash}nobody had come.").alignment.items
    assert [item.text for item in items if item.kind is ItemKind.WORD] == [
        "The",
        "old",
        "man",
        "stopped",
        "at",
        "the",
        "gate",
        "nobody",
        "had",
        "come",
    ]
    pause = next(item for item in items if item.kind is ItemKind.PUNCT)
    assert pause.text == dash.strip()
    assert pause.n_samples > 1_200


def test_a_sentence_longer_than_the_model_takes_is_cut_between_words(hibari: HibariEngine) -> None:
    text = "and then the river ran past another bend " * 25
    speech = say(hibari, text)
    assert len(speech.alignment.words) == len(text.split())
    assert speech.audio.seconds > 50


def test_a_very_long_word_is_one_item(hibari: HibariEngine) -> None:
    text = "An " + "abracadabra" * 45 + " ended."
    assert [item.text for item in words(hibari, text)] == text.rstrip(".").split()


def test_sentences_that_repeat_keep_their_own_places(hibari: HibariEngine) -> None:
    text = "No. No, no. No! Oh no."
    assert [item.char[0] for item in words(hibari, text)] == [0, 4, 8, 12, 16, 19]


def test_titles_and_initials_end_no_sentence(hibari: HibariEngine) -> None:
    items = say(hibari, "Mr. J. Brown left.").alignment.items
    assert all(item.n_samples < 4_800 for item in items[1:-1] if item.kind is ItemKind.PUNCT)


def test_phonemes_fill_their_words_and_pauses_are_silence(hibari: HibariEngine) -> None:
    for item in say(hibari, "“Oh,” she said, “it is late.”").alignment.items:
        assert sum(item.phoneme_n_samples) == item.n_samples
        if item.kind is not ItemKind.WORD:
            assert item.phonemes == (SILENCE,)


def test_words_are_loud_and_silence_is_not(hibari: HibariEngine) -> None:
    speech = say(hibari, "When the rain stopped, they all went out. Nobody spoke.")

    def loudest(item: AlignmentItem) -> int:
        middle = item.n_samples // 4
        data = speech.audio.slice(item.start + middle, item.end - middle).data
        return max(abs(sample) for sample in memoryview(data).cast("h"))

    said = [loudest(item) for item in speech.alignment.words]
    unsaid = [
        loudest(item) for item in speech.alignment.items if item.phonemes[0] == SILENCE and item.n_samples
    ]
    assert min(said) > 4 * max(unsaid)


def test_sentences_of_one_request_are_parted_by_a_short_pause(hibari: HibariEngine) -> None:
    items = say(hibari, "The gate was shut. Nobody had come.").alignment.items
    pause = next(item for item in items if item.kind is ItemKind.PUNCT)
    assert pause.n_samples == round(0.42 * 24_000)


def test_relatives_of_the_voice_keep_its_pace_and_their_alignment(hibari: HibariEngine) -> None:
    text = "They came over the hill at dawn, singing."
    plain = say(hibari, text)
    for voice in ("heart-lowest", "heart-highest"):
        other = say(hibari, text, voice=voice)
        assert other.audio.n_samples == pytest.approx(plain.audio.n_samples, rel=0.15)
        assert [item.phonemes for item in other.alignment.items] == [
            item.phonemes for item in plain.alignment.items
        ]


def test_the_seed_decides_the_noise_and_nothing_else(hibari: HibariEngine) -> None:
    first, second = (say(hibari, "She sells sea shells.", seed=seed) for seed in (1, -2))
    assert first.audio.data != second.audio.data
    assert first.audio.n_samples == second.audio.n_samples


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"voice": "emma"}, "emma"),
        ({"voice": "hart"}, "heart"),
        ({"language": "fr"}, "English"),
        ({"speed": 3.0}, "0.5 to 2"),
        ({"speed": float("nan")}, "0.5 to 2"),
    ],
)
def test_what_it_cannot_do_stops_the_run_with_a_hint(
    hibari: HibariEngine, change: dict[str, float | str], named: str
) -> None:
    request = SpeechRequest(**{"text": "Hello.", "voice": "heart", **change})  # type: ignore[arg-type]
    with pytest.raises(EngineRefused) as caught:
        asyncio.run(hibari.synthesize(request))
    assert named in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "settings",
    [{"threads": 0}, {"threads": "two"}, {"threads": True}, {"cores": 2}, {"processes": -1, "threads": 2}],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    async def opened() -> None:
        async with open_engine(settings):  # type: ignore[arg-type]
            pass

    with pytest.raises(InputError) as caught:
        asyncio.run(opened())
    [problem] = caught.value.problems
    assert "threads" in f"{problem.what} {problem.hint}"


@pytest.mark.parametrize("host", ["threads", "processes"])
def test_the_number_of_threads_or_processes_bounds_what_is_asked_at_once(host: str) -> None:
    async def concurrency() -> int:
        async with open_engine({host: 3}) as engine:
            return engine.traits.max_concurrency

    assert asyncio.run(concurrency()) == 6


def test_its_identity_names_the_versions_and_the_model() -> None:
    package = find_package()
    sha256 = hashlib.sha256(package.model.read_bytes()).hexdigest()
    assert package.identity == (
        f"hibari-tts {package.version} model:{sha256[:16]} "
        f"onnxruntime {package.runtime_version} synthesis {SYNTHESIS}"
    )
