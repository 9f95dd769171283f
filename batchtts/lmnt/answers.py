"""What an answer of LMNT says: errors in any shape, JSON, audio, and audio with the times of its words."""

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from math import isfinite

import pybase64

from batchtts.lmnt import wire
from batchtts.lmnt.durations import check_texts_fit, check_words_fit, spoken_texts, spoken_words
from batchtts.lmnt.embedding import cut_audio
from batchtts.lmnt.errors import BadAnswer, Particulars, SpeechError, class_of, message_of
from batchtts.lmnt.results import Account, DetailedSpeech, Voice
from batchtts.lmnt.service import Service
from batchtts.lmnt.soundness import fault_of

_EXCERPT = 500
_NOT_AUDIO = ("text/", "application/json", "application/problem+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that was received whole; headers are looked up in lower case, and may be written otherwise."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """Return the type of the body in lower case, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def error_of(answer: Answer, service: Service) -> SpeechError:
    """Return the error that an answer without success stands for, free of the key."""
    text = service.redacted(answer.body.decode("utf-8", "replace"))
    try:
        message = message_of(json.loads(text))
    except (ValueError, RecursionError):
        message = _first_words(text)
    particulars = particulars_of(answer.headers, text, service)
    if 300 <= answer.status < 400:
        return redirected(answer.status, particulars)
    return class_of(answer.status)(answer.status, message, particulars=particulars)


def particulars_of(headers: Mapping[str, str], text: str, service: Service) -> Particulars:
    """Return what an error keeps of an answer: the text has no key."""
    request_id = headers.get(wire.REQUEST_ID_HEADER)
    return Particulars(
        body=text[:_EXCERPT],
        request_id=service.redacted(request_id) if request_id else None,
        retry_after=retry_after(headers),
    )


def redirected(status: int, particulars: Particulars) -> BadAnswer:
    """Return the error that a redirect stands for."""
    return BadAnswer(
        status,
        "the server redirects elsewhere, which is not followed: the key would go along",
        particulars=particulars,
        hint="set base_url or LMNT_BASE_URL to where the service really is",
    )


def _first_words(text: str) -> str:
    if "<" in text[:200]:
        return "the server answered with a web page instead of LMNT's protocol"
    return text.strip()[:_EXCERPT]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds after which the server wants to be asked again, from a number or an HTTP date."""
    told = headers.get("retry-after", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        return _seconds_until(told)
    return seconds if isfinite(seconds) and seconds >= 0 else None


def _seconds_until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def json_of(answer: Answer) -> object:
    """Return the JSON of an answer; raise `BadAnswer` if it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise BadAnswer(answer.status, "the answer is not the JSON that was asked for") from None


def beta_voices(answer: Answer) -> dict[str, Voice]:
    """Return the voices of the beta by their ids."""
    told = json_of(answer)
    voices = told.get("voices") if isinstance(told, dict) else None
    if not isinstance(voices, dict) or not all(isinstance(voice, dict) for voice in voices.values()):
        raise BadAnswer(answer.status, "the answer holds no voices by their ids")
    return {voice_id: Voice(voice) for voice_id, voice in voices.items()}


def v1_voices(answer: Answer) -> list[Voice]:
    """Return the voices of v1, in the order of the server."""
    told = json_of(answer)
    if not isinstance(told, list) or not all(isinstance(voice, dict) for voice in told):
        raise BadAnswer(answer.status, "the answer is not a list of voices")
    return [Voice(voice) for voice in told]


def voice(answer: Answer) -> Voice:
    """Return one voice; a change is answered with it inside of `voice`."""
    told = _object(answer)
    inner = told.get("voice")
    return Voice(inner if isinstance(inner, dict) else told)


def success(answer: Answer) -> bool:
    """Return whether the server says that it has done what was asked for."""
    return _object(answer).get("success") is True


def account(answer: Answer) -> Account:
    """Return plan and usage."""
    return Account(_object(answer))


def _object(answer: Answer) -> dict[str, object]:
    told = json_of(answer)
    if not isinstance(told, dict):
        raise BadAnswer(answer.status, "the answer is not a JSON object")
    return told


def audio(answer: Answer, format_name: str | None) -> bytes:
    """Return a body that is audio and nothing but audio, whole as far as can be told."""
    refuse_text(answer.status, answer.content_type)
    return _sound(answer.body, format_name)


def refuse_text(status: int, content_type: str) -> None:
    """Raise `BadAnswer` for what says itself that it is no audio."""
    if content_type.startswith((*_NOT_AUDIO, "multipart/")):
        raise BadAnswer(status, f"the server sent {content_type} instead of audio")


def _sound(body: bytes, format_name: str | None) -> bytes:
    if fault := fault_of(body, format_name):
        raise BadAnswer(200, f"the audio is of no use: {fault}")
    return body


def beta_detailed(answer: Answer, format_name: str | None) -> DetailedSpeech:
    """Return audio and words from three parts by position: frames, phonemes, audio.

    Only WAV can be counted without decoding: there, the durations are compared with the audio.
    """
    parts = multipart(answer)
    if len(parts) < 3:
        raise BadAnswer(answer.status, f"the answer has {len(parts)} parts instead of three")
    frames, phonemes, recording = parts[:3]
    if "json" in recording.headers.get("content-type", "").lower():
        raise BadAnswer(answer.status, "the third part of the answer is JSON instead of audio")
    words = spoken_words(json_of(frames), json_of(phonemes))
    body = _sound(recording.body, format_name)
    if format_name == "wav":
        check_words_fit(words, body)
    return DetailedSpeech(durations=words, audio=body)


def v1_detailed(answer: Answer, key: str, format_name: str | None) -> DetailedSpeech:
    """Return audio and words from JSON with base64; `key` is `durations` or `timestamps`."""
    told, body = cut_audio(answer.body) or _with_audio(answer)
    texts = spoken_texts(told.get(key))
    _sound(body, format_name)
    if format_name == "wav":
        check_texts_fit(texts, body)
    speech = DetailedSpeech({"audio": body, key: texts})
    if isinstance(told.get("seed"), int):
        speech["seed"] = told["seed"]
    return speech


def _with_audio(answer: Answer) -> tuple[dict[str, object], bytes]:
    told = _object(answer)
    try:
        return told, pybase64.b64decode(str(told.get("audio") or ""), validate=True)
    except (binascii.Error, ValueError):
        raise BadAnswer(answer.status, "the audio in the answer is not base64") from None


def multipart(answer: Answer) -> list[Answer]:
    """Return the parts of a multipart body (RFC 2046), each with its headers, in memory.

    No transfer encoding is undone, since LMNT uses none.
    """
    message = Message()
    message["content-type"] = answer.headers.get("content-type", "")
    boundary = message.get_boundary()
    if message.get_content_maintype() != "multipart" or not boundary:
        told = answer.content_type or "something without a type"
        raise BadAnswer(answer.status, f"the server sent {told} instead of audio with durations")
    before, *pieces = (b"\r\n" + answer.body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    del before  # what precedes the first boundary is for people
    whole = bool(pieces) and pieces[-1].startswith(b"--")
    if not whole:
        raise BadAnswer(answer.status, "the answer is cut off: it has no closing boundary")
    return [_part(piece, answer.status) for piece in pieces[:-1]]


def _part(piece: bytes, status: int) -> Answer:
    head, blank, body = piece.partition(b"\r\n\r\n")
    if not blank:
        raise BadAnswer(status, "a part of the answer has no end of its headers")
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines if name.strip()}
    return Answer(status=status, headers=headers, body=body)
