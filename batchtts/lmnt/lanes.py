"""The sessions of the event loops: opened at first use, closed with the loop or before it.

A session of aiohttp belongs to one event loop and complains if it is never closed.  Here an asynchronous
generator holds it: a loop that ends in good order, as that of `asyncio.run` does, closes its generators.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from weakref import WeakSet

import aiohttp

from batchtts import __version__

_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # audio does not get smaller, and what is not packed cannot explode
    "User-Agent": f"batchtts/{__version__}",
}

_CLOSING_SECONDS = 1.0


class RedirectedStream(Exception):
    """The handshake of a stream was answered with a redirect, which aiohttp would follow."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What belongs to one event loop: two sessions over one connector, the slots of the calls, the streams."""

    calls: aiohttp.ClientSession
    streams: aiohttp.ClientSession
    slots: asyncio.Semaphore
    open_streams: WeakSet[aiohttp.ClientWebSocketResponse] = field(default_factory=WeakSet)


class Lanes:
    """One lane for each event loop that asks for one."""

    def __init__(self, n_slots: int) -> None:
        self._n_slots = n_slots
        self._open: dict[asyncio.AbstractEventLoop, tuple[Lane, AsyncGenerator[Lane, None]]] = {}

    async def lane(self) -> Lane:
        """Return the lane of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            for gone in [known for known in self._open if known.is_closed()]:
                del self._open[gone]
            opening = _opening(self._n_slots)
            self._open[loop] = await anext(opening), opening
        return self._open[loop][0]

    async def close(self) -> None:
        """Close the lane of the running event loop; the next use opens another."""
        opened = self._open.pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened[1].aclose()


async def _opening(n_slots: int) -> AsyncGenerator[Lane, None]:
    # It must not know who holds it: in a cycle, its sessions would be collected before it can close them.
    redirects = aiohttp.TraceConfig()
    redirects.on_request_redirect.append(_refuse_redirect)
    # Our slots bound the calls; streams must never wait for one of them, nor they for a stream.
    async with (
        aiohttp.TCPConnector(limit=0) as connector,
        _session(connector) as calls,
        _session(connector, redirects) as streams,
    ):
        lane = Lane(calls, streams, asyncio.Semaphore(n_slots))
        try:
            yield lane
        finally:
            for stream in list(lane.open_streams):
                sever(stream)
                with suppress(TimeoutError):
                    # What aiohttp finds unclosed when it is collected, it complains of.
                    async with asyncio.timeout(_CLOSING_SECONDS):
                        await stream.close()


def sever(stream: aiohttp.ClientWebSocketResponse) -> None:
    """End a stream at once: one that is closed in order first waits until the server has taken all text."""
    connection: socket.socket | None = stream.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _session(connector: aiohttp.BaseConnector, *traces: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        connector_owner=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        trace_configs=list(traces),
    )


async def _refuse_redirect(
    session: aiohttp.ClientSession, context: SimpleNamespace, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    del session, context, redirect
    raise RedirectedStream
