"""How faults are done: what goes out in place of the right answer, or does not."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from batchtts.lmnt import wire
from batchtts.server.faults import STREAM_PATHS, Answer, Fault, Moment
from batchtts.server.refusals import Refusal, refusal_body
from batchtts.server.service import SERVICE, request_id

HTML = b"<!doctype html><html><head><title>Welcome</title></head><body><p>Not what you asked for.</p></body></html>"

_NO_LINGERING = struct.pack("ii", 1, 0)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def respond_with(
    request: web.Request, handler: Handler, seconds: float, fault: Fault | None
) -> web.StreamResponse:
    """Wait, then answer a request as its fault says; count what was injected."""
    if seconds:
        _count(request, "latency")
        await asyncio.sleep(seconds)
    if fault is None:
        return await handler(request)
    if fault.status is not None:
        _count(request, fault.kind)
        return _failure(request, fault, fault.status)
    if fault.reset is Moment.BEFORE:
        _count(request, fault.kind)
        return _cut(request)
    if request.path in STREAM_PATHS:
        if fault.cuts:  # counted first: the session that does it does not come back
            _count(request, fault.kind)
        return await handler(request)
    response = await handler(request)
    if isinstance(response, web.Response) and response.status == 200:
        _count(request, fault.kind)
        return await _spoilt(request, response, fault)
    return response


def _count(request: web.Request, kind: str) -> None:
    request.app[SERVICE].metrics.add("batchtts_server_faults_total", kind=kind)


def _failure(request: web.Request, fault: Fault, status: int) -> web.Response:
    refusal = Refusal(status, "Injected fault", retry_after=fault.retry_after)
    if fault.body is None:
        version = request.headers.get(wire.VERSION_HEADER)
        body = refusal_body(refusal, version=version, request_id=request_id(request))
        return web.json_response(body, status=status, headers=refusal.headers)
    kinds = {"<": "text/html", "{": "application/json", "[": "application/json"}
    return web.Response(
        text=fault.body,
        status=status,
        headers=refusal.headers,
        content_type=kinds.get(fault.body[:1], "text/plain"),
    )


async def _spoilt(request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
    if fault.answer is Answer.HTML:
        return web.Response(body=HTML, content_type="text/html")
    if fault.answer is Answer.EMPTY:
        return web.Response(body=b"", content_type=response.content_type)
    if fault.answer is None:
        return await _cut_short(request, response, fault)
    return response  # silence, and the same for all, come from where the audio comes from


async def _cut_short(request: web.Request, response: web.Response, fault: Fault) -> web.StreamResponse:
    """Announce the whole body, send a part of it, and end the connection: with a reset, or as if all were well."""
    body = response.body if isinstance(response.body, bytes) else b""
    share = 0.5 if fault.truncate is None else fault.truncate
    partial = web.StreamResponse(headers=response.headers)
    partial.content_length = len(body)
    partial.force_close()
    await partial.prepare(request)
    await partial.write(body[: int(len(body) * share)])
    if fault.reset is not None:
        reset(request)
    return partial


def _cut(request: web.Request) -> web.Response:
    reset(request)
    return web.Response()


def reset(request: web.Request) -> None:
    """Reset the connection of a request, as a network or a process that dies does."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    transport.abort()
