"""Speech and account in version 1 of the protocol: forms of SDKs 1.x and JSON of 2.x alike."""

import json

import pybase64
from aiohttp import web

from batchtts.audio.encoding import MEDIA_TYPES
from batchtts.server.bodies import FORM_DATA, JSON, URLENCODED, read_fields, read_upload
from batchtts.server.inputs import Fields, v1_speech
from batchtts.server.refusals import invalid
from batchtts.server.rendering import authenticate, render
from batchtts.server.service import SERVICE
from batchtts.server.speaking import durations

CHARACTER_LIMIT = 1_000_000_000
"""What the account says of its plan.  It limits nothing: characters cost nothing here."""


async def speech(request: web.Request) -> web.Response:
    """Answer with JSON: audio in base64, the seed, and when each word is spoken if that is asked for."""
    service = request.app[SERVICE]
    client = authenticate(request, service)
    spoken = v1_speech(await _fields(request))
    rendered = await render(request, service, client, spoken)
    rest: dict[str, object] = {"seed": rendered.seed}
    if spoken.durations or spoken.timestamps:
        spans = durations(rendered.alignment, rendered.text)
        names = {"durations": spoken.durations, "timestamps": spoken.timestamps}
        rest |= {name: spans for name, wanted in names.items() if wanted}
    # Base64 needs no escapes, so it is not sent through an encoder that looks for some, megabyte by megabyte.
    body = b'{"audio": "%b", %b' % (pybase64.b64encode(rendered.audio), json.dumps(rest).encode()[1:])
    return web.Response(body=body, content_type=JSON)


async def speech_bytes(request: web.Request) -> web.Response:
    """Answer with audio."""
    service = request.app[SERVICE]
    client = authenticate(request, service)
    spoken = v1_speech(await _fields(request))
    rendered = await render(request, service, client, spoken)
    return web.Response(body=rendered.audio, content_type=MEDIA_TYPES[spoken.format])


async def convert(request: web.Request) -> web.Response:
    """Read the recording and refuse: no engine of ours can speak with the intonation of another."""
    service = request.app[SERVICE]
    authenticate(request, service)
    upload = await read_upload(request, FORM_DATA)
    service.voices.get(upload.fields.text("voice"))
    if not upload.file_sizes:
        raise invalid("`audio` is required")
    raise invalid("this server cannot convert speech: its engine speaks texts only")


async def account(request: web.Request) -> web.Response:
    """Answer with what the client has used so far, in a plan that every SDK can read."""
    service = request.app[SERVICE]
    client = authenticate(request, service)
    plan = {
        "type": "self-hosted",
        "character_limit": CHARACTER_LIMIT,
        "commercial_use_allowed": True,
        "instant_voice_limit": 0,
        "professional_voice_limit": 0,
    }
    usage = {
        "characters": service.usage.characters(client),
        "instant_voices": 0,
        "professional_voices": 0,
    }
    return web.json_response({"plan": plan, "usage": usage})


async def _fields(request: web.Request) -> Fields:
    if request.method == "GET":
        return Fields(dict(request.query))
    return await read_fields(request, JSON, URLENCODED, FORM_DATA)
