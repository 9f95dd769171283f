"""The chapters' sound as files that browsers and reading systems play, encoded once from the masters.

What an encoder puts before the sound is named in each file as its format has it (`Track.n_priming`), and
players leave it out: times counted in samples of the master hold in the file.  Formats that are written at
once share the files, which lie in their scratch folder.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
from batchtts.export.writing import Target
from batchtts.files import HashingFile, sha256_of, writing
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The sound of a chapter: `file` is where it lies for now, `name` how it is called in an export."""

    chapter: TimedChapter
    name: str
    media_type: str
    file: Path

    @property
    def path(self) -> str:
        """Return where it belongs in an export that is a folder."""
        return f"audio/{self.name}"

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
        return self.file.stat().st_size * 8 * self.chapter.sample_rate / max(1, self.chapter.n_samples)


def record(target: Target, chapters: Sequence[TimedChapter], kind: str) -> tuple[Recording, ...]:
    """Have the sound of all chapters of a job as one of `MEDIA_TYPES`, made anew unless another format had it made.

    Raises `FfmpegError` if ffmpeg cannot be run, or fails, and `MasterChanged` if a master changes meanwhile.
    """
    recordings = tuple(_recording(target.scratch / kind, chapter, kind) for chapter in chapters)
    lacking = [each.chapter for each in recordings if not each.file.exists()]
    if lacking:
        n_chapters = max(chapter.number for chapter in chapters)
        editions = [_edition(target.corpus, chapter, kind, n_chapters) for chapter in lacking]
        asyncio.run(_record(lacking, editions, target.scratch / kind))
    return recordings


def _recording(folder: Path, chapter: TimedChapter, kind: str) -> Recording:
    name = f"{chapter.slug}.{kind}"
    return Recording(
        chapter=chapter,
        name=name,
        media_type=MEDIA_TYPES[kind],
        # Nothing that a master says would be said better by another file.
        file=chapter.audio if kind == "wav" else folder / name,
    )


def _edition(corpus: Corpus, chapter: TimedChapter, kind: str, n_chapters: int) -> Edition:
    file_format = _DELIVERED_AS.get(kind, kind)
    return Edition(
        path=f"{chapter.slug}.{kind}",
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


async def _record(chapters: Sequence[TimedChapter], editions: Sequence[Edition], folder: Path) -> None:
    """Encode as many chapters at once as there are processors, and write the files one after another."""
    encoded = await _encoded(chapters, editions, folder)
    for chapter, edition, packets in zip(chapters, editions, encoded, strict=True):
        with writing(folder / edition.path) as out:
            await _write(out, chapter, edition, packets, folder)


async def _encoded(
    chapters: Sequence[TimedChapter], editions: Sequence[Edition], folder: Path
) -> list[Encoded | None]:
    found: list[Encoded | None] = [None] * len(editions)
    turns = asyncio.Semaphore(os.cpu_count() or 1)

    async def encode_one(index: int) -> None:
        edition = editions[index]
        [own] = edition.chapters
        async with turns:
            sound = in_thread(read(chapters[index].audio, own))
            found[index] = await encode(sound, own, edition.coding, folder / f"{index}.packets")

    try:
        async with asyncio.TaskGroup() as group:
            for index, edition in enumerate(editions):
                if edition.is_packed:
                    group.create_task(encode_one(index))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return found


async def _write(
    out: HashingFile, chapter: TimedChapter, edition: Edition, packets: Encoded | None, folder: Path
) -> None:
    places = lay_out(edition.chapters, edition.coding)
    if packets is not None:
        await asyncio.to_thread(join, out, edition, [packets], places)
        packets.path.unlink()
    else:
        sound = read(chapter.audio, edition.chapters[0])
        await write_flac(out, edition, places, [sound], raw=folder / "raw.flac")
