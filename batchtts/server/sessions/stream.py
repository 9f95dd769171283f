"""One stream of audio on its way to the client, a stretch at a time."""

from collections import deque
from collections.abc import AsyncIterator

from batchtts.server.sessions.dialects import Dialect, Piece
from batchtts.server.sessions.line import Line
from batchtts.server.sessions.meters import Meter
from batchtts.server.sessions.stretches import Stretch


class Stream:
    """Cuts what an encoder yields into frames, each with what is said in it.

    Where it is cut depends on the samples only, not on how the encoder hands over its bytes.
    """

    def __init__(self, meter: Meter, *, line: Line, dialect: Dialect, extras: bool) -> None:
        """Begin a stream that `meter` has seen nothing of."""
        self._meter = meter
        self._line = line
        self._dialect = dialect
        self._extras = extras
        self._waiting: deque[Stretch] = deque()
        self._encoded = bytearray()
        self._n_sent = 0
        self._end = 0

    def expect(self, stretch: Stretch) -> None:
        """Note what comes next, before it is encoded."""
        self._waiting.append(stretch)

    async def send(self, pieces: AsyncIterator[bytes]) -> None:
        """Send the stream from its first byte to its last."""
        async for data in pieces:
            self._encoded += data
            self._meter.read(data)
            await self._send_complete()
        await self._send_complete(ended=True)
        if self._encoded:
            rest = Stretch(start=self._end, end=self._end, spans=())
            while self._waiting:
                rest = rest.joined(self._waiting.popleft())
            await self._send(rest, len(self._encoded), is_last=True)

    async def _send_complete(self, *, ended: bool = False) -> None:
        while n_bytes := self._n_complete(ended=ended):
            await self._send(self._waiting.popleft(), n_bytes, is_last=False)

    def _n_complete(self, *, ended: bool) -> int:
        """Return how many bytes the next frame has, 0 while it is not complete.

        A stretch with no byte of its own goes with the one after it, and the very last takes whatever is left.
        """
        while self._waiting and not self._waiting[0].is_last:
            offset = self._meter.offset(self._waiting[0].end, ended=ended)
            if offset is None:
                return 0
            if offset > self._n_sent:
                return offset - self._n_sent
            if len(self._waiting) == 1:
                return 0
            first = self._waiting.popleft()
            self._waiting[0] = first.joined(self._waiting[0])
        return 0

    async def _send(self, stretch: Stretch, n_bytes: int, *, is_last: bool) -> None:
        audio = bytes(self._encoded[:n_bytes])
        del self._encoded[:n_bytes]
        self._n_sent += n_bytes
        self._end = stretch.end
        piece = Piece(audio=audio, start=stretch.start, spans=stretch.spans, is_last=is_last)
        if self._extras:
            await self._line.say(self._dialect.before(piece))
        await self._line.play(audio)
        if self._extras:
            await self._line.say(self._dialect.after(piece))
