"""What a client of a session says, read as it comes and written into the script."""

import asyncio
from collections.abc import Callable

from aiohttp import WSMsgType, web

from batchtts.server.refusals import Refusal, invalid
from batchtts.server.sessions.buffering import TextBuffer
from batchtts.server.sessions.line import ClientLeft
from batchtts.server.sessions.messages import Action, Finish, Flush, Reset, Text, read_actions, read_message
from batchtts.server.sessions.script import Script, Sentence

_TEXT_AT_ONCE = 100
"""Characters that are looked through before others have a turn."""


class Listener:
    """Hears one client.

    Pings are answered by the socket while it is read.  A client that says more than there is room for is not read
    until there is.
    """

    def __init__(self, socket: web.WebSocketResponse, *, idle_seconds: float) -> None:
        """Read a socket that is prepared; `idle_seconds` is how long a client may be silent with nothing to do."""
        self._socket = socket
        self._idle_seconds = idle_seconds
        self._clock = asyncio.get_running_loop().time
        self._last_heard = self._clock()

    async def hear(self, busy_until: Callable[[], float] = lambda: 0.0) -> dict[str, object]:
        """Return the next message.

        `busy_until` tells up to when there was something to do.  Raises `ClientLeft`, and `Refusal` for silence
        and for what is no message.
        """
        while True:
            quiet = self._clock() - max(self._last_heard, busy_until())
            if quiet >= self._idle_seconds:
                raise Refusal(408, f"nothing was said for {self._idle_seconds:g} seconds")
            try:
                message = await self._socket.receive(timeout=self._idle_seconds - quiet)
            except TimeoutError:
                continue
            self._last_heard = self._clock()
            if message.type is WSMsgType.TEXT:
                return read_message(message.data)
            if message.type is WSMsgType.BINARY:
                raise invalid("a message must be text")
            raise ClientLeft

    async def listen(self, buffer: TextBuffer, script: Script, busy_until: Callable[[], float]) -> None:
        """Write into the script what the client wants, until it leaves."""
        finished = False
        while not finished:
            for action in read_actions(await self.hear(busy_until)):
                await _follow(action, buffer, script)
                finished = finished or isinstance(action, Finish)
        await self._wait_for_end()

    async def _wait_for_end(self) -> None:
        """Go on answering pings; whatever else is said after the end means nothing, but leaving does."""
        while (await self._socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
            pass
        raise ClientLeft


async def _follow(action: Action, buffer: TextBuffer, script: Script) -> None:
    match action:
        case Text(text):
            await _add(text, buffer, script)
        case Reset():
            buffer.clear()
            script.drop_sentences()
            await _add_cue(action, script)
        case Flush() | Finish():
            *sentences, last = buffer.take() or [""]
            for sentence in sentences:
                script.add(Sentence(text=sentence))
            if last:
                script.add(Sentence(text=last, is_last=True))
            await _add_cue(action, script)


async def _add(text: str, buffer: TextBuffer, script: Script) -> None:
    for start in range(0, len(text), _TEXT_AT_ONCE):
        await script.room()
        for sentence in buffer.add(text[start : start + _TEXT_AT_ONCE]):
            script.add(Sentence(text=sentence))
        await asyncio.sleep(0)


async def _add_cue(cue: Flush | Reset | Finish, script: Script) -> None:
    await script.room()
    script.add(cue)
