"""Whole sessions in every dialect: what is sent, in which order, and how it ends."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from session_bench import EXTRAS, KEY, VOICE, Client, Heard, with_client

from batchtts.audio import ffmpeg
from batchtts.lmnt import wire

TEXTS = ["The lamp went out at n", "oon. Nobody ", "had seen it burn. Where", " was the keeper?"]
V1 = ("B", "C", "D")
FORMATS = [
    ("mp3", 24_000, "mp3"),
    ("raw", 24_000, "s16le"),
    ("pcm_s16le", 16_000, "s16le"),
    ("pcm_f32le", 24_000, "f32le"),
    ("ulaw", 8_000, "mulaw"),
    ("webm", 24_000, "webm"),
]


def hold(dialect: str, texts: list[str] = TEXTS, **options: object) -> Heard:
    async def scenario(client: Client) -> Heard:
        return await client.hold(dialect, texts, **options)

    return with_client(scenario)


def seconds_of(audio: bytes, demuxer: str, rate: int) -> float:
    bare = ("-ar", str(rate), "-ac", "1") if demuxer in ("s16le", "f32le", "mulaw") else ()
    decoded = asyncio.run(ffmpeg.convert(audio, ("-f", demuxer, *bare), ("-f", "s16le", "-ar", "24000")))
    return len(decoded) / 48_000


def seconds_of_speech() -> float:
    return len(hold("B", format="raw").audio) / 48_000


@pytest.mark.parametrize("dialect", ["A", *V1])
def test_a_session_is_audio_and_a_clean_end(dialect: str) -> None:
    heard = hold(dialect)
    assert heard.code == 1000
    assert seconds_of(heard.audio, "mp3", 24_000) == pytest.approx(seconds_of_speech(), abs=0.15)
    assert [text["type"] for text in heard.texts] == (["ready"] if dialect == "D" else [])


@pytest.mark.parametrize("dialect", ["A", *V1])
def test_how_the_text_was_split_changes_no_byte(dialect: str) -> None:
    assert (
        hold(dialect).audio == hold(dialect, ["".join(TEXTS)]).audio == hold(dialect, [*"".join(TEXTS)]).audio
    )


def test_the_page_of_2023_has_two_splits_and_one_sound() -> None:
    one = hold("A", ["This is a test of ", "the emergency broadcast system."])
    other = hold("A", ["This is a test of the eme", "rgency broadcast system."])
    assert one.audio == other.audio
    assert one.texts == other.texts == []


@pytest.mark.parametrize(("name", "rate", "demuxer"), FORMATS)
def test_every_format_plays_for_as_long_as_the_speech(name: str, rate: int, demuxer: str) -> None:
    heard = hold("C", format=name, sample_rate=str(rate))
    assert seconds_of(heard.audio, demuxer, rate) == pytest.approx(seconds_of_speech(), abs=0.15)
    assert max(heard.sizes) <= 1 << 16


@pytest.mark.parametrize("dialect", ["B", "C"])
@pytest.mark.parametrize(
    ("name", "rate"), [("mp3", 24_000), ("mp3", 8_000), ("raw", 24_000), ("webm", 24_000)]
)
def test_extras_come_in_strict_pairs(dialect: str, name: str, rate: int) -> None:
    heard = hold(dialect, format=name, sample_rate=rate, **EXTRAS[dialect])
    assert [isinstance(frame, bytes) for frame in heard.frames] == [False, True] * (len(heard.frames) // 2)
    assert "".join(word["text"] for extras in heard.texts for word in extras["durations"]) == "".join(TEXTS)
    assert ["buffer_empty" in extras for extras in heard.texts] == [False] * (len(heard.texts) - 1) + [True]


def test_durations_begin_anew_with_each_piece_and_add_up_to_it() -> None:
    heard = hold("B", ["A b c d e f g h i j k l m n o p q r s t."], format="raw", **EXTRAS["B"])
    for extras, size in zip(heard.texts, heard.sizes, strict=True):
        words = extras["durations"]
        assert words[0]["start"] == 0
        assert all(
            one["start"] + one["duration"] == pytest.approx(two["start"]) for one, two in pairwise(words)
        )
        assert words[-1]["start"] + words[-1]["duration"] == pytest.approx(size / 48_000)


def test_timestamps_follow_their_piece_and_go_on_through_the_stream() -> None:
    heard = hold("D", format="raw", **EXTRAS["D"])
    kinds = ["audio" if isinstance(frame, bytes) else frame["type"] for frame in heard.frames]
    words = [word for text in heard.texts[1:] for word in text["timestamps"]]
    assert kinds == ["ready"] + ["audio", "timestamps"] * (len(kinds) // 2)
    assert all(one["start"] + one["duration"] == pytest.approx(two["start"]) for one, two in pairwise(words))
    assert words[-1]["start"] + words[-1]["duration"] == pytest.approx(len(heard.audio) / 48_000)


ANSWERS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "A": {"flush": [], "reset": []},
    "B": {"flush": [], "reset": []},
    "C": {"flush": [{"complete": "flush", "nonce": 1}], "reset": [{"complete": "reset", "nonce": 2}]},
    "D": {
        "flush": [{"type": "flush_complete", "nonce": 1}],
        "reset": [{"type": "reset_complete", "nonce": 2}],
    },
}


@pytest.mark.parametrize("dialect", ["A", *V1])
def test_a_flush_speaks_what_there_is_and_is_answered_after_it(dialect: str) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open(dialect) as talk:
            await talk.say("text", "Half a sentence")
            await talk.say("flush", 1)
            await talk.next_audio()  # before the end of the text
            await talk.say("finish")
            return await talk.rest()

    heard = with_client(scenario)
    assert [text for text in heard.texts if text.get("type") != "ready"] == ANSWERS[dialect]["flush"]
    assert not isinstance(heard.frames[-1], bytes) or not ANSWERS[dialect]["flush"]
    assert heard.audio == hold(dialect, ["Half a sentence"]).audio


@pytest.mark.parametrize("dialect", ["C", "D"])
def test_a_reset_drops_what_is_not_spoken_and_is_answered(dialect: str) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open(dialect) as talk:
            await talk.say("text", "Never mind")
            await talk.say("reset", 2)
            await talk.say("text", "This instead.")
            await talk.say("finish")
            return await talk.rest()

    heard = with_client(scenario)
    assert [text for text in heard.texts if text.get("type") != "ready"] == ANSWERS[dialect]["reset"]
    assert heard.audio == hold(dialect, ["This instead."]).audio


@pytest.mark.parametrize("interruption", ["flush", "reset"])
def test_timestamps_begin_anew_after_an_interruption(interruption: str) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open("D", **EXTRAS["D"]) as talk:
            await talk.say("text", "One. Two ")
            await talk.next_audio()
            await talk.say(interruption, 1)
            while await talk.next() != {"type": f"{interruption}_complete", "nonce": 1}:
                pass
            talk.heard.frames.clear()
            await talk.say("text", "Three")
            await talk.say("finish")
            return await talk.rest()

    heard = with_client(scenario)
    assert heard.texts[0]["timestamps"][0]["start"] == 0


def test_a_flush_that_was_promised_survives_a_reset() -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open("C", format="raw") as talk:
            await talk.say("text", "One. Two.")
            await talk.say("flush", 1)
            await talk.say("text", "Never mind. Really")
            await talk.say("reset", 2)
            await talk.say("finish")
            return await talk.rest()

    heard = with_client(scenario)
    assert heard.texts == [{"complete": "flush", "nonce": 1}, {"complete": "reset", "nonce": 2}]
    assert heard.audio == hold("C", ["One. Two."], format="raw").audio


@pytest.mark.parametrize("dialect", ["A", *V1])
@pytest.mark.parametrize("texts", [[], [""], [" \n"], ["...", " * * * "]])
def test_a_session_without_a_word_just_ends(dialect: str, texts: list[str]) -> None:
    heard = hold(dialect, texts)
    assert (heard.audio, heard.code) == (b"", 1000)
    assert len(heard.texts) == (dialect == "D")


REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"X-API-Key": "wrong"}, "Invalid API key", "permission_error"),
    ({"X-API-Key": ""}, "Missing API key", "authentication_error"),
    ({"voice": "nobody"}, "Voice not found", "not_found_error"),
    ({"voice": None}, "`voice` must not be null", "invalid_request_error"),
]
REFUSED_IN_V1: list[tuple[dict[str, object], str, str]] = [
    ({"model": None}, "`model` must not be null", "invalid_request_error"),
    ({"format": "wav"}, "`format` must be one of", "invalid_request_error"),
    ({"sample_rate": 44_100}, "`sample_rate` must be one of", "invalid_request_error"),
    ({"speed": 2.5}, "`speed` must be a number from 0.25 to 2", "invalid_request_error"),
]


@pytest.mark.parametrize(
    ("dialect", "option", "message", "kind"),
    [(dialect, *case) for dialect in ("A", *V1) for case in REFUSED]
    + [(dialect, *case) for dialect in V1 for case in REFUSED_IN_V1],
)
def test_a_wrong_opening_is_refused_in_the_form_of_the_dialect(
    dialect: str, option: dict[str, object], message: str, kind: str
) -> None:
    heard = hold(dialect, [], **option)
    [text] = heard.texts
    assert heard.code == 1002
    if dialect == "D":
        assert (text["type"], text["error"]["type"]) == ("error", kind)
        assert text["request_id"].startswith("req_")
        text = {"error": text["error"]["message"]}
    assert text["error"].startswith(message)
    assert KEY not in text["error"]


@pytest.mark.parametrize("data", ["", "hello", "[]", '{"voice": null}', b"\x00"])
@pytest.mark.parametrize("dialect", ["A", "B"])
def test_a_first_message_that_is_none_is_refused(dialect: str, data: str | bytes) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.connect(dialect) as talk:
            await (talk.socket.send_bytes(data) if isinstance(data, bytes) else talk.socket.send_str(data))
            return await talk.rest()

    heard = with_client(scenario)
    assert (list(heard.texts[0]), heard.code) == (["error"], 1002)


@pytest.mark.parametrize("dialect", ["A", *V1])
def test_an_unknown_message_ends_the_session_with_a_reason(dialect: str) -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open(dialect) as talk:
            await talk.socket.send_json({"type": "sing", "text": "La"})
            return await talk.rest()

    heard = with_client(scenario)
    assert "error" in heard.texts[-1]
    assert heard.code == 1002


def test_compression_is_declined() -> None:
    async def scenario(client: Client) -> tuple[int, str | None]:
        async with client.http.ws_connect(client.server.make_url(wire.V1_STREAM), compress=15) as socket:
            extensions = socket._response.headers.get("Sec-WebSocket-Extensions")
            return socket.compress, extensions

    assert with_client(scenario) == (0, None)


def test_any_shape_of_message_works_in_any_session() -> None:
    async def scenario(client: Client) -> Heard:
        async with client.open("D", voice=VOICE, type="init") as talk:
            await talk.socket.send_json({"text": "One. "})
            await talk.socket.send_json({"command": "flush", "nonce": 7})
            await talk.socket.send_json({"text": "Two.", "eof": True})
            return await talk.rest()

    heard = with_client(scenario)
    assert heard.texts[1:] == [{"type": "flush_complete", "nonce": 7}]
    assert heard.code == 1000
