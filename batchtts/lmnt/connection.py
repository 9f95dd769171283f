"""A streaming session: text goes in while audio comes out, and its end is told from its loss.

Measured of aiohttp, and guarded against here: a connection that is lost ends its iteration as a clean close
does, even with close code 1000; only a Close frame tells the truth.  Its own heartbeat takes a slow reader
for a dead server, so the pings are ours.  A Close frame of the client before the audio is done makes the
service drop the rest: nothing but `close()` sends one.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import NoReturn, Self

from aiohttp import ClientError, ClientWebSocketResponse, WSMessage, WSMsgType

from batchtts.lmnt.dialects import DIALECTS, Dialect, StreamMessage, read_frame
from batchtts.lmnt.errors import SpeechError, StreamTruncated, TimedOut
from batchtts.lmnt.features import Api, require
from batchtts.lmnt.lanes import sever
from batchtts.lmnt.options import encodable
from batchtts.lmnt.patience import Timeout
from batchtts.lmnt.service import Service
from batchtts.lmnt.transport import Transport

_NORMAL_CLOSURE = 1000
_CLOSING_SECONDS = 5.0
_BRIEFLY = 0.001

# Of a connection that is lost, what arrived before is received all the same, and then how it ended.
_SENDING_IS_IN_VAIN = suppress(ClientError, ConnectionError)


class StreamingSynthesisConnection:
    """A full-duplex session with the service.

    Call `append_text` as text is made, iterate over the connection to receive audio, and call `finish()` after
    the last text.  The iteration ends only when the server has sent everything; any other end raises.
    `socket` is the WebSocket underneath.
    """

    def __init__(
        self, socket: ClientWebSocketResponse, *, dialect: Dialect, service: Service, limits: Timeout
    ) -> None:
        self.socket = socket
        self._dialect = dialect
        self._service = service
        self._limits = limits
        self._nonce = 0
        self._finished = False
        self._complete = False
        self._closed = False
        self._failure: SpeechError | None = None
        self._n_audio_bytes = 0
        self._has_words = False
        self._due_since: float | None = None

    async def __aenter__(self) -> Self:
        """Return the connection itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; what the server has not sent yet is abandoned."""
        await self.close()

    async def append_text(self, text: str) -> None:
        """Send more text, split anywhere; an empty one is not sent."""
        if self._finished:
            raise RuntimeError("append_text() was called after finish()")
        if encodable("text", text):
            self._has_words = self._has_words or any(map(str.isalnum, text))
            await self._send(self._dialect.text(text))

    async def send_text(self, text: str) -> None:
        """Do what `append_text` does, under its name in the newest SDK."""
        await self.append_text(text)

    async def flush(self) -> int:
        """Have the text so far spoken at once; return the number that its `FlushComplete` will have (v1)."""
        return await self._command("flush")

    async def reset(self) -> int:
        """Drop the text that is not spoken yet; return the number that its `ResetComplete` will have (v1)."""
        number = await self._command("reset")
        self._has_words = False
        return number

    async def finish(self) -> None:
        """Say that no more text follows; the server sends what is left, and ends the stream."""
        if not self._finished:
            self._finished = True
            await self._send(self._dialect.finish())

    async def close(self) -> None:
        """Leave the stream; what was not received yet is lost.  After its end, or twice, it does no harm."""
        self._closed = True
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self.socket.close()
        except TimeoutError:
            sever(self.socket)

    def __aiter__(self) -> Self:
        """Return the connection itself."""
        return self

    async def __anext__(self) -> StreamMessage:
        """Return the next audio, as the `data` of a message of type BINARY, or the next message of v1."""
        if self._complete:
            raise StopAsyncIteration
        if self._failure is not None:
            raise self._failure
        try:
            return await self._next()
        except SpeechError as error:
            self._failure = error
            await self.close()
            raise

    async def _next(self) -> StreamMessage:
        while True:
            received = await self._receive()
            if received.type is WSMsgType.BINARY:
                self._n_audio_bytes += len(received.data)
                self._due_since = _now() if self._finished else None
                return received
            if received.type is not WSMsgType.TEXT:
                self._end(received)
            message = read_frame(received.data, self._dialect, self._service)
            if message is not None:
                return message

    def _end(self, received: WSMessage) -> NoReturn:
        """End the iteration if the server has closed a finished stream, and raise if anything is missing."""
        if received.type is WSMsgType.CLOSE and received.data == _NORMAL_CLOSURE and self._finished:
            if self._has_words and not self._n_audio_bytes:
                raise StreamTruncated(None, "the stream ended without any audio")
            self._complete = True
            raise StopAsyncIteration
        raise StreamTruncated(None, f"the stream ended before it was complete: {self._reason(received)}")

    def _reason(self, received: WSMessage) -> str:
        if self._closed:
            return "it was closed on this side"
        if received.type is WSMsgType.CLOSE:
            told = self._service.redacted(str(received.extra or ""))
            early = "" if self._finished else ", and finish() had not been called"
            return f"the server closed it with code {received.data}{told and f' ({told})'}{early}"
        if received.type is WSMsgType.ERROR:
            return self._service.redacted(str(received.data))
        return "the connection was lost"

    async def _receive(self) -> WSMessage:
        """Return the next message that is no ping; see to it that the server is there, and not idle."""
        entered = heard = _now()
        pinged = False
        while True:
            try:
                received = await self.socket.receive(timeout=self._patience(entered, heard))
            except TimeoutError:
                self._check_idle(entered)
                if pinged:
                    what = f"the server answered no ping within {self._limits.ping_seconds} s"
                    raise TimedOut(None, what) from None
                with _SENDING_IS_IN_VAIN:
                    await self.socket.ping()
                pinged, heard = True, _now()
                continue
            if received.type is WSMsgType.PING:
                with _SENDING_IS_IN_VAIN:
                    await self.socket.pong(received.data)
            elif received.type is not WSMsgType.PONG:
                return received
            pinged, heard = False, _now()

    def _patience(self, entered: float, heard: float) -> float | None:
        """Return for how long to wait for a message before something has to be done."""
        ends = []
        if self._limits.ping_seconds is not None:
            ends.append(heard + self._limits.ping_seconds)
        if self._limits.receive_seconds is not None and self._due_since is not None:
            ends.append(max(entered, self._due_since) + self._limits.receive_seconds)
        return max(min(ends) - _now(), _BRIEFLY) if ends else None

    def _check_idle(self, entered: float) -> None:
        longest = self._limits.receive_seconds
        if longest is None or self._due_since is None:
            return
        if _now() >= max(entered, self._due_since) + longest:
            raise TimedOut(None, f"the server sent no audio for {longest} s")

    async def _command(self, name: str) -> int:
        require(f"{name}()", self._dialect.api)
        self._nonce += 1
        number = self._nonce
        await self._send(self._dialect.command(name, number))
        return number

    async def _send(self, told: Mapping[str, object]) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            async with asyncio.timeout(self._limits.receive_seconds):
                await self.socket.send_str(json.dumps(told))
        except TimeoutError:
            sever(self.socket)  # what it has not taken would be in the way of any other end
            what = f"the server took no text for {self._limits.receive_seconds} s"
            raise TimedOut(None, what) from None
        except (ClientError, ConnectionError):
            raise StreamTruncated(
                None, "the stream is closed", hint="iterate over the connection: the last message tells why"
            ) from None
        self._due_since = _now()

    async def begin(self, voice: str, options: Mapping[str, object]) -> None:
        """Send the first message, which holds the key."""
        first = self._dialect.first(voice, options)
        await self._send({**self._service.identification, **first})
        self._due_since = None  # nothing has to come before there is a text


async def opening(
    transport: Transport, api: Api, voice: str, options: Mapping[str, object], limits: Timeout
) -> StreamingSynthesisConnection:
    """Return a new session; whether the server accepts key and voice is known when it first answers."""
    dialect = DIALECTS[api]
    socket = await transport.connect(dialect.path, limits)
    connection = StreamingSynthesisConnection(
        socket, dialect=dialect, service=transport.service, limits=limits
    )
    await connection.begin(voice, options)
    return connection


def _now() -> float:
    return asyncio.get_running_loop().time()
