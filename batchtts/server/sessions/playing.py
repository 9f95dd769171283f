"""From speech to frames: one encoder for each stream of audio, which ends where something is flushed or reset."""

import asyncio
from dataclasses import dataclass

from batchtts.audio.encoding import Encoder, default_rate, open_encoder
from batchtts.engine import Speech
from batchtts.server.sessions import stretches
from batchtts.server.sessions.dialects import Dialect
from batchtts.server.sessions.line import Line
from batchtts.server.sessions.messages import Finish, Flush, Opening, Reset
from batchtts.server.sessions.meters import meter_of
from batchtts.server.sessions.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A sentence that is spoken; `is_last` where a flush or the end follows."""

    speech: Speech
    text: str
    is_last: bool


Mark = Flush | Reset | Finish
Source = asyncio.Queue[Spoken | Mark]


class Player:
    """Encodes what is spoken and sends it, in order; answers what has to be answered when its time has come.

    The encoder runs before there is anything to encode, and no more is taken in than the client takes out.
    """

    def __init__(self, opening: Opening, dialect: Dialect, line: Line) -> None:
        """Send what `opening` asks for, in a dialect."""
        self._opening = opening
        self._rate = opening.sample_rate or default_rate(opening.format)
        self._dialect = dialect
        self._line = line

    async def play(self, source: Source) -> None:
        """Play until `Finish` comes.  Raises `FfmpegError` and `ClientLeft`."""
        mark: Mark | None = None
        while not isinstance(mark, Finish):
            async with open_encoder(self._opening.format, self._rate) as encoder:
                mark = await self._play_stream(encoder, source)
            await self._answer(mark)

    async def _play_stream(self, encoder: Encoder, source: Source) -> Mark:
        """Play until a mark ends the stream; return the mark, which is not answered yet."""
        stream = Stream(
            meter_of(self._opening.format, self._rate),
            line=self._line,
            dialect=self._dialect,
            extras=self._opening.extras,
        )
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(stream.send(encoder.pieces()))
            n_samples, mark = await self._feed(encoder, stream, source)
            if n_samples:
                await encoder.finish()
            else:
                sending.cancel()  # a stream without a sound has no bytes either
        return mark

    async def _feed(self, encoder: Encoder, stream: Stream, source: Source) -> tuple[int, Mark]:
        """Encode what comes; return how many samples that were, and the mark that ends the stream."""
        n_samples = 0
        while True:
            playable = await source.get()
            try:
                if isinstance(playable, Spoken):
                    await _write(playable, encoder, stream, start=n_samples)
                    n_samples += playable.speech.audio.n_samples
                elif n_samples or isinstance(playable, Finish):
                    return n_samples, playable
                else:  # there is no sound for which the answer would have to wait
                    await self._answer(playable)
            finally:
                source.task_done()

    async def _answer(self, mark: Mark) -> None:
        match mark:
            case Flush(nonce):
                await self._line.say(self._dialect.flushed(nonce))
            case Reset(nonce):
                await self._line.say(self._dialect.was_reset(nonce))


async def _write(spoken: Spoken, encoder: Encoder, stream: Stream, *, start: int) -> None:
    """Encode a sentence that begins at the sample `start` of the stream."""
    for stretch in stretches.cut(spoken.speech, spoken.text, start=start, is_last=spoken.is_last):
        stream.expect(stretch)
        await encoder.write(spoken.speech.audio.slice(stretch.start - start, stretch.end - start))
