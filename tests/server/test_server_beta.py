"""The REST side of the beta, asked over a real connection."""

import io
import wave

import aiohttp
import pytest
from rest_bench import Answer, Client, SpellingEngine, talk

from batchtts.lmnt import wire


def parts_of(answer: Answer) -> list[tuple[str, str, bytes]]:
    """Return type, disposition and content of the parts of a body, cut at its boundary by hand."""
    boundary = answer.headers["Content-Type"].partition("boundary=")[2].encode()
    assert answer.body.startswith(b"--" + boundary)
    assert answer.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    found = []
    for part in answer.body.split(b"--" + boundary)[1:-1]:
        head, _, content = part[2:-2].partition(b"\r\n\r\n")
        type_, disposition = head.decode().split("\r\n")
        found.append((type_.partition(": ")[2], disposition.partition(": ")[2], content))
    return found


def n_samples(wav: bytes) -> int:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (24_000, 2, 1)
        return file.getnframes()


def test_voices_are_listed_by_id_as_objects_of_texts() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.get(wire.BETA_VOICES)
        assert (answer.status, answer.type) == (200, "application/json")
        assert list(answer.json) == ["voices"]
        assert answer.json["voices"]["hum"] == {
            "id": "hum",
            "name": "hum",
            "gender": "unknown",
            "imageUrl": "",
        }

    talk(scenario)


@pytest.mark.parametrize(
    ("format_", "type_", "magic"),
    [("wav", "audio/wav", b"RIFF"), ("mp3", "audio/mpeg", b"\xff\xf3"), ("aac", "audio/aac", b"\xff\xf1")],
)
def test_the_body_is_a_whole_file_of_the_format(format_: str, type_: str, magic: bytes) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize(format=format_)
        assert (answer.status, answer.type) == (200, type_)
        assert answer.body.startswith(magic)

    talk(scenario)


def test_a_form_may_also_be_multipart() -> None:
    async def scenario(client: Client) -> None:
        form = aiohttp.FormData(
            {"text": "Hello thére.", "voice": "hum", "seed": "1"}, default_to_multipart=True
        )
        answer = await client.ask("POST", wire.BETA_SYNTHESIZE, data=form)
        assert answer.body == (await client.synthesize("Hello thére.", seed="1")).body

    talk(scenario)


def test_durations_come_as_three_parts_that_are_told_by_their_order() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize(extras="alignment")
        assert (answer.status, answer.type) == (200, "multipart/form-data")
        frames, phonemes, audio = parts_of(answer)
        assert frames[:2] == ("application/json", 'form-data; name="duration"')
        assert phonemes[:2] == ("application/json", 'form-data; name="phonemes"')
        assert audio[:2] == ("audio/wav", 'form-data; name="audio"; filename="audio.wav"')

    talk(scenario, SpellingEngine())


@pytest.mark.parametrize("more", [{}, {"speed": "0.7"}, {"length": "2.5"}, {"format": "mp3"}])
def test_the_frames_add_up_to_the_audio(more: dict[str, str]) -> None:
    async def scenario(client: Client) -> None:
        frames, phonemes, _ = (
            Answer(200, {}, content)
            for _, _, content in parts_of(await client.synthesize(extras="alignment", **more))
        )
        wav = (await client.synthesize(**(more | {"format": "wav"}))).body
        assert sum(frames.json) * 300 == n_samples(wav)
        assert len(frames.json) == len(phonemes.json)
        assert [phoneme for phoneme in phonemes.json if phoneme.isalpha() and phoneme != "sil"] == list(
            "Hellothere"
        )

    talk(scenario, SpellingEngine())


def test_an_engine_that_knows_no_phonemes_refuses_durations_before_it_speaks() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize(extras="alignment")
        assert answer.status == 400
        assert "`extras`" in answer.json["error"]
        assert client.service.metrics.value("batchtts_server_characters_total") == 0

    talk(scenario)


@pytest.mark.parametrize("seconds", ["0.5", "2.5", "10"])
def test_a_length_is_kept_to_the_sample(seconds: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize(length=seconds, speed="0.5")
        assert n_samples(answer.body) == float(seconds) * 24_000

    talk(scenario)


def test_equal_seeds_give_equal_audio() -> None:
    async def scenario(client: Client) -> None:
        first, again, other = [(await client.synthesize(seed=seed)).body for seed in ("1", "1", "2")]
        assert first == again != other

    talk(scenario)


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"voice": "nobody"}, 404, "nobody"),
        ({"text": ""}, 400, "`text`"),
        ({"text": "?!"}, 400, "no word"),
        ({"text": "a" * 5001}, 400, "5001"),
        ({"speed": "0.1"}, 400, "`speed`"),
        ({"length": "abc"}, 400, "`length`"),
        ({"format": "ulaw"}, 400, "`format`"),
        ({"seed": "None"}, 400, "`seed`"),
    ],
)
def test_what_the_service_refuses_is_refused_with_a_plain_text(
    fields: dict[str, str], status: int, word: str
) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize(**fields)
        assert answer.status == status
        assert list(answer.json) == ["error"]
        assert word in answer.json["error"]

    talk(scenario)


def test_json_is_no_form() -> None:
    async def scenario(client: Client) -> None:
        answer = await client.ask("POST", wire.BETA_SYNTHESIZE, json={"text": "Hi", "voice": "hum"})
        assert answer.status == 400
        assert "Content-Type" in answer.json["error"]

    talk(scenario)
