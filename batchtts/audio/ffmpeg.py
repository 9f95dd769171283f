"""The ffmpeg that comes in a wheel: a program of its own, run beside us, fed and read through pipes.

It is a GPL build, so it is run and never linked.  It is started without a shell and reads no terminal;
whatever becomes of the task that started it, it has ended and been waited for when the block is left.
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory

from batchtts.errors import BatchttsError

PIECE_BYTES = 1 << 16
"""How much is read at once at most."""

COMPLAINT_BYTES = 2_000
"""How much of what ffmpeg says about its failure is kept: the end, where the cause stands."""

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error")
_TO_BE_MENDED = "Install imageio-ffmpeg again, or name a program in IMAGEIO_FFMPEG_EXE."
_PIPE_IN, _PIPE_OUT = "pipe:0", "pipe:1"


class FfmpegError(BatchttsError):
    """ffmpeg cannot be run, or did not do what it was asked to."""


@cache
def executable() -> str:
    """Return the path of the program.  The first call runs it once, unless IMAGEIO_FFMPEG_EXE names it.

    Raises `FfmpegError` where there is none.
    """
    from imageio_ffmpeg import get_ffmpeg_exe

    try:
        path: str = get_ffmpeg_exe()
    except RuntimeError as error:
        raise FfmpegError(
            "no ffmpeg can be run here",
            hint=_TO_BE_MENDED,
        ) from error
    return path


@cache
def version() -> str:
    """Return the version of the program, which may decide about bytes.  Raises `FfmpegError` where there is none."""
    from imageio_ffmpeg import get_ffmpeg_version

    program = executable()
    try:
        return str(get_ffmpeg_version())
    except (OSError, SubprocessError, IndexError) as error:
        raise FfmpegError(f"{program} cannot be run: {error}", hint=_TO_BE_MENDED) from error


class Ffmpeg:
    """One ffmpeg that is running.  One coroutine may write while another reads."""

    def __init__(self, process: Process) -> None:
        """Take over a process whose three streams are pipes."""
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        self._process, self._stdin, self._stdout = process, stdin, stdout
        self._one_reader = asyncio.Lock()
        self._complaint = asyncio.create_task(_last_bytes(stderr))  # `stop` waits for it

    async def write(self, data: bytes) -> None:
        """Hand over input; wait while more of it lies unread than a pipe holds.

        Raises `FfmpegError` if the program has ended.
        """
        try:
            self._stdin.write(data)
            await self._stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._failure() from None

    def finish(self, data: bytes = b"") -> None:
        """Hand over the last of the input, without waiting for anything."""
        if data:
            self._stdin.write(data)
        self._stdin.close()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the output as it comes.  Raises `FfmpegError` at its end if the program failed."""
        while piece := await self._read():
            yield piece
        if await self._process.wait() != 0:
            raise await self._failure()

    async def stop(self) -> None:
        """End the program if it still runs, and let go of its pipes."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        self._stdin.close()
        while await self._read():
            pass
        await self._complaint
        await self._process.wait()
        with suppress(BrokenPipeError, ConnectionResetError):
            await self._stdin.wait_closed()

    async def _read(self) -> bytes:
        async with self._one_reader:
            return await self._stdout.read(PIECE_BYTES)

    async def _failure(self) -> FfmpegError:
        complaint = (await self._complaint).decode(errors="replace").strip()
        status = await self._process.wait()
        return FfmpegError(f"ffmpeg ended with status {status}: {complaint or 'it did not say why'}")


@asynccontextmanager
async def open_ffmpeg(
    reading: Sequence[str], writing: Sequence[str], *, into: Path | None = None
) -> AsyncIterator[Ffmpeg]:
    """Run ffmpeg from its standard input to its standard output, with options for either side.

    With `into` it writes this file, for a format whose beginning is written last; nothing is to be read then
    but the end of its output.
    """
    target = [_PIPE_OUT] if into is None else ["-y", f"file:{into}"]
    async with _run([*reading, "-i", _PIPE_IN, *writing, *target]) as ffmpeg:
        yield ffmpeg


@asynccontextmanager
async def open_file(path: Path, writing: Sequence[str]) -> AsyncIterator[Ffmpeg]:
    """Run ffmpeg from a file, in which it can go back and forth, to its standard output."""
    async with _run(["-i", f"file:{path}", *writing, _PIPE_OUT]) as ffmpeg:
        yield ffmpeg


async def convert(data: bytes, reading: Sequence[str], writing: Sequence[str]) -> bytes:
    """Return what ffmpeg makes of `data`, with options for either side.  Raises `FfmpegError`."""
    async with open_ffmpeg(reading, writing) as ffmpeg:
        ffmpeg.finish(data)
        return b"".join([piece async for piece in ffmpeg.pieces()])


async def convert_to_file(data: bytes, reading: Sequence[str], writing: Sequence[str]) -> bytes:
    """Do the same for a format whose beginning is written last, such as one that states its length.

    ffmpeg can only go back in a file, so it writes one, which is gone afterwards.
    """
    with TemporaryDirectory(prefix="batchtts-") as folder:
        path = Path(folder, "sound")
        async with _run([*reading, "-i", _PIPE_IN, *writing, str(path)]) as ffmpeg:
            ffmpeg.finish(data)
            async for _ in ffmpeg.pieces():
                pass
        return await asyncio.to_thread(path.read_bytes)


@asynccontextmanager
async def _run(arguments: Sequence[str]) -> AsyncIterator[Ffmpeg]:
    program = await asyncio.to_thread(executable)
    try:
        process = await asyncio.create_subprocess_exec(
            program, *_QUIET, *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
    except OSError as error:
        raise FfmpegError(f"{program} cannot be run: {error}", hint=_TO_BE_MENDED) from error
    ffmpeg = Ffmpeg(process)
    try:
        yield ffmpeg
    finally:
        stopping = asyncio.create_task(ffmpeg.stop())
        try:
            await asyncio.shield(stopping)
        except asyncio.CancelledError:  # a second one; a process that nobody waits for would stay as a zombie
            await stopping
            raise


async def _last_bytes(stream: asyncio.StreamReader) -> bytes:
    """Return the end of a stream, which is read as it comes so that nobody has to wait for us."""
    last = b""
    while piece := await stream.read(PIECE_BYTES):
        last = (last + piece)[-COMPLAINT_BYTES:]
    return last
