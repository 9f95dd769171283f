"""The way back to the client of a session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from batchtts.server import injecting
from batchtts.server.faults import Moment, injected


class ClientLeft(Exception):
    """The client went away, or takes nothing any more; there is nobody left to be told anything."""


class Line:
    """Sends to one client, one frame after another.  A client that reads slowly makes whoever sends wait.

    Everything here raises `ClientLeft` where the connection is lost, or where a frame is not taken in time.
    """

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, *, stall_seconds: float) -> None:
        """Send over a socket that is prepared."""
        self._request = request
        self._socket = socket
        self._stall_seconds = stall_seconds
        self._clock = asyncio.get_running_loop().time
        self._is_sending = False
        self._last_sent = self._clock()

    @property
    def busy_until(self) -> float:
        """Return when something was on its way last: now, if the client has not taken it yet."""
        return self._clock() if self._is_sending else self._last_sent

    async def say(self, text: str | None) -> None:
        """Send a frame of text, if there is one to send."""
        if text is not None:
            async with self._sending():
                await self._socket.send_str(text)

    async def play(self, audio: bytes) -> None:
        """Send a frame of audio.  After the first of all, a fault may befall the connection."""
        async with self._sending():
            await self._socket.send_bytes(audio)
        fault = injected(self._request)
        if fault is not None and (fault.reset is Moment.MIDDLE or fault.truncate is not None):
            self.cut()
            raise ClientLeft

    def cut(self) -> None:
        """Reset the connection."""
        injecting.reset(self._request)

    @asynccontextmanager
    async def _sending(self) -> AsyncIterator[None]:
        self._is_sending = True
        try:
            async with asyncio.timeout(self._stall_seconds):
                yield
        except TimeoutError:
            self.cut()
            raise ClientLeft from None
        except ConnectionError:
            raise ClientLeft from None
        finally:
            self._is_sending, self._last_sent = False, self._clock()
