"""How calls travel: limits of time, number and size, no redirects, and every failure a `SpeechError`.

Measured of aiohttp, and guarded against here: it follows redirects and sends the key along, also from the
handshake of a stream; its limit between bytes does not stop a server that drips; what it unpacks has no
limit; an empty body and a web page are successes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress

import aiohttp

from batchtts.lmnt.answers import Answer, error_of, particulars_of, redirected
from batchtts.lmnt.calls import Call
from batchtts.lmnt.errors import NO_PARTICULARS, BadAnswer, ConnectionFailed, SpeechError, TimedOut, class_of
from batchtts.lmnt.lanes import Lane, Lanes, RedirectedStream
from batchtts.lmnt.patience import Timeout
from batchtts.lmnt.service import Service

MAX_ANSWER_BYTES = 256 << 20
_MAX_ERROR_BYTES = 64 << 10
_MAX_MESSAGE_BYTES = 16 << 20


class Transport:
    """Carries calls to a service, and opens streams, which take no slots of calls."""

    def __init__(
        self, service: Service, *, max_concurrency: int, max_answer_bytes: int = MAX_ANSWER_BYTES
    ) -> None:
        if max_concurrency < 1:
            raise ValueError(f"max_concurrency is {max_concurrency}, but has to be at least 1")
        self.service = service
        self._lanes = Lanes(max_concurrency)
        self._max_answer_bytes = max_answer_bytes

    async def ask(self, call: Call, limits: Timeout) -> Answer:
        """Make a call and return its answer, whole; raise what it stands for if it is no success."""
        async with self._answered(call, limits) as response:
            n_told = response.content_length
            if n_told is not None and n_told <= self._max_answer_bytes:
                return _answer(
                    response, await response.read()
                )  # quicker, and no longer than it was told to be
            return _answer(response, b"".join([piece async for piece in self._body(response)]))

    async def pieces(self, call: Call, limits: Timeout) -> AsyncGenerator[Answer, None]:
        """Make a call and yield its answer in pieces, as the body arrives; the first has no body."""
        async with self._answered(call, limits) as response, aclosing(self._body(response)) as body:
            yield _answer(response, b"")
            async for piece in body:
                yield _answer(response, piece)

    async def connect(self, path: str, limits: Timeout) -> aiohttp.ClientWebSocketResponse:
        """Open a stream; the key is not in the handshake."""
        lane = await self._lanes.lane()
        try:
            async with asyncio.timeout(limits.connect_seconds):
                stream = await lane.streams.ws_connect(
                    self.service.url + path, autoping=False, max_msg_size=_MAX_MESSAGE_BYTES
                )
            lane.open_streams.add(stream)
            return stream
        except TimeoutError:
            what = f"no stream at {self.service.url} within {limits.connect_seconds} s"
            raise TimedOut(None, what, reached=False) from None
        except RedirectedStream:
            raise redirected(307, NO_PARTICULARS) from None
        except aiohttp.WSServerHandshakeError as error:
            particulars = particulars_of(error.headers or {}, "", self.service)
            what = f"the server opened no stream at {path}"
            raise class_of(error.status)(error.status, what, particulars=particulars) from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._failure(error, limits) from None

    async def close(self) -> None:
        """Close what was opened in this event loop; the next call opens it anew."""
        await self._lanes.close()

    @asynccontextmanager
    async def _answered(self, call: Call, limits: Timeout) -> AsyncIterator[aiohttp.ClientResponse]:
        lane = await self._lanes.lane()
        failure: SpeechError | None = None
        async with lane.slots:
            try:
                async with self._request(lane, call, limits) as response:
                    if not 200 <= response.status < 300:
                        raise error_of(_answer(response, await _explanation(response)), self.service)
                    yield response
            except (aiohttp.ClientError, OSError) as error:
                failure = self._failure(error, limits)
        if failure is not None:
            raise failure  # out here, it does not carry aiohttp's, some of which hold the request's headers

    def _request(
        self, lane: Lane, call: Call, limits: Timeout
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        # The clock starts here, with the slot: to wait for one's turn is not the server's fault.
        return lane.calls.request(
            call.method,
            self.service.url + call.path,
            data=call.body,
            headers={**call.headers, **self.service.identification},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=limits.total_seconds, connect=limits.connect_seconds, sock_read=limits.idle_seconds
            ),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
        n_bytes = 0
        async for piece in response.content.iter_any():
            n_bytes += len(piece)
            if n_bytes > self._max_answer_bytes:
                raise BadAnswer(response.status, f"the answer has more than {self._max_answer_bytes} bytes")
            yield piece

    def _failure(self, error: Exception, limits: Timeout) -> SpeechError:
        """Return what an error of aiohttp's stands for; its text goes along, without the key."""
        url = self.service.url
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            what = f"no connection to {url} within {limits.connect_seconds} s"
            return TimedOut(None, what, reached=False)
        if isinstance(error, TimeoutError):
            if isinstance(error, aiohttp.SocketTimeoutError):
                return TimedOut(None, f"{url} was silent for {limits.idle_seconds} s")
            return TimedOut(None, f"{url} took longer than {limits.total_seconds} s in all")
        if isinstance(error, aiohttp.ClientConnectorError):
            what = f"no connection to {url}: {error.strerror or type(error).__name__}"
            hint = "check the network, and base_url or LMNT_BASE_URL"
            return ConnectionFailed(None, what, reached=False, hint=hint)
        if isinstance(error, aiohttp.ClientResponseError):
            return BadAnswer(None, f"{url} does not answer as an HTTP server does")
        told = self.service.redacted(str(error)) or type(error).__name__
        return ConnectionFailed(None, f"the connection to {url} was lost before the answer was whole: {told}")


async def _explanation(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of an error, or as much of it as there is: the status says the most."""
    body = bytearray()
    with suppress(aiohttp.ClientError, TimeoutError):
        async for piece in response.content.iter_any():
            body += piece
            if len(body) >= _MAX_ERROR_BYTES:
                break
    return bytes(body)


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    return Answer(status=response.status, headers=response.headers, body=body)
