"""Writes the folder: `index.html` with the whole text, its style and its script, and sound and tracks by chapter."""

from batchtts.export.readalong.covers import write_cover
from batchtts.export.readalong.html.markup import chapter_id, frame, resource, section
from batchtts.export.readalong.html.placed import placed
from batchtts.export.readalong.html.tracks import track
from batchtts.export.readalong.recordings import Recording, record
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target
from batchtts.files import HashingFile

PAGE = "index.html"
_BESIDE = ("readalong.css", "readalong.js")


class HtmlWriter:
    """Gathers the chapters, since the page begins with a list of them, and holds the text of one at a time."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._folder = target.folder
        self._corpus = target.corpus
        self._kind = str(target.options["audio"])
        self._chapters: list[TimedChapter] = []

    def add(self, chapter: TimedChapter) -> None:
        """Take in a chapter."""
        self._chapters.append(chapter)

    def finish(self) -> None:
        """Write all of it."""
        recordings = record(self._target, self._chapters, self._kind)
        cover = write_cover(self._folder, self._corpus)
        for name in _BESIDE:
            self._folder.write(name, resource(name).encode())
        before, after = frame(self._corpus, recordings, None if cover is None else cover.path)
        with self._folder.writing(PAGE) as page:
            page.write(before.encode())
            for index, recording in enumerate(recordings):
                self._write_chapter(page, chapter_id(index), recording)
            page.write(after.encode())

    def _write_chapter(self, page: HashingFile, id_: str, recording: Recording) -> None:
        chapter = recording.chapter
        self._folder.copy(recording.path, recording.file)
        passages = list(placed(chapter, id_))
        path = f"cues/{chapter.slug}.vtt"
        self._folder.write(path, track(passages, chapter.sample_rate, self._corpus.synthetic))
        for part in section(recording, id_, passages, path):
            page.write(part.encode())


def open_writer(target: Target) -> HtmlWriter:
    """Begin an export."""
    return HtmlWriter(target)
