"""Writes the publication: manifest, sound, texts and Guided Navigation, and all of it once more as one package.

The package is a ZIP as the Readium Packaging Format has it, of the media type `application/audiobook+zip`.
"""

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from batchtts.export.readalong.archives import archive
from batchtts.export.readalong.covers import Cover, write_cover
from batchtts.export.readalong.passages import passages
from batchtts.export.readalong.readium.guided import guided
from batchtts.export.readalong.readium.manifest import MANIFEST, guide_links, manifest
from batchtts.export.readalong.readium.parts import Part, part
from batchtts.export.readalong.readium.texts import text
from batchtts.export.readalong.recordings import record
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

ENDING = ".audiobook"


class ReadiumWriter:
    """Gathers the chapters, since each leads to the next one, and holds the text of one at a time."""

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
        """Write all of it."""
        recordings = record(self._target, self._chapters, self._kind)
        parts = [part(each, list(passages(each.chapter))) for each in recordings]
        cover = write_cover(self._folder, self._corpus)
        self._write_json(MANIFEST, manifest(self._corpus, parts, cover))
        for index, own in enumerate(parts):
            self._write_part(own, guide_links(parts, index))
        with archive(self._folder, f"{self._corpus.name}{ENDING}") as package:
            for name in _members(parts, cover):
                package.copy(name, self._folder.written(name))

    def _write_part(self, own: Part, links: list[dict[str, str]]) -> None:
        chapter = own.recording.chapter
        self._folder.copy(own.recording.path, own.recording.file)
        found = list(passages(chapter))
        self._folder.write(own.text, text(chapter, found, has_words=self._has_words))
        tree = guided(own.recording, found, quote(own.text), has_words=self._has_words)
        self._write_json(own.guide, {"links": links, "guided": [tree]})

    def _write_json(self, name: str, form: object) -> None:
        self._folder.write(name, json.dumps(form, ensure_ascii=False, indent=1).encode() + b"\n")


def _members(parts: Sequence[Part], cover: Cover | None) -> Iterator[str]:
    """Yield the files of the package; the manifest comes first, for whoever reads it as it arrives."""
    yield MANIFEST
    if cover is not None:
        yield cover.path
    for own in parts:
        yield from (own.guide, own.text, own.recording.path)


def open_writer(target: Target) -> ReadiumWriter:
    """Begin an export."""
    return ReadiumWriter(target)
