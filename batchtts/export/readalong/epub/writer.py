"""Writes the book: pages with marks, overlays, recordings and the package document, in one EPUB 3."""

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from urllib.parse import quote

from batchtts.export.readalong.archives import archive
from batchtts.export.readalong.epub.overlay import Overlay
from batchtts.export.readalong.epub.package import ACTIVE, Added, Overlaid, with_overlays
from batchtts.export.readalong.epub.plain import plain_volume
from batchtts.export.readalong.epub.reading import ReadPage, Span, read, spans
from batchtts.export.readalong.epub.source import own_volume
from batchtts.export.readalong.epub.volume import SpokenPage, Volume
from batchtts.export.readalong.recordings import Recording, record
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

_FOLDER = "read-along"
_STYLE_PATH = f"{_FOLDER}/active.css"
_STYLE = f".{ACTIVE} {{ background-color: #fff3a8; color: #1a1a1a; }}\n"
_MIMETYPE = "mimetype"


class EpubWriter:
    """Gathers the chapters, since a page may have several of them and a chapter several pages."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._folder = target.folder
        self._corpus = target.corpus
        self._has_words = target.options["level"] == "word"
        self._kind = str(target.options["audio"])
        self._chapters: list[TimedChapter] = []

    def add(self, chapter: TimedChapter) -> None:
        """Take in a chapter."""
        self._chapters.append(chapter)

    def finish(self) -> None:
        """Write a book for each document that is an EPUB 3, and one for all others together."""
        recordings = {each.chapter.id: each for each in record(self._target, self._chapters, self._kind)}
        taken: set[str] = set()
        for name, volume, chapters in self._volumes():
            own = _unlike(name, taken)
            taken.add(own)
            self._write(own, volume, [recordings[chapter.id] for chapter in chapters])

    def _volumes(self) -> Iterator[tuple[str, Volume, Sequence[TimedChapter]]]:
        by_document: dict[str, list[TimedChapter]] = {}
        for chapter in self._chapters:
            by_document.setdefault(chapter.document, []).append(chapter)
        others: list[TimedChapter] = []
        for document, chapters in by_document.items():
            volume = self._own(document, chapters)
            if volume is None:
                others += chapters
            else:
                yield Path(document).stem, volume, chapters
        if others:
            yield self._corpus.name, plain_volume(self._corpus, others), others

    def _own(self, document: str, chapters: Sequence[TimedChapter]) -> Volume | None:
        path = self._corpus.sources.get(document)
        if path is None or path.suffix.lower() != ".epub":
            return None
        return own_volume(path, self._corpus.documents[document], chapters)

    def _write(self, name: str, volume: Volume, recordings: Sequence[Recording]) -> None:
        made, sounds = self._made(volume, recordings)
        with archive(self._folder, f"{name}.epub") as book:
            book.write(_MIMETYPE, b"application/epub+zip")  # first, as whoever opens it looks there
            for member, data in made.items():
                if member != _MIMETYPE:
                    book.write(member, data)
            for each in recordings:
                book.copy(sounds[each.chapter.id], each.file)

    def _made(
        self, volume: Volume, recordings: Sequence[Recording]
    ) -> tuple[dict[str, bytes], dict[str, str]]:
        """Return all files of the book but the recordings, and what these are called in it, by chapter."""
        times = {id_: span for each in recordings for id_, span in spans(each.chapter).items()}
        sounds = {each.chapter.id: volume.name_of(f"{_FOLDER}/{each.name}") for each in recordings}
        made = {**volume.files, volume.name_of(_STYLE_PATH): _STYLE.encode()}
        overlaid: list[Overlaid] = []
        for number, page in enumerate(volume.pages, start=1):
            done = self._read(page, volume, times)
            made[page.name] = done.data
            overlay = _overlay(page, done, volume, sounds)
            if overlay.sentences:
                entry = _entry(page, number, volume, overlay)
                made[volume.name_of(entry.overlay.path)] = overlay.smil()
                overlaid.append(entry)
        made[volume.package] = with_overlays(
            volume.files[volume.package], overlaid, list(_others(recordings)), self._narrators()
        )
        return made, sounds

    def _read(self, page: SpokenPage, volume: Volume, times: Mapping[str, Span]) -> ReadPage:
        style = posixpath.relpath(volume.name_of(_STYLE_PATH), posixpath.dirname(page.name) or ".")
        link = f'<link rel="stylesheet" type="text/css" href="{quote(style)}"/>'.encode()
        done = read(page, volume.files[page.name], times, link, has_words=self._has_words)
        for segment in done.missing:
            why = "it was not found on its page, so it is not heard there"
            self._folder.note_change(segment.id, field="overlay", before=segment.text, after="", why=why)
        return done

    def _narrators(self) -> list[str]:
        """Return who reads; whoever the job names, the voices are said to be what they are."""
        known = self._corpus.metadata.narrator
        voices = (f"{speaker.voice} (synthetic voice)" for speaker in self._corpus.speakers)
        return [*([known] if known else []), *voices]


def _unlike(name: str, taken: Collection[str]) -> str:
    """Return a name that no other book has: documents of different folders may be called the same."""
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in names if each not in taken)


def _overlay(page: SpokenPage, done: ReadPage, volume: Volume, sounds: Mapping[str, str]) -> Overlay:
    folder = volume.name_of(_FOLDER)
    own = {chapter.id for chapter, _ in page.segments}
    return Overlay(
        page=quote(posixpath.relpath(page.name, folder)),
        sounds={id_: quote(posixpath.relpath(sounds[id_], folder)) for id_ in own},
        sentences=done.sentences,
    )


def _entry(page: SpokenPage, number: int, volume: Volume, overlay: Overlay) -> Overlaid:
    path = f"{_FOLDER}/{number:04}.smil"
    return Overlaid(
        page=posixpath.relpath(page.name, volume.root or "."),
        overlay=Added(id=f"read-along-{number}", path=path, media_type="application/smil+xml"),
        microseconds=overlay.microseconds,
    )


def _others(recordings: Sequence[Recording]) -> Iterator[Added]:
    """Yield what overlays need besides."""
    for number, each in enumerate(recordings, start=1):
        path = f"{_FOLDER}/{quote(each.name)}"
        yield Added(id=f"read-along-sound-{number}", path=path, media_type=each.media_type)
    yield Added(id="read-along-style", path=_STYLE_PATH, media_type="text/css")


def open_writer(target: Target) -> EpubWriter:
    """Begin an export."""
    return EpubWriter(target)
