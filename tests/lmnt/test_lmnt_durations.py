"""Audio with the times of its words: what is returned, and what is not believed."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_service import Reply, mp3_of, parts, play, spoken, told, wav_of

from batchtts.lmnt import BadAnswer, Speech
from batchtts.lmnt.durations import spoken_words

FRAMES = [10, 4, 6, 5, 3, 4, 5, 6]
PHONEMES = ["h", "ə", "l", "oʊ", " ", "w", "ɝ", "ld"]
AUDIO = wav_of(300 * sum(FRAMES))
WORDS = [
    {
        "phonemes": ["h", "ə", "l", "oʊ"],
        "phoneme_durations": [3000, 1200, 1800, 1500],
        "start": 0,
        "duration": 7500,
    },
    {"phonemes": [" "], "phoneme_durations": [900], "start": 7500, "duration": 900},
    {"phonemes": ["w", "ɝ", "ld"], "phoneme_durations": [1200, 1500, 1800], "start": 8400, "duration": 4500},
]


async def with_durations(speech: Speech, **options: Any) -> Any:
    return await speech.synthesize("hello world", "shanti", durations=True, **options)


@pytest.mark.parametrize("subtype", ["form-data", "mixed", "related"])
def test_the_captured_example_gives_the_captured_words(subtype: str) -> None:
    speech, _ = play(with_durations, spoken(FRAMES, PHONEMES, AUDIO, subtype=subtype))

    assert speech == {"durations": WORDS, "audio": AUDIO}
    assert json.loads(json.dumps(speech["durations"])) == WORDS
    assert [word.start for word in speech.words] == [0, 7500, 8400]
    assert speech.words[2].phonemes == speech["durations"][2]["phonemes"] == ["w", "ɝ", "ld"]
    assert (speech.words[1].duration, speech.words[0].phoneme_durations[1]) == (900, 1200)
    assert speech.audio == AUDIO


def test_gaps_at_the_start_and_in_a_row_are_entries_of_their_own() -> None:
    words = spoken_words([1, 2, 3, 4], [" ", " ", "a", " "])
    assert [word.phonemes for word in words] == [[" "], [" "], ["a"], [" "]]


@given(st.lists(st.tuples(st.floats(0, 500), st.sampled_from("ab ")), min_size=1))
def test_words_are_contiguous_and_phonemes_fill_them(pairs: list[tuple[float, str]]) -> None:
    words = spoken_words([frames for frames, _ in pairs], [phoneme for _, phoneme in pairs])
    ends = [0, *(word.start + word.duration for word in words)]
    assert [word.start for word in words] == ends[:-1]
    assert all(sum(word.phoneme_durations) == word.duration for word in words)
    assert ends[-1] == round(300 * sum(frames for frames, _ in pairs))
    assert [name for word in words for name in word.phonemes] == [phoneme for _, phoneme in pairs]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (spoken(FRAMES, PHONEMES[:-1], AUDIO), "8 of them for 7 phonemes"),
        (spoken([], [], AUDIO), "0 of them"),
        (spoken(FRAMES, PHONEMES, wav_of(300 * sum(FRAMES) + 301)), "durations end at sample 12900"),
        (spoken([-1, *FRAMES[1:]], PHONEMES, AUDIO), "one of them is '-1'"),
        (spoken([True, *FRAMES[1:]], PHONEMES, AUDIO), "one of them is 'True'"),
        (spoken([float("inf"), *FRAMES[1:]], PHONEMES, AUDIO), "one of them is 'inf'"),
        (spoken(FRAMES, [1, *PHONEMES[1:]], AUDIO), "not a list of strings"),  # type: ignore[list-item]
        (spoken(FRAMES, PHONEMES, wav_of(12_900, 16_000)), "16000 samples a second"),
        (spoken(FRAMES, PHONEMES, AUDIO[:-2]), "cut off"),
        (spoken(FRAMES, PHONEMES, b""), "empty"),
        (spoken(FRAMES, PHONEMES, wav_of(0)), "no samples"),
        (parts(("application/json", b"[1]"), ("audio/wav", wav_of(300))), "2 parts"),
        (
            parts(("application/json", b"[1"), ("application/json", b"[]"), ("audio/wav", AUDIO)),
            "not the JSON",
        ),
        (parts(*[("application/json", b"[1]")] * 3), "JSON instead of audio"),
        (Reply(body=b"--b\r\n\r\nx", headers={"Content-Type": "multipart/mixed; boundary=b"}), "cut off"),
        (Reply(body=b"x", headers={"Content-Type": "multipart/mixed"}), "instead of audio with durations"),
        (
            Reply(body=b"--b\r\nx\r\n--b--", headers={"Content-Type": "multipart/mixed; boundary=b"}),
            "headers",
        ),
        (Reply(body=AUDIO, headers={"Content-Type": "audio/wav"}), "audio/wav instead"),
        (Reply(body=b"<html>", headers={"Content-Type": "text/html"}), "text/html instead"),
        (Reply(), "octet-stream instead|without a type"),
    ],
)
def test_durations_that_cannot_be_true_are_an_error(reply: Reply, words: str) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(BadAnswer, match=words) as caught:
            await with_durations(speech)
        assert caught.value.status == 200

    play(scenario, reply)


def test_one_frame_more_or_less_is_within_the_tolerance() -> None:
    for n_samples in (12_600, 13_200):
        play(with_durations, spoken(FRAMES, PHONEMES, wav_of(n_samples)))


def test_only_wav_is_counted() -> None:
    async def scenario(speech: Speech) -> Any:
        return await with_durations(speech, format="mp3")

    speech, _ = play(scenario, spoken(FRAMES, PHONEMES, mp3_of(2)))
    assert speech.audio == mp3_of(2)


TEXTS = [
    {"text": "", "start": 0.0, "duration": 0.525},
    {"text": "Hello", "start": 0.525, "duration": 0.325},
]


def of_v1(audio: bytes, **more: object) -> Reply:
    return told({"audio": base64.b64encode(audio).decode(), **more})


@pytest.mark.parametrize("key", ["durations", "timestamps"])
def test_v1_gives_the_times_of_words_in_seconds(key: str) -> None:
    async def scenario(speech: Speech) -> Any:
        return await speech.synthesize("Hello", "leah", **{key: True})

    audio = wav_of(20_400)
    speech, _ = play(scenario, of_v1(audio, seed=9, **{key: TEXTS}), api="v1")

    assert speech == {"audio": audio, key: TEXTS, "seed": 9}
    assert (speech.seed, speech.texts[1].text, speech.texts[1].start) == (9, "Hello", 0.525)
    assert speech.texts[0].duration == 0.525


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (of_v1(wav_of(20_400)), "not a list"),
        (of_v1(wav_of(20_400), durations=[{"text": "Hello"}]), "one of them"),
        (of_v1(wav_of(20_400), durations=[{"text": 1, "start": 0, "duration": 0}]), "one of them"),
        (of_v1(wav_of(20_400), durations=[{"text": "a", "start": -1, "duration": 0}]), "one of them"),
        (of_v1(wav_of(20_400), durations=[{"text": "a", "start": 0.5, "duration": 10**400}]), "one of them"),
        (
            of_v1(wav_of(20_400), durations=[{"text": "a", "start": float("nan"), "duration": 0}]),
            "one of them",
        ),
        (of_v1(wav_of(20_400), durations=[{"text": "a", "start": True, "duration": 0}]), "one of them"),
        (of_v1(wav_of(20_000), durations=TEXTS), r"after 0\.850 s, the audio after 0\.833 s"),
        (of_v1(wav_of(0), durations=TEXTS), "no samples"),
        (of_v1(b"", durations=TEXTS), "empty"),
        (told({"audio": "!!", "durations": TEXTS}), "base64"),
        (told([]), "not a JSON object"),
        (Reply(body=b"<html></html>"), "not the JSON"),
    ],
)
def test_times_of_v1_that_cannot_be_true_are_an_error(reply: Reply, words: str) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(BadAnswer, match=words):
            await with_durations(speech)

    play(scenario, reply, api="v1")
