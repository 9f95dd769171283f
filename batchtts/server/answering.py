"""What happens around every request: it gets an id and a line in the log, and whatever goes wrong a shape.

Three middlewares, from the outside in: `record` sees all that goes out, `befall` injects faults, `explain` turns
errors into answers.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from secrets import token_hex

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from batchtts.lmnt import wire
from batchtts.server import injecting
from batchtts.server.faults import SPEECH_PATHS, inject, injected
from batchtts.server.refusals import Refusal, refusal_body
from batchtts.server.service import SERVICE, Service, name_request, request_id

ACCESS_LOG = logging.getLogger("batchtts.server.access")
ERROR_LOG = logging.getLogger("batchtts.server.errors")
HTTP_LOG = logging.getLogger("batchtts.server.http")
"""For what aiohttp itself has to say of a connection."""

GONE = "gone"
"""The status of a request whose connection was lost before its answer was handed over."""

_LONGEST_PATH = 200


def _without_what_was_sent(record: logging.LogRecord) -> bool:
    """Take out of a record the bytes that were no HTTP: a key may be among them."""
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


HTTP_LOG.addFilter(_without_what_was_sent)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request its id, hand its answer over, then count and log it.

    The answer is written here and not by aiohttp afterwards: only so can be known whether all of it went out.
    """
    name_request(request, f"req_{token_hex(12)}")
    began = time.monotonic()
    status, n_bytes = GONE, 0
    try:
        response = await handler(request)
        if await _hand_over(request, response):
            status = str(response.status)
        n_bytes = response.body_length
    finally:
        _note(request, status, n_bytes, time.monotonic() - began)
    return response


async def _hand_over(request: web.Request, response: web.StreamResponse) -> bool:
    """Write an answer that is not written yet; return whether the connection survived it."""
    try:
        if isinstance(response, web.Response):
            await response.prepare(request)
            await response.write_eof()
    except ConnectionError:
        return False
    transport = request.transport
    # Of a session the connection may well be closed: that is how it ends.
    return isinstance(response, web.WebSocketResponse) or not (transport is None or transport.is_closing())


def _note(request: web.Request, status: str, n_bytes: int, seconds: float) -> None:
    metrics = request.app[SERVICE].metrics
    resource = request.match_info.route.resource
    path = "other" if resource is None else resource.canonical
    metrics.add("batchtts_server_requests_total", path=path, status=status)
    metrics.add("batchtts_server_request_seconds_total", seconds, path=path)
    fault = injected(request)
    if status == "200" and path in SPEECH_PATHS and (fault is None or fault.truncate is None):
        metrics.add("batchtts_server_answers_total", path=path)
    ACCESS_LOG.info(
        "%s %s %s %d bytes %.0f ms %s",
        request.method,
        request.rel_url.raw_path[:_LONGEST_PATH],
        status,
        n_bytes,
        seconds * 1000,
        request_id(request),
    )


@web.middleware
async def befall(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the faults of the server befall a request."""
    faults = request.app[SERVICE].faults
    if faults is None:
        return await handler(request)
    seconds, fault = faults.befalling(request.path)
    inject(request, fault)
    return await injecting.respond_with(request, handler, seconds, fault)


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what goes wrong into an answer that every client can read."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refused(request, refusal)
    except web.HTTPException as error:
        if (
            error.status >= 400
        ):  # no such path, or no such method: the shape of FastAPI, as the service has it
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return web.json_response({"detail": error.reason}, status=error.status, headers=headers)
        raise
    # A bug must not take the connection down without a word; its traceback is in the log.
    except Exception:
        if _UNDER_WAY in request:  # half an answer cannot be taken back
            raise
        ERROR_LOG.exception("%s failed", request_id(request))
        return refused(request, Refusal(500, "Internal server error"))


def refused(request: web.Request, refusal: Refusal) -> web.Response:
    """Return the answer to a request that is refused, in the shape that its client reads."""
    version = request.headers.get(wire.VERSION_HEADER)
    body = refusal_body(refusal, version=version, request_id=request_id(request))
    return web.json_response(body, status=refusal.status, headers=refusal.headers)


_UNDER_WAY: web.RequestKey[bool] = web.RequestKey("under_way", bool)


async def mark(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer, also a session's, the headers that all have.  A signal: `on_response_prepare`."""
    request[_UNDER_WAY] = True
    response.headers[wire.REQUEST_ID_HEADER] = request_id(request)
    response.headers["Server"] = "batchtts"


def watch(service: Service) -> None:
    """Let the gauges of admission be read."""
    service.metrics.watch("batchtts_server_rendering", lambda: service.admission.n_active)
    service.metrics.watch("batchtts_server_waiting", lambda: service.admission.n_waiting)
