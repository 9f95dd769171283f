"""Which files are made of a book, and what goes into each: settled before anything is encoded."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from batchtts.export.audiobook.coding import Coding, coding_of
from batchtts.export.audiobook.naming import book_path, chapter_path
from batchtts.export.audiobook.placement import MasteredChapter
from batchtts.export.audiobook.sound import Treated
from batchtts.export.book import Tags
from batchtts.model import canonical_json

RECIPE = "batchtts.deliver/1"
"""Changes when this program would make other bytes of the same chapters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All of a book that its files are made of; `name` is how they are called."""

    name: str
    tags: Tags
    chapters: tuple[MasteredChapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A file that is to be made: of these chapters, encoded in this way, with these tags.

    `master` names the specification that the book is mastered to.
    """

    path: str
    file_format: str
    coding: Coding
    chapters: tuple[MasteredChapter, ...]
    tags: Tags
    master: str

    @property
    def is_packed(self) -> bool:
        """Return whether it is joined from packets, and not written in one go."""
        return self.coding.packet_samples > 1


def editions(book: Book, formats: Sequence[str], master: str) -> Iterator[Edition]:
    """Yield the files of a book in these formats; MP3 is delivered whole, and chapter by chapter."""
    rates = {chapter.sample_rate for chapter in book.chapters}
    for file_format in formats:
        whole = Edition(
            path=book_path(book.name, file_format),
            file_format=file_format,
            coding=coding_of(file_format, rates, master=master),
            chapters=book.chapters,
            tags=book.tags,
            master=master,
        )
        yield whole
        if file_format == "mp3":
            yield from (_of_one(whole, chapter) for chapter in book.chapters)


def _of_one(whole: Edition, chapter: MasteredChapter) -> Edition:
    return replace(
        whole,
        path=chapter_path(chapter.slug, whole.file_format),
        chapters=(chapter,),
        tags=replace(whole.tags, chapter=(chapter.number, max(own.number for own in whole.chapters))),
    )


def recipe(edition: Edition, specification: Sequence[object], encoder: str) -> str:
    """Return the hash of all that goes into a file; equal recipes give equal bytes.

    `specification` is what the chapters are mastered to, `encoder` the version of ffmpeg.
    """
    tags = edition.tags
    cover = None if tags.cover is None else hashlib.sha256(tags.cover).hexdigest()
    form = [
        *(RECIPE, encoder, edition.path, edition.coding.form, specification),
        [asdict(replace(tags, cover=None)), cover],
        [_form(chapter) for chapter in edition.chapters],
    ]
    return hashlib.sha256(canonical_json(form).encode()).hexdigest()


def packets_name(chapter: MasteredChapter, coding: Coding, treated: Treated, encoder: str) -> str:
    """Return how the packets of a chapter are called: by the hash of all that goes into them."""
    form = [RECIPE, encoder, chapter.audio.sha256, coding.form, list(treated.form)]
    return hashlib.sha256(canonical_json(form).encode()).hexdigest()


def _form(chapter: MasteredChapter) -> list[object]:
    files = (chapter.audio, chapter.timeline, chapter.segments)
    return [chapter.id, chapter.number, chapter.title, *(file.sha256 for file in files)]
