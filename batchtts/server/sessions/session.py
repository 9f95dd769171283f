"""The life of a session: it is opened, speaks while it listens, and is closed for one reason or another."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from aiohttp import WSCloseCode, web

from batchtts.audio.ffmpeg import FfmpegError
from batchtts.errors import EngineError
from batchtts.lmnt import wire
from batchtts.server.inputs import Fields
from batchtts.server.refusals import Refusal, refusal_of
from batchtts.server.service import SERVICE, request_id
from batchtts.server.sessions.buffering import LONGEST_SENTENCE, TextBuffer
from batchtts.server.sessions.dialects import Dialect, dialect_before_words, dialect_of
from batchtts.server.sessions.limits import LIMITS, SessionLimits
from batchtts.server.sessions.line import ClientLeft, Line
from batchtts.server.sessions.listening import Listener
from batchtts.server.sessions.playing import Player, Source
from batchtts.server.sessions.rendering import Renderer
from batchtts.server.sessions.script import Script

ERROR_LOG = logging.getLogger("batchtts.server.errors")

_CLOSING_SECONDS: Final = 10.0
_LOOK_AHEAD: Final = 1
"""Sentences that wait, spoken, while one is sent; one more may be spoken meanwhile."""


async def session(request: web.Request) -> web.WebSocketResponse:
    """Hold a session, in whatever dialect the client speaks.

    The upgrade is always accepted: who asks, and for what, stands in the first message.
    """
    # Audio does not get smaller by compression; text is not worth it.
    socket = web.WebSocketResponse(
        compress=False, max_msg_size=wire.MAX_FRAME_BYTES, timeout=_CLOSING_SECONDS
    )
    await socket.prepare(request)
    await _Session(request, socket).live()
    return socket


class _Session:
    """One session, from the first message to the closing of the socket."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        limits = request.app.get(LIMITS, SessionLimits())
        self._request = request
        self._service = request.app[SERVICE]
        self._max_characters = limits.max_characters
        self._socket = socket
        self._line = Line(request, socket, stall_seconds=limits.stall_seconds)
        self._listener = Listener(socket, idle_seconds=limits.idle_seconds)
        self._dialect: Dialect = dialect_before_words(request.path)

    async def live(self) -> None:
        """Hold the session and close it; whatever ends it early is told to the client, if it is still there."""
        try:
            await self._converse()
        # A bug must not end in silence either: there are clients that take it for the end of the audio.
        except Exception as error:  # noqa: BLE001
            causes = list(_causes(error))
            if not any(isinstance(cause, ClientLeft) for cause in causes):
                await self._refuse(causes[0])
        else:
            await self._socket.close(code=WSCloseCode.OK)

    async def _converse(self) -> None:
        form = await self._listener.hear()
        self._dialect = dialect_of(self._request.path, form)
        client = self._service.keyring.check(Fields(form).optional_text(wire.KEY_HEADER))
        opening = self._dialect.read_opening(form)
        renderer = Renderer(self._service, client, opening)
        with self._service.admission.session(client):
            await self._line.say(self._dialect.opened(request_id(self._request)))
            await self._perform(renderer, Player(opening, self._dialect, self._line))

    async def _perform(self, renderer: Renderer, player: Player) -> None:
        """Listen, render and play at once, until everything that was asked for is played."""
        script = Script(max_characters=self._max_characters)
        spoken: Source = asyncio.Queue(_LOOK_AHEAD)
        buffer = TextBuffer(longest=min(LONGEST_SENTENCE, self._service.speaker.traits.max_characters))

        def busy_until() -> float:
            return max(renderer.busy_until, self._line.busy_until)

        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listener.listen(buffer, script, busy_until))
            tasks.create_task(renderer.render(script, spoken))
            await player.play(spoken)
            listening.cancel()

    async def _refuse(self, cause: BaseException) -> None:
        refusal, code = _explained(cause)
        if refusal is _BUG:
            ERROR_LOG.error("%s failed", request_id(self._request), exc_info=cause)
        with suppress(ClientLeft):
            await self._line.say(self._dialect.refused(refusal, request_id(self._request)))
            await self._socket.close(code=code)


_BUG: Final = Refusal(500, "Internal server error")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what went wrong, out of the groups in which tasks report it."""
    if isinstance(error, BaseExceptionGroup):
        for cause in error.exceptions:
            yield from _causes(cause)
    else:
        yield error


def _explained(cause: BaseException) -> tuple[Refusal, WSCloseCode]:
    """Return what a client is told, and the code with which the session is closed."""
    match cause:
        case Refusal(status=429):
            return cause, WSCloseCode.TRY_AGAIN_LATER
        case Refusal():
            code = WSCloseCode.PROTOCOL_ERROR if cause.status < 500 else WSCloseCode.INTERNAL_ERROR
            return cause, code
        case EngineError():
            return refusal_of(cause), WSCloseCode.INTERNAL_ERROR
        case FfmpegError():
            return Refusal(500, "the audio could not be encoded"), WSCloseCode.INTERNAL_ERROR
        case _:
            return _BUG, WSCloseCode.INTERNAL_ERROR
