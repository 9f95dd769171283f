"""`Speech`: the methods of LMNT's own client, over either generation of its API."""

# ruff: noqa: ASYNC109 - a `Timeout` is a set of limits, which no surrounding asyncio.timeout() can express

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import ExitStack, aclosing, asynccontextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, TypeVar, Unpack, overload

from batchtts.files import placing
from batchtts.lmnt import answers, calls, wire
from batchtts.lmnt.answers import Answer
from batchtts.lmnt.calls import Call
from batchtts.lmnt.connection import StreamingSynthesisConnection, opening
from batchtts.lmnt.errors import BadAnswer
from batchtts.lmnt.features import APIS, Api, require
from batchtts.lmnt.options import (
    Options,
    StreamOptions,
    check_given,
    checked_options,
    checked_stream_options,
)
from batchtts.lmnt.patience import RetryPolicy, Timeout
from batchtts.lmnt.results import Account, DetailedSpeech, Voice
from batchtts.lmnt.service import Service
from batchtts.lmnt.soundness import soundness_of
from batchtts.lmnt.transport import Transport

_T = TypeVar("_T")
MAX_CONCURRENCY = 100


class Speech:
    """A client of LMNT's speech service.

    The key comes from `api_key` or LMNT_API_KEY, the address from `base_url` or LMNT_BASE_URL.  `api` is the
    generation of the protocol.  At most `max_concurrency` calls are under way at once, streams not counted.
    Nothing is asked for twice unless `retries` says so.  After `close()`, and in another event loop, the
    object opens a new session.  Errors are `SpeechError`s.
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
        if api not in APIS:
            raise ValueError(f"api is {api!r}, but has to be one of {', '.join(APIS)}")
        self.api: Api = api
        self.timeout = timeout or Timeout()
        self._retries = retries
        n_slots = MAX_CONCURRENCY if max_concurrency is None else max_concurrency
        self._transport = Transport(Service(api_key, base_url), max_concurrency=n_slots)

    def __repr__(self) -> str:
        """Show the address and the generation; the key is shown to nobody."""
        return f"Speech(base_url={self._transport.service.url!r}, api={self.api!r})"

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close connections and streams of this event loop."""
        await self._transport.close()

    async def list_voices(
        self, *, owner: str | None = None, starred: bool | None = None, timeout: Timeout | None = None
    ) -> dict[str, Voice] | list[Voice]:
        """Return the voices: in the beta a dict by their ids, in v1 a list.

        Only v1 can be asked for those of one `owner` (`system`, `me`, `all`), or for the `starred`.
        """
        if self.api == "v1":
            call = calls.list_voices_call(wire.V1_VOICES, owner=owner, starred=starred)
            return await self._read(call, timeout, answers.v1_voices)
        if owner is not None or starred is not None:
            require("list_voices(owner=, starred=)", self.api)
        return await self._read(calls.list_voices_call(wire.BETA_VOICES), timeout, answers.beta_voices)

    @overload
    async def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: Literal[True],
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> DetailedSpeech: ...

    @overload
    async def synthesize(
        self,
        text: str,
        voice: str,
        *,
        timestamps: Literal[True],
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> DetailedSpeech: ...

    @overload
    async def synthesize(
        self, text: str, voice: str, *, timeout: Timeout | None = None, **options: Unpack[Options]
    ) -> bytes: ...

    @overload
    async def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: bool | None = False,
        timestamps: bool | None = False,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> bytes | DetailedSpeech: ...

    async def synthesize(
        self,
        text: str,
        voice: str,
        *,
        durations: bool | None = False,
        timestamps: bool | None = False,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> bytes | DetailedSpeech:
        """Return the text as audio in one of the formats, whole.

        With `durations` (of phonemes in the beta, of words in v1), or with `timestamps` (v1), return a dict
        with the audio and the times.  The other keywords are those of `Options`.
        """
        call, format_name = self._synthesis(
            text, voice, durations=bool(durations), timestamps=bool(timestamps), **options
        )
        if not durations and not timestamps:
            return await self._read(call, timeout, lambda answer: answers.audio(answer, format_name))
        if self.api == "beta":
            return await self._read(call, timeout, lambda answer: answers.beta_detailed(answer, format_name))
        key = "durations" if durations else "timestamps"
        return await self._read(call, timeout, lambda answer: answers.v1_detailed(answer, key, format_name))

    async def synthesize_in_pieces(
        self, text: str, voice: str, *, timeout: Timeout | None = None, **options: Unpack[Options]
    ) -> AsyncGenerator[bytes, None]:
        """Yield the audio as it arrives; raise `BadAnswer` at the end if it turns out not to be whole.

        It holds one of the slots of `max_concurrency` until it ends, and is never asked for again.
        """
        call, format_name = self._synthesis(text, voice, **options)
        soundness = soundness_of(format_name)
        pieces = self._transport.pieces(call, timeout or self.timeout)
        async with aclosing(pieces):
            async for answer in pieces:
                answers.refuse_text(answer.status, answer.content_type)
                soundness.feed(answer.body)
                if answer.body:
                    yield answer.body
        if fault := soundness.fault():
            raise BadAnswer(200, f"the audio is of no use: {fault}")

    async def synthesize_to_file(
        self,
        text: str,
        voice: str,
        path: str | PathLike[str],
        *,
        timeout: Timeout | None = None,
        **options: Unpack[Options],
    ) -> int:
        """Write the audio to a file as it arrives and return its number of bytes.

        The file appears under its name when it is whole, or not at all.
        """
        n_bytes = 0
        pieces = self.synthesize_in_pieces(text, voice, timeout=timeout, **options)
        async with aclosing(pieces), _placing(Path(path)) as stream:
            async for piece in pieces:
                n_bytes += await asyncio.to_thread(stream.write, piece)
        return n_bytes

    async def synthesize_streaming(
        self, voice: str, *, timeout: Timeout | None = None, **options: Unpack[StreamOptions]
    ) -> StreamingSynthesisConnection:
        """Open a session that takes text and gives audio at the same time.

        The beta gives MP3, 96 kbps at 24 kHz, and has no options; those of v1 are `StreamOptions`.
        """
        check_given("synthesize_streaming", voice=voice)
        limits = timeout or self.timeout
        chosen = checked_stream_options(options)
        if chosen:
            require("synthesize_streaming(format=, language=, sample_rate=, timestamps=)", self.api)
        return await opening(self._transport, self.api, voice, chosen, limits)

    async def voice_info(self, voice: str, *, timeout: Timeout | None = None) -> Voice:
        """Return one voice (v1)."""
        require("voice_info()", self.api)
        return await self._read(calls.voice_call("GET", voice), timeout, answers.voice)

    async def create_voice(
        self,
        name: str,
        recording: str | PathLike[str],
        *,
        tags: tuple[str, ...] = (),
        timeout: Timeout | None = None,
    ) -> Voice:
        """Return a new voice, cloned from a recording in a file (v1)."""
        require("create_voice()", self.api)
        path = Path(recording)
        call = calls.create_voice_call(name, path.name, await asyncio.to_thread(path.read_bytes), tags)
        return await self._read(call, timeout, answers.voice)

    async def update_voice(
        self, voice: str, *, timeout: Timeout | None = None, **changes: str | bool | None
    ) -> Voice:
        """Change `name`, `starred`, `gender`, `description` of a voice, or `unfreeze` it, and return it (v1)."""
        require("update_voice()", self.api)
        return await self._read(calls.update_voice_call(voice, changes), timeout, answers.voice)

    async def delete_voice(self, voice: str, *, timeout: Timeout | None = None) -> bool:
        """Delete a voice, and return whether the server says that it is gone (v1)."""
        require("delete_voice()", self.api)
        return await self._read(calls.voice_call("DELETE", voice), timeout, answers.success)

    async def account_info(self, *, timeout: Timeout | None = None) -> Account:
        """Return plan and usage of the account (v1)."""
        require("account_info()", self.api)
        return await self._read(calls.account_call(), timeout, answers.account)

    def _synthesis(
        self,
        text: str,
        voice: str,
        *,
        durations: bool = False,
        timestamps: bool = False,
        **options: Unpack[Options],
    ) -> tuple[Call, str | None]:
        """Return the call, and the format that its answer has to have, if one was named."""
        check_given("synthesize", text=text, voice=voice)
        chosen = checked_options(options, self.api)
        if timestamps:
            require("timestamps", self.api)
        if durations and timestamps:
            raise ValueError("durations and timestamps are two shapes of the same times: ask for one of them")
        if self.api == "beta":
            call = calls.beta_synthesis_call(text, voice, chosen, durations=durations)
        else:
            call = calls.v1_synthesis_call(text, voice, chosen, durations=durations, timestamps=timestamps)
        named = chosen.get("format")
        return call, str(named) if named else None

    async def _read(self, call: Call, limits: Timeout | None, read: Callable[[Answer], _T]) -> _T:
        async def once() -> _T:
            return read(await self._transport.ask(call, limits or self.timeout))

        if self._retries is None:
            return await once()
        from batchtts.lmnt.retrying import retrying  # tenacity is slow to load, and rarely asked for

        return await retrying(self._retries, billed=call.billed)(once)


@asynccontextmanager
async def _placing(path: Path) -> AsyncIterator[BinaryIO]:
    """Write a file whole or not at all, without making the event loop wait for the disk."""
    with ExitStack() as stack:
        yield await asyncio.to_thread(stack.enter_context, placing(path))
        await asyncio.to_thread(stack.close)
