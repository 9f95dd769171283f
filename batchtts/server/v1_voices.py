"""Voices in version 1 of the protocol."""

from aiohttp import web

from batchtts.server.bodies import FORM_DATA, JSON, MIXED, read_fields, read_upload
from batchtts.server.inputs import Fields
from batchtts.server.refusals import invalid
from batchtts.server.rendering import authenticate
from batchtts.server.service import SERVICE
from batchtts.server.voices import SELECTIONS


async def list_voices(request: web.Request) -> web.Response:
    """Answer with the voices of an owner, or with those that are starred."""
    service = request.app[SERVICE]
    authenticate(request, service)
    fields = Fields(dict(request.query))
    owned = SELECTIONS[fields.choice("owner", tuple(SELECTIONS)) or "all"]
    starred = fields.flag("starred")
    voices = [voice for voice in service.voices.all() if owned(voice) and (voice.starred or not starred)]
    return web.json_response([voice.v1_form() for voice in voices])


async def show_voice(request: web.Request) -> web.Response:
    """Answer with one voice."""
    service = request.app[SERVICE]
    authenticate(request, service)
    return web.json_response(service.voices.get(request.match_info["id"]).v1_form())


async def update_voice(request: web.Request) -> web.Response:
    """Change a voice and answer with it."""
    service = request.app[SERVICE]
    authenticate(request, service)
    fields = await read_fields(request, JSON)
    changed = service.voices.update(request.match_info["id"], fields)
    return web.json_response({"voice": changed.v1_form()})


async def delete_voice(request: web.Request) -> web.Response:
    """Forget a voice.  SDKs 2.x announce a JSON body and send none; it is not read."""
    service = request.app[SERVICE]
    authenticate(request, service)
    service.voices.delete(request.match_info["id"])
    return web.json_response({"success": True})


async def create_voice(request: web.Request) -> web.Response:
    """Read the recordings and refuse: no engine of ours can clone a voice.

    SDKs 1.x send `multipart/mixed` with their fields as JSON in the part `metadata`, 2.x a form.
    """
    service = request.app[SERVICE]
    authenticate(request, service)
    upload = await read_upload(request, MIXED, FORM_DATA)
    if "metadata" not in upload.fields:
        upload.fields.text("name")
    if not upload.file_sizes:
        raise invalid("a recording of the voice is required")
    raise invalid("this server cannot clone voices: its engine has only its own")
