import numpy as np
import onnxruntime
import pytest

from batchtts.engines.hibari import package
from batchtts.engines.hibari.joining import Stretch, join
from batchtts.engines.hibari.matching import match_words
from batchtts.engines.hibari.numerals import roman_value
from batchtts.engines.hibari.onnx_tap import find_durations, find_prediction, read_only
from batchtts.engines.hibari.sentences import clean, split_sentences
from batchtts.engines.hibari.speaker import MAX_SYMBOLS, cut
from batchtts.engines.hibari.timing import Symbol
from batchtts.engines.hibari.varispeed import resample
from batchtts.engines.tiling import SpokenPhoneme
from batchtts.errors import EngineRefused


@pytest.fixture(scope="module")
def model() -> bytes:
    return package.find_package().model.read_bytes()


def test_the_durations_and_the_prediction_are_found_in_the_graph(model: bytes) -> None:
    assert find_durations(model).startswith("/Clip")
    assert find_prediction(model).startswith("/head/")


def test_a_model_can_be_read_for_inner_tensors_only_and_loses_what_they_do_not_need(model: bytes) -> None:
    wanted = [find_durations(model), "f0"]
    session = onnxruntime.InferenceSession(read_only(model, wanted), providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == wanted
    with pytest.raises(LookupError):
        find_prediction(read_only(model, wanted))


def test_what_is_asked_of_a_model_is_not_changed_by_what_it_loses(model: bytes) -> None:
    inputs = {"ids": np.array([[0, 50, 60, 70, 0]]), "speed": np.ones(1, np.float32)}
    whole, part = (
        onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        for content in (model, read_only(model, [find_prediction(model), "f0"]))
    )
    *expected, pitch = whole.run(None, inputs)
    predicted, same_pitch = part.run(None, inputs)
    assert np.array_equal(np.concatenate(expected, axis=1).transpose(0, 2, 1), predicted)
    assert np.array_equal(pitch, same_pitch)


@pytest.mark.parametrize(
    "damage", [b"", b"\xff", b"\x0f", b"\x3a\xff\xff\xff\x0f\x0a", b"not a model at all"]
)
def test_what_is_no_model_has_no_durations(damage: bytes) -> None:
    for find in (find_durations, find_prediction):
        with pytest.raises(LookupError):
            find(damage)


@pytest.mark.parametrize(
    ("constant", "value", "said"),
    [
        ("DISTRIBUTION", "no-such-distribution", "no-such-distribution is not installed"),
        ("MODEL", "assets/missing.onnx", "cannot be read"),
    ],
)
def test_a_missing_package_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch, constant: str, value: str, said: str
) -> None:
    monkeypatch.setattr(package, constant, value)
    with pytest.raises(EngineRefused, match=said) as caught:
        package.find_package.__wrapped__()
    assert "pip install" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! “Three?” Four…", ["One", "Two", "Three", "Four"]),
        ("Mr. J. Brown of the U.S. Navy left. He did.", ["Mr J Brown of the U.S Navy left", "He did"]),
        ("“Well?” he said. See No. 5.", ["Well he said", "See No 5"]),
        ("A title\n\nThen text", ["A title", "Then text"]),
        ("a line\nanother line", ["a line another line"]),
        ("… * * *", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert [" ".join(w.word.text for w in sentence) for sentence in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("①", "1"),
        ("٣٤", "34"),
        ("⅓", "1/3"),
        ("Ⅳ", "IV"),
        ("m²", "m²"),
        ("o’\u00adclock", "o'clock"),
        ("e\u0301", "é"),
    ],
)
def test_words_are_cleaned_of_what_the_rules_do_not_know(written: str, plain: str) -> None:
    assert clean(written) == plain


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("so— “Oh", [("", "—", ""), ("“", "", "")]),
        ("so!!!” (oh", [("", "!", "”"), ("(", "", "")]),
        ("so.... oh", [("", "…", ""), ("", "", "")]),
        ("so\nOh", [("", ",", ""), ("", "", "")]),
    ],
)
def test_marks_are_given_to_the_word_they_belong_to(text: str, marks: list[tuple[str, str, str]]) -> None:
    [sentence] = split_sentences(text)
    assert [(word.opening, word.pause, word.closing) for word in sentence] == marks


@pytest.mark.parametrize(
    ("word", "value"),
    [("IV", 4), ("xii", 12), ("XCIX", 99), ("IIII", None), ("", None), ("VX", None), ("MIX", None)],
)
def test_roman_numerals_are_read_strictly(word: str, value: int | None) -> None:
    assert roman_value(word) == value


@pytest.mark.parametrize(
    ("source", "said", "kept"),
    [
        ("at 7:30 pm sharp", "at seven thirty P.M. sharp", [1, 2, 1]),
        ("5 km -5", "5 kilometers -5", [1, 1, 1]),
        ("Sun. 7:30 pm", "Sunday seven thirty P.M.", [1, 2]),
        ("Mr. Fox", "Mr Fox", [1, 1]),
    ],
)
def test_words_are_merged_only_where_they_cannot_be_told_apart(
    source: str, said: str, kept: list[int]
) -> None:
    matches = match_words(source.split(), said.split())
    assert [match.end - match.start for match in matches] == kept
    assert [match.said for match in matches[1:]] == [match.said_end for match in matches[:-1]]


@pytest.mark.parametrize(
    ("text", "ends_with"),
    [("ab, " * 200, ","), ("ab " * 300, "b"), ("a" * 1_000, "a")],
)
def test_long_sentences_are_cut_at_the_best_place(text: str, ends_with: str) -> None:
    symbols = [Symbol(char, None if char == " " else 0) for char in text]
    parts = list(cut(symbols))
    assert all(len(part) <= MAX_SYMBOLS and part[-1].text == ends_with for part in parts)
    assert [s for part in parts for s in part if s.text != " "] == [s for s in symbols if s.text != " "]


def test_stretches_meet_in_the_pause_that_was_asked_for() -> None:
    audio = np.ones(1_000, np.float32)
    phoneme = SpokenPhoneme(symbol="a", start=400, end=600)
    joined = join([Stretch(audio, [(0, phoneme)], 200), Stretch(audio, [(1, phoneme)])])
    first, second = (found for _, found in joined.phonemes)
    assert second.start - first.end == 200
    assert len(joined.audio) == 600 + 200 + 600


@pytest.mark.parametrize("n_samples", [480, 960, 1_201])
def test_resampling_keeps_the_wave_and_meets_the_length(n_samples: int) -> None:
    turns = np.arange(960) / 960
    resampled = resample(np.sin(2 * np.pi * 5 * turns).astype(np.float32), n_samples)
    expected = np.sin(2 * np.pi * 5 * np.arange(n_samples) / n_samples)
    assert len(resampled) == n_samples
    assert np.allclose(resampled, expected, atol=1e-4)
