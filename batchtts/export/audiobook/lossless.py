"""FLAC and WAV: written whole in one stream, exact to the sample, with nothing between the chapters."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from batchtts.audio import wav
from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.audio.resampling import changing
from batchtts.export.audiobook.editions import Edition
from batchtts.export.audiobook.encoding import fed, in_thread
from batchtts.export.audiobook.placement import Place, length
from batchtts.export.containers import flac, riff
from batchtts.files import HashingFile, make_folder


async def write_wav(
    out: HashingFile, edition: Edition, places: Sequence[Place], sounds: Sequence[Iterator[bytes]]
) -> None:
    """Write a WAV file with a mark where each chapter begins; `sounds` are those of the chapters."""
    after = riff.chunks([place.mark for place in places], edition.tags, edition.coding.sample_rate)
    out.write(wav.header(edition.coding.sample_rate, length(places), n_after=len(after)))
    async for stretch in _whole(edition, places, sounds):
        out.write(stretch)
    out.write(after)


async def write_flac(
    out: HashingFile,
    edition: Edition,
    places: Sequence[Place],
    sounds: Sequence[Iterator[bytes]],
    *,
    raw: Path,
) -> None:
    """Write a FLAC file with chapters and tags; `raw` is where ffmpeg writes one without, which is gone afterwards.

    Raises `FfmpegError` if ffmpeg cannot be run, or fails.
    """
    with _gone_afterwards(raw):
        sound = _whole(edition, places, sounds)
        async with fed(sound, edition.coding.sample_rate, edition.coding.options, into=raw) as process:
            async for _ in process.pieces():
                pass
        await asyncio.to_thread(_copy, out, raw, edition, places)


def _copy(out: HashingFile, raw: Path, edition: Edition, places: Sequence[Place]) -> None:
    with raw.open("rb") as source:
        flac.write(out, source, [place.mark for place in places], edition.tags)


@contextmanager
def _gone_afterwards(path: Path) -> Iterator[None]:
    make_folder(path.parent)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _whole(
    edition: Edition, places: Sequence[Place], sounds: Sequence[Iterator[bytes]]
) -> AsyncIterator[bytes]:
    """Yield the samples of all chapters, each exactly as long as its place."""
    for place, sound in zip(places, sounds, strict=True):
        n_left = place.n_samples * SAMPLE_BYTES
        async for stretch in _at_rate(edition.coding.sample_rate, place, sound):
            yield stretch[:n_left]
            n_left -= len(stretch[:n_left])
        if n_left:
            yield bytes(n_left)


async def _at_rate(sample_rate: int, place: Place, sound: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a chapter's samples at the rate of the file."""
    before = place.chapter.sample_rate
    if before == sample_rate:
        async for stretch in in_thread(sound):
            yield stretch
        return
    writing = (*changing(before, sample_rate), "-f", "s16le")
    async with fed(in_thread(sound), before, writing) as process:
        async for piece in process.pieces():
            yield piece
