"""The chapters' sound as files that browsers and reading systems play, encoded once from the masters.

What an encoder puts before the sound is named in each file as its format has it (`Track.n_priming`), and players leave
it out: times counted in samples of the master hold in the file.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from batchtts.export.audiobook.coding import coding_of
from batchtts.export.audiobook.editions import Edition
from batchtts.export.audiobook.encoding import encode, in_thread
from batchtts.export.audiobook.joining import join
from batchtts.export.audiobook.lossless import write_flac
from batchtts.export.audiobook.packets import Encoded
from batchtts.export.audiobook.placement import MasteredChapter, lay_out
from batchtts.export.audiobook.sound import read
from batchtts.export.book import Tags
from batchtts.export.corpus import Corpus
from batchtts.export.timed import TimedChapter
from batchtts.files import HashingFile, sha256_of
from batchtts.model import OutputFile

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "opus": "audio/ogg; codecs=opus",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
"""The kinds of files, by their endings."""

_DELIVERED_AS = {"m4a": "m4b"}
_SCRATCH = "sound.part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The sound of a chapter as a file of the export; `path` is relative to it."""

    chapter: TimedChapter
    path: str
    media_type: str
    n_bytes: int

    @property
    def address(self) -> str:
        """Return the path as addresses have it."""
        return quote(self.path)

    @property
    def seconds(self) -> float:
        """Return how long it lasts, to the microsecond."""
        return round(self.chapter.n_samples / self.chapter.sample_rate, 6)

    @property
    def bits_per_second(self) -> float:
        """Return how much of the file a second takes, on average."""
        return self.n_bytes * 8 * self.chapter.sample_rate / max(1, self.chapter.n_samples)


class Shelf(Protocol):
    """A folder that files are written into: that of an export, or one that is thrown away."""

    @property
    def path(self) -> Path:
        """Return where it is."""
        ...

    def writing(self, name: str) -> AbstractContextManager[HashingFile]:
        """Write a file, whose name has `/` in it if it lies deeper."""
        ...


def record(
    folder: Shelf, corpus: Corpus, chapters: Sequence[TimedChapter], kind: str
) -> tuple[Recording, ...]:
    """Write the sound of each chapter into `audio/`, as one of `MEDIA_TYPES`.

    Raises `FfmpegError` if ffmpeg cannot be run, or fails, and `MasterChanged` if a master changes meanwhile.
    """
    with _scratch(folder) as scratch:
        editions = [_edition(corpus, chapter, kind, len(chapters)) for chapter in chapters]
        return asyncio.run(_record(folder, chapters, editions, scratch))


@contextmanager
def _scratch(folder: Shelf) -> Iterator[Path]:
    """Have a folder for what is made on the way; it lies on the disk where there must be room anyway."""
    path = folder.path / _SCRATCH
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _edition(corpus: Corpus, chapter: TimedChapter, kind: str, n_chapters: int) -> Edition:
    file_format = _DELIVERED_AS.get(kind, kind)
    return Edition(
        path=f"audio/{chapter.slug}.{kind}",
        file_format=file_format,
        coding=coding_of(file_format, {chapter.sample_rate}, master="none"),
        chapters=(_mastered(chapter),),
        tags=_tags(corpus, chapter, n_chapters),
        master="none",
    )


def _mastered(chapter: TimedChapter) -> MasteredChapter:
    return MasteredChapter(
        id=chapter.id,
        number=chapter.number,
        title=chapter.title,
        slug=chapter.slug,
        sample_rate=chapter.sample_rate,
        n_samples=chapter.n_samples,
        audio=_file(chapter.audio),
        timeline=_file(chapter.timeline),
        segments=_file(chapter.records),
    )


def _file(path: Path) -> OutputFile:
    return OutputFile(path=path.name, sha256=sha256_of(path), n_bytes=path.stat().st_size)


def _tags(corpus: Corpus, chapter: TimedChapter, n_chapters: int) -> Tags:
    known = corpus.metadata
    return Tags(
        title=corpus.title,
        author=known.author,
        narrator=known.narrator or ", ".join(speaker.voice for speaker in corpus.speakers),
        year=known.year,
        description=None,
        language=chapter.language,
        synthetic=corpus.synthetic,
        cover=None,
        chapter=(chapter.number, n_chapters),
    )


async def _record(
    folder: Shelf, chapters: Sequence[TimedChapter], editions: Sequence[Edition], scratch: Path
) -> tuple[Recording, ...]:
    """Encode as many chapters at once as there are processors, and write the files one after another."""
    encoded = await _encoded(chapters, editions, scratch)
    recordings = []
    for chapter, edition, packets in zip(chapters, editions, encoded, strict=True):
        with folder.writing(edition.path) as out:
            await _write(out, chapter, edition, packets, scratch)
        recordings.append(
            Recording(
                chapter=chapter,
                path=edition.path,
                media_type=MEDIA_TYPES[edition.path.rpartition(".")[2]],
                n_bytes=out.n_bytes,
            )
        )
    return tuple(recordings)


async def _encoded(
    chapters: Sequence[TimedChapter], editions: Sequence[Edition], scratch: Path
) -> list[Encoded | None]:
    found: list[Encoded | None] = [None] * len(editions)
    turns = asyncio.Semaphore(os.cpu_count() or 1)

    async def encode_one(index: int) -> None:
        edition = editions[index]
        [own] = edition.chapters
        async with turns:
            sound = in_thread(read(chapters[index].audio, own))
            found[index] = await encode(sound, own, edition.coding, scratch / f"{index}.packets")

    try:
        async with asyncio.TaskGroup() as group:
            for index, edition in enumerate(editions):
                if edition.is_packed:
                    group.create_task(encode_one(index))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return found


async def _write(
    out: HashingFile, chapter: TimedChapter, edition: Edition, packets: Encoded | None, scratch: Path
) -> None:
    places = lay_out(edition.chapters, edition.coding)
    if packets is not None:
        await asyncio.to_thread(join, out, edition, [packets], places)
        packets.path.unlink()
    elif edition.file_format == "flac":
        sound = read(chapter.audio, edition.chapters[0])
        await write_flac(out, edition, places, [sound], raw=scratch / "raw.flac")
    else:
        await asyncio.to_thread(_copy, chapter.audio, out)


def _copy(source: Path, out: HashingFile) -> None:
    """Write the master as it is: nothing that it says would be said better."""
    with source.open("rb") as stream:
        while piece := stream.read(1 << 20):
            out.write(piece)
