"""The server as aiohttp runs it: which path leads where."""

import asyncio
import socket
from contextlib import suppress
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from batchtts.lmnt import wire
from batchtts.server import answering, beta, health, v1, v1_voices
from batchtts.server.bodies import MAX_BYTES
from batchtts.server.faults import HEALTHZ, METRICS
from batchtts.server.service import SERVICE, Service
from batchtts.server.sessions.session import session

CLOSING_SECONDS = 5.0
"""How long a client may take to hear that its session is closed, before it is cut off."""

_SESSIONS: web.AppKey[WeakSet[web.WebSocketResponse]] = web.AppKey("sessions", WeakSet)
_CLOSING_SECONDS: web.AppKey[float] = web.AppKey("closing_seconds", float)


def make_app(service: Service, *, closing_seconds: float = CLOSING_SECONDS) -> web.Application:
    """Return the application that answers for a service."""
    app = web.Application(
        middlewares=[answering.record, answering.befall, answering.explain], client_max_size=MAX_BYTES
    )
    app[SERVICE] = service
    app[_SESSIONS] = WeakSet()
    app[_CLOSING_SECONDS] = closing_seconds
    app.add_routes(_routes())
    app.on_response_prepare.append(answering.mark)
    app.on_response_prepare.append(_remember)
    app.on_shutdown.append(_close_sessions)
    answering.watch(service)
    service.metrics.watch(
        "batchtts_server_sessions", lambda: sum(not opened.closed for opened in app[_SESSIONS])
    )
    return app


def _routes() -> list[web.RouteDef]:
    """Return all routes.  What is not here is not found, and a method that is not here is not allowed."""
    voice = f"{wire.V1_VOICE}/{{id}}"
    gets = {
        HEALTHZ: health.healthz,
        METRICS: health.metrics,
        wire.BETA_VOICES: beta.list_voices,
        wire.BETA_STREAM: session,
        wire.V1_STREAM: session,
        wire.V1_VOICES: v1_voices.list_voices,
        wire.V1_SPEECH: v1.speech,
        wire.V1_ACCOUNT: v1.account,
        voice: v1_voices.show_voice,
    }
    posts = {
        wire.BETA_SYNTHESIZE: beta.synthesize,
        wire.V1_SPEECH: v1.speech,
        wire.V1_BYTES: v1.speech_bytes,
        wire.V1_CONVERT: v1.convert,
        wire.V1_VOICE: v1_voices.create_voice,
    }
    return [
        *(web.get(path, answer, allow_head=False) for path, answer in gets.items()),
        *(web.post(path, answer) for path, answer in posts.items()),
        web.put(voice, v1_voices.update_voice),
        web.delete(voice, v1_voices.delete_voice),
    ]


async def _remember(request: web.Request, response: web.StreamResponse) -> None:
    """Note a session when it begins, so that it can be counted, and closed when the server stops."""
    if isinstance(response, web.WebSocketResponse):
        request.app[_SESSIONS].add(response)
        request.app[SERVICE].metrics.add("batchtts_server_sessions_total", path=request.path)


async def _close_sessions(app: web.Application) -> None:
    """Close every session as a server does that goes away: 1001."""
    closing = [_close(opened, app[_CLOSING_SECONDS]) for opened in app[_SESSIONS]]
    await asyncio.gather(*closing)


async def _close(opened: web.WebSocketResponse, seconds: float) -> None:
    """Close a session; cut it off if its client reads nothing, since the farewell would never be sent then."""
    try:
        async with asyncio.timeout(seconds):
            await opened.close(code=WSCloseCode.GOING_AWAY, message=b"server stops")
    except TimeoutError:
        connection: socket.socket | None = opened.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
