"""SDK 0.2.0 and 0.2.1, of 2023: the beta, whole and streamed."""

import asyncio

from aiohttp import WSMsgType
from lmnt.api import Speech, SpeechError
from showing import KEY, OTHER, SENTENCE, URL, VOICE, WHO, WRONG_KEY, close, shows
from sound import FRAME, decoded, decoded_samples, is_adts, is_mp3, wav_samples

SPLITS = (
    ("The lighthouse keeper counted ", "the ships of the evening."),
    ("The lighthouse keeper counted the shi", "ps of the evening."),
)
"""One text, cut between two words and inside one."""


async def whole(speech: Speech) -> None:
    with shows(1, "list_voices returns the inner dictionary, whose values are texts"):
        voices = await speech.list_voices()
        assert isinstance(voices, dict)
        assert VOICE in voices
        for voice in voices.values():
            assert {"name", "gender", "imageUrl"} <= voice.keys()
            assert all(isinstance(value, str) for value in voice.values()), voice
    n_samples = 0
    with shows(1, "synthesize returns wav: mono, 16 bits, 24 kHz"):
        wav = await speech.synthesize(SENTENCE, VOICE, seed=0)
        assert type(wav) is bytes
        n_samples = wav_samples(wav)
    for name, demuxer, looks_right in (("mp3", "mp3", is_mp3), ("aac", "aac", is_adts)):
        with shows(1, f"synthesize returns {name} of the same length"):
            data = await speech.synthesize(SENTENCE, VOICE, seed=0, format=name)
            assert looks_right(data), data[:8]
            assert close(decoded_samples(data, demuxer), n_samples, 4_800)
    with shows(1, "speed=2.0 takes half as long"):
        fast = wav_samples(await speech.synthesize(SENTENCE, VOICE, seed=0, speed=2.0))
        assert close(fast, n_samples / 2, n_samples / 8), (fast, n_samples)
    with shows(1, "the same seed gives the same bytes"):
        one = await speech.synthesize(SENTENCE, VOICE, seed=7)
        other = await speech.synthesize(SENTENCE, VOICE, seed=7)
        assert one == other


async def with_durations(speech: Speech) -> None:
    with shows(1, "durations=True gives contiguous entries that end where the audio ends"):
        answer = await speech.synthesize(f"{SENTENCE} {OTHER}", VOICE, durations=True)
        check_durations(answer)
        n_words = sum(entry["phonemes"] != [" "] for entry in answer["durations"])
        assert n_words == 11, n_words
    with shows(1, "length=2.5 is honoured by 0.2.1, and not sent by 0.2.0"):
        n_samples = wav_samples(await speech.synthesize(SENTENCE, VOICE, length=3.5))
        assert close(n_samples, 84_000, FRAME) is (WHO == "0.2.1"), n_samples
    if WHO == "0.2.1":
        with shows(1, "length=2.5 gives 2.5 s, and durations of just that"):
            answer = await speech.synthesize(SENTENCE, VOICE, length=2.5, durations=True)
            assert close(check_durations(answer), 60_000, FRAME)


def check_durations(answer: dict) -> int:
    """Assert that the entries tile the audio to the sample; return how many samples it has."""
    assert answer.keys() == {"durations", "audio"}
    position = 0
    for entry in answer["durations"]:
        assert entry.keys() == {"phonemes", "phoneme_durations", "start", "duration"}
        assert entry["start"] == position, entry
        assert len(entry["phonemes"]) == len(entry["phoneme_durations"]) > 0
        assert sum(entry["phoneme_durations"]) == entry["duration"]
        assert " " not in entry["phonemes"] or entry["phonemes"] == [" "]
        position += entry["duration"]
    n_samples = wav_samples(bytes(answer["audio"]))
    assert position == n_samples, (position, n_samples)
    return n_samples


async def spoken(speech: Speech, parts: tuple[str, ...]) -> bytes:
    """Speak parts in a session, as the page shows it; every frame must be audio, and the end a proper one."""
    connection = await speech.synthesize_streaming(VOICE)
    for part in parts:
        await connection.append_text(part)
    await connection.finish()
    frames = []
    async for message in connection:
        assert message.type == WSMsgType.BINARY, message
        frames.append(message.data)
    assert connection.socket.close_code == 1000, connection.socket.close_code
    return b"".join(frames)


async def streamed(speech: Speech) -> None:
    with shows(2, "frames are binary, and the loop ends with close code 1000"):
        await spoken(speech, (SENTENCE,))
    with shows(2, "both splits of a text give the same audio"):
        one, other = [await spoken(speech, parts) for parts in SPLITS]
        assert decoded(one, "mp3") == decoded(other, "mp3")
    with shows(2, "the frames together are one MP3, of several sentences"):
        mp3 = await spoken(speech, (f"{SENTENCE} {OTHER} ", SENTENCE))
        assert is_mp3(mp3)
        wav = await speech.synthesize(f"{SENTENCE} {OTHER} {SENTENCE}", VOICE)
        assert close(decoded_samples(mp3, "mp3"), wav_samples(wav), 24_000)


async def refused() -> None:
    with shows(3, "a wrong key is a SpeechError with a status and a text"):
        async with Speech(WRONG_KEY, base_url=URL) as speech:
            for call in (speech.list_voices(), speech.synthesize(SENTENCE, VOICE)):
                check_refusal(await error_of(call), {401, 403})
    with shows(3, "an unknown voice is a SpeechError with a status and a text"):
        async with Speech(KEY, base_url=URL) as speech:
            check_refusal(await error_of(speech.synthesize(SENTENCE, "nobody-of-this-name")), {404})


async def error_of(call) -> SpeechError:
    """Return the error of a call that must fail."""
    try:
        await call
    except SpeechError as error:
        return error
    raise AssertionError("it was not refused")


def check_refusal(error: SpeechError, statuses: set[int]) -> None:
    assert error.status in statuses, error.status
    assert isinstance(error.message, str), error.message
    assert len(error.message) > 5
    assert error.message in str(error)


async def main() -> None:
    async with Speech(KEY, base_url=URL) as speech:
        await whole(speech)
        await with_durations(speech)
        await streamed(speech)
    await refused()


asyncio.run(main())
