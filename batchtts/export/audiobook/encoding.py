"""A chapter's sound goes through one ffmpeg, once, and its packets into a file."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from batchtts.audio.ffmpeg import Ffmpeg, FfmpegError, open_ffmpeg
from batchtts.audio.resampling import scaled
from batchtts.export.audiobook.coding import Coding
from batchtts.export.audiobook.packets import Encoded, writing_packets
from batchtts.export.audiobook.placement import MasteredChapter
from batchtts.export.containers.adts import AdtsSplitter
from batchtts.export.containers.mp3_frames import Mp3Splitter
from batchtts.export.containers.ogg_pages import OggSplitter
from batchtts.export.containers.streams import Splitter

_IN_LARGE_PIECES = ("-flush_packets", "0")
"""Nobody waits for single packets, and to hand over each costs as much as a tenth of its encoding."""

_N_FLUSHING = 2
"""Packets of silence that push the last one that is wanted out of the encoder."""


async def encode(
    sound: AsyncIterator[bytes], chapter: MasteredChapter, coding: Coding, path: Path
) -> Encoded:
    """Encode a chapter into a file of packets, whole or not at all.

    Raises `FfmpegError` if ffmpeg cannot be run, fails, or makes something else than it was asked for.
    """
    n_samples = scaled(chapter.n_samples, chapter.sample_rate, coding.sample_rate)
    n_wanted = coding.n_preroll + coding.n_packets(n_samples)
    splitter = _splitter(coding)
    filters = _filters(chapter, coding, n_samples)
    with writing_packets(path) as file:
        async with fed(sound, chapter.sample_rate, ("-af", filters, *coding.options)) as process:
            async for piece in process.pieces():
                file.add(splitter.feed(piece)[: n_wanted - file.n_packets])
        splitter.finish()
        _check(splitter, coding, file.n_packets, n_wanted)
        return file.finish(splitter.config)


@asynccontextmanager
async def fed(
    sound: AsyncIterator[bytes], sample_rate: int, writing: tuple[str, ...], *, into: Path | None = None
) -> AsyncIterator[Ffmpeg]:
    """Run ffmpeg, and feed it with sound while the block reads what comes out."""
    async with open_ffmpeg(_reading(sample_rate), (*_IN_LARGE_PIECES, *writing), into=into) as process:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_feed(process, sound))
                yield process
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None


async def in_thread(sound: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what is read and computed by a thread meanwhile."""
    while (stretch := await asyncio.to_thread(next, sound, None)) is not None:
        yield stretch


def _reading(sample_rate: int) -> tuple[str, ...]:
    return ("-f", "s16le", "-ar", str(sample_rate), "-ac", "1")


async def _feed(process: Ffmpeg, sound: AsyncIterator[bytes]) -> None:
    async for stretch in sound:
        await process.write(stretch)
    process.finish()


def _filters(chapter: MasteredChapter, coding: Coding, n_samples: int) -> str:
    """Return what ffmpeg does before it encodes: another rate, silence before the chapter, and after it."""
    n_before = coding.n_preroll * coding.packet_samples
    n_all = n_before + (coding.n_packets(n_samples) + _N_FLUSHING) * coding.packet_samples
    filters = [f"atrim=end_sample={n_samples}", f"adelay=delays={n_before}S:all=1", f"apad=whole_len={n_all}"]
    if chapter.sample_rate != coding.sample_rate:
        filters.insert(0, f"aresample={coding.sample_rate}:resampler=soxr:precision=24")
    return ",".join(filters)


def _splitter(coding: Coding) -> Splitter:
    match coding.codec:
        case "aac":
            return AdtsSplitter()
        case "mp3":
            return Mp3Splitter()
        case _:
            return OggSplitter()


def _check(splitter: Splitter, coding: Coding, n_packets: int, n_wanted: int) -> None:
    if n_packets < n_wanted:
        raise FfmpegError(
            f"ffmpeg made {n_packets} packets of {coding.codec}, and should have made {n_wanted}"
        )
    if (
        coding.codec == "opus"
        and (n_delay := int.from_bytes(splitter.config[10:12], "little")) != coding.n_delay
    ):
        raise FfmpegError(
            f"this ffmpeg delays Opus by {n_delay} samples, not {coding.n_delay}",
            hint="Use the ffmpeg that comes with imageio-ffmpeg.",
        )
