"""The REST side of the protocol of 2023: a list of voices, and speech from a form."""

import json
from secrets import token_hex

from aiohttp import web

from batchtts.alignment import Level
from batchtts.audio.encoding import MEDIA_TYPES
from batchtts.server.bodies import FORM_DATA, URLENCODED, read_fields
from batchtts.server.inputs import beta_speech
from batchtts.server.refusals import invalid
from batchtts.server.rendering import Rendered, authenticate, render
from batchtts.server.service import SERVICE
from batchtts.server.speaking import phoneme_frames

_LINE = b"\r\n"


async def list_voices(request: web.Request) -> web.Response:
    """Answer with all voices by their ids."""
    service = request.app[SERVICE]
    authenticate(request, service)
    return web.json_response({"voices": {voice.id: voice.beta_form() for voice in service.voices.all()}})


async def synthesize(request: web.Request) -> web.Response:
    """Answer with audio, or with durations, phonemes and audio as the three parts of a form."""
    service = request.app[SERVICE]
    client = authenticate(request, service)
    spoken = beta_speech(await read_fields(request, URLENCODED, FORM_DATA))
    if spoken.durations and service.speaker.traits.level is not Level.PHONEME:
        raise invalid("`extras`: the engine of this server does not know when phonemes are spoken")
    rendered = await render(request, service, client, spoken)
    if spoken.durations:
        return _with_durations(rendered, spoken.format)
    return web.Response(body=rendered.audio, content_type=MEDIA_TYPES[spoken.format])


def _with_durations(rendered: Rendered, format_: str) -> web.Response:
    try:
        frames, phonemes = phoneme_frames(rendered.alignment)
    except ValueError as error:
        raise invalid(f"`extras`: {error}") from error
    boundary = token_hex(16)
    parts = [
        _part("duration", "application/json", json.dumps(frames).encode()),
        _part("phonemes", "application/json", json.dumps(phonemes).encode()),
        _part("audio", MEDIA_TYPES[format_], rendered.audio, file_name=f"audio.{format_}"),
    ]
    return web.Response(
        body=_form_data(parts, boundary), headers={"Content-Type": f"{FORM_DATA}; boundary={boundary}"}
    )


def _part(name: str, media_type: str, content: bytes, *, file_name: str | None = None) -> bytes:
    disposition = f'form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
    head = f"Content-Type: {media_type}\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head.encode() + content


def _form_data(parts: list[bytes], boundary: str) -> bytes:
    """Return a multipart body (RFC 2046, 5.1) of these parts, which clients tell by their order."""
    delimiter = b"--" + boundary.encode()
    lines = [line for part in parts for line in (delimiter, part)]
    return _LINE.join([*lines, delimiter + b"--", b""])
