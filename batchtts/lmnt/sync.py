"""`SpeechSync`: the same client for scripts without `async`, and streams that can be read in a `for` loop."""

import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from os import PathLike
from types import TracebackType
from typing import Literal, Self, TypeVar, Unpack, overload

from batchtts.lmnt.client import Speech
from batchtts.lmnt.connection import StreamingSynthesisConnection
from batchtts.lmnt.dialects import StreamMessage
from batchtts.lmnt.features import Api
from batchtts.lmnt.loop_thread import LoopThread
from batchtts.lmnt.options import Options, StreamOptions
from batchtts.lmnt.patience import RetryPolicy, Timeout
from batchtts.lmnt.results import Account, DetailedSpeech, Voice

_T = TypeVar("_T")


class SpeechSync:
    """A client that blocks, with the arguments, methods, results and errors of `Speech`.

    It may be used by several threads at once, also where an event loop runs already.  It is closed with the
    program at the latest.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        api: Api = "beta",
        timeout: Timeout | None = None,
        retries: RetryPolicy | None = None,
        max_concurrency: int | None = None,
    ) -> None:
        self._speech = Speech(
            api_key,
            base_url=base_url,
            api=api,
            timeout=timeout,
            retries=retries,
            max_concurrency=max_concurrency,
        )
        self._thread = LoopThread()
        weakref.finalize(self, self._thread.stop)

    def __repr__(self) -> str:
        """Show what `Speech` shows: not the key."""
        return repr(self._speech).replace("Speech", "SpeechSync", 1)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close connections and streams; the next call opens them anew."""
        self._thread.stop()  # what is open in an event loop is closed with it

    def list_voices(
        self, *, owner: str | None = None, starred: bool | None = None, timeout: Timeout | None = None
    ) -> dict[str, Voice] | list[Voice]:
        """Return the voices: in the beta a dict by their ids, in v1 a list."""
        return self._thread.run(self._speech.list_voices(owner=owner, starred=starred, timeout=timeout))

    @overload
    def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: Literal[True],
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> DetailedSpeech: ...

    @overload
    def synthesize(
        self,
        text: str,
        voice: str,
        *,
        timestamps: Literal[True],
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> DetailedSpeech: ...

    @overload
    def synthesize(
        self, text: str, voice: str, *, timeout: Timeout | None = None, **options: Unpack[Options]
    ) -> bytes: ...

    @overload
    def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: bool | None = False,
        timestamps: bool | None = False,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> bytes | DetailedSpeech: ...

    def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: bool | None = False,
        timestamps: bool | None = False,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> bytes | DetailedSpeech:
        """Return the text as audio, whole, with the times of its words if they are asked for."""
        return self._thread.run(
            self._speech.synthesize(
                text, voice, durations=durations, timestamps=timestamps, timeout=timeout, **options
            )
        )

    def synthesize_in_pieces(
        self, text: str, voice: str, *, timeout: Timeout | None = None, **options: Unpack[Options]
    ) -> Iterator[bytes]:
        """Yield the audio as it arrives; raise `BadAnswer` at the end if it turns out not to be whole."""
        pieces = self._speech.synthesize_in_pieces(text, voice, timeout=timeout, **options)
        try:
            yield from _each(pieces, self._thread)
        finally:
            if self._thread.is_running:  # otherwise they were closed with its event loop
                self._thread.run(_closed(pieces.aclose))

    def synthesize_to_file(
        self,
        text: str,
        voice: str,
        path: str | PathLike[str],
        *,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> int:
        """Write the audio to a file, whole or not at all, and return its number of bytes."""
        return self._thread.run(
            self._speech.synthesize_to_file(text, voice, path, timeout=timeout, **options)
        )

    def synthesize_streaming(
        self, voice: str, *, timeout: Timeout | None = None, **options: Unpack[StreamOptions]
    ) -> "SyncConnection":
        """Open a session that takes text in one thread and gives audio in the same or another."""
        opening = self._speech.synthesize_streaming(voice, timeout=timeout, **options)
        return SyncConnection(self._thread.run(opening), self._thread, client=self)

    def voice_info(self, voice: str, *, timeout: Timeout | None = None) -> Voice:
        """Return one voice (v1)."""
        return self._thread.run(self._speech.voice_info(voice, timeout=timeout))

    def create_voice(
        self,
        name: str,
        recording: str | PathLike[str],
        *,
        tags: tuple[str, ...] = (),
        timeout: Timeout | None = None,
    ) -> Voice:
        """Return a new voice, cloned from a recording in a file (v1)."""
        return self._thread.run(self._speech.create_voice(name, recording, tags=tags, timeout=timeout))

    def update_voice(
        self, voice: str, *, timeout: Timeout | None = None, **changes: str | bool | None
    ) -> Voice:
        """Change a voice and return it (v1)."""
        return self._thread.run(self._speech.update_voice(voice, timeout=timeout, **changes))

    def delete_voice(self, voice: str, *, timeout: Timeout | None = None) -> bool:
        """Delete a voice, and return whether the server says that it is gone (v1)."""
        return self._thread.run(self._speech.delete_voice(voice, timeout=timeout))

    def account_info(self, *, timeout: Timeout | None = None) -> Account:
        """Return plan and usage of the account (v1)."""
        return self._thread.run(self._speech.account_info(timeout=timeout))


class SyncConnection:
    """A streaming session for callers that block; one thread may send while another iterates."""

    def __init__(
        self, connection: StreamingSynthesisConnection, thread: LoopThread, *, client: SpeechSync
    ) -> None:
        self._connection = connection
        self._thread = thread
        self._client = client  # whose end, also when nobody else knows it any more, is that of the thread

    def __enter__(self) -> Self:
        """Return the connection itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection; what the server has not sent yet is abandoned."""
        self.close()

    def __iter__(self) -> Iterator[StreamMessage]:
        """Yield audio and messages until the server has sent everything; raise at any other end."""
        return _each(self._connection, self._thread)

    def append_text(self, text: str) -> None:
        """Send more text, split anywhere."""
        self._thread.run(self._connection.append_text(text))

    def flush(self) -> int:
        """Have the text so far spoken at once (v1)."""
        return self._thread.run(self._connection.flush())

    def reset(self) -> int:
        """Drop the text that is not spoken yet (v1)."""
        return self._thread.run(self._connection.reset())

    def finish(self) -> None:
        """Say that no more text follows."""
        self._thread.run(self._connection.finish())

    def close(self) -> None:
        """Leave the stream; what was not received yet is lost."""
        if self._thread.is_running:  # otherwise it was closed with the client
            self._thread.run(self._connection.close())


def _each(source: AsyncIterator[_T], thread: LoopThread) -> Iterator[_T]:
    async def following() -> tuple[_T] | None:
        try:
            return (await anext(source),)
        except StopAsyncIteration:
            return None

    while (found := thread.run(following())) is not None:
        yield found[0]


async def _closed(close: Callable[[], Awaitable[None]]) -> None:
    await close()  # what a generator gives is no coroutine, and a loop takes nothing else
