"""Media overlays of EPUBs, by a check of our own: EPUBCheck does not know what is heard in a clip."""

import posixpath
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import ZipFile

from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.marked import texts_by_id
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import letters, words

_SMIL = "{http://www.w3.org/ns/SMIL}"
_TEXTREF = "{http://www.idpf.org/2007/ops}textref"
_TOLERANCE = 1_000
"""Of all clips of a chapter together, in microseconds."""


def check(folder: ExportedFolder) -> Reading:
    """Hold every clip against the sound and the page: what is heard in it is what it shows, and nothing is missing."""
    reading = Reading()
    chapters = {chapter: _Chapter(truths) for chapter, truths in folder.chapters.items()}
    for path in sorted(folder.path.glob("*.epub")):
        with ZipFile(path) as book:
            for name in book.namelist():
                if name.endswith(".smil"):
                    _Overlay(book, name, chapters, reading).check()
    for name, chapter in chapters.items():
        reading.count("chapters")
        if abs(chapter.shown - chapter.end) > _TOLERANCE:
            what = f"clips of {chapter.shown / 1e6:.3f} s, the chapter has {chapter.end / 1e6:.3f}"
            reading.complain(f"{name}: {what}")
    return reading


class _Clip(NamedTuple):
    """What a clip shows, its chapter, and when it begins and ends, in microseconds."""

    text: str
    chapter: str
    begin: int
    end: int


class _Chapter:
    """When the words of a chapter begin; all times are in microseconds, and `shown` counts those of its clips."""

    def __init__(self, truths: Sequence[Truth]) -> None:
        self._rate = truths[0].alignment.sample_rate
        self._words = sorted((self._at(start), letters(text)) for start, _, text in words(truths))
        self._times = [time for time, _ in self._words]
        self.end = self._at(truths[0].chapter_n_samples or 0)
        self.edges = {0, self.end, *(self._at(truth.start) for truth in truths), *self._times}
        self.shown = 0

    def begun(self, begin: int, end: int) -> list[str]:
        """Return the letters of the words that begin in a clip."""
        return [
            word for _, word in self._words[bisect_left(self._times, begin) : bisect_left(self._times, end)]
        ]

    def _at(self, sample: int) -> int:
        return sample * 1_000_000 // self._rate


class _Overlay:
    """One overlay of a book, and the pages that it speaks of."""

    def __init__(self, book: ZipFile, name: str, chapters: Mapping[str, _Chapter], reading: Reading) -> None:
        self._book = book
        self._name = name
        self._chapters = chapters
        self._reading = reading
        self._pages: dict[str, dict[str, str]] = {}

    def check(self) -> None:
        """Look at all sentences, and at their clips."""
        body = ElementTree.fromstring(self._book.read(self._name)).find(f"{_SMIL}body")  # noqa: S314  we wrote it
        for node in () if body is None else body:
            sentence = node.attrib.get(_TEXTREF)
            clips = [_clip(par) for par in node.iter(f"{_SMIL}par")]
            for clip in clips:
                self._check_clip(clip, is_word=sentence is not None)
            if sentence is not None:
                whole = clips[0]._replace(text=sentence, end=clips[-1].end)
                self._compare("sentences of words", whole, self._heard(whole))

    def _check_clip(self, clip: _Clip, *, is_word: bool) -> None:
        chapter = self._chapters[clip.chapter]
        chapter.shown += clip.end - clip.begin
        if clip.begin >= clip.end or not {clip.begin, clip.end} <= chapter.edges:
            self._reading.complain(f"{self._name}: {clip}: no word or text begins or ends then")
        heard = self._heard(clip)
        self._compare("clips", clip, heard[:1] if is_word else heard)

    def _compare(self, what: str, clip: _Clip, heard: Sequence[str]) -> None:
        self._reading.count(what)
        shown = self._shown(clip.text)
        if shown is None or not _stand_in(letters(shown), heard):
            self._reading.complain(f"{self._name}: {clip}: shows {shown!r}, and {heard} are heard")

    def _heard(self, clip: _Clip) -> list[str]:
        return self._chapters[clip.chapter].begun(clip.begin, clip.end)

    def _shown(self, reference: str) -> str | None:
        """Return the text of the element that is referred to, None if there is none."""
        page, _, id_ = unquote(reference).partition("#")
        if page not in self._pages:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self._name), page))
            self._pages[page] = texts_by_id(self._book.read(path).decode())
        return self._pages[page].get(id_)


def _clip(par: Any) -> _Clip:
    sound = par.find(f"{_SMIL}audio").attrib
    begin, end = (round(float(sound[name].rstrip("s")) * 1e6) for name in ("clipBegin", "clipEnd"))
    text = par.find(f"{_SMIL}text").attrib["src"]
    return _Clip(text=text, chapter=Path(unquote(sound["src"])).stem, begin=begin, end=end)


def _stand_in(text: str, heard: Sequence[str]) -> bool:
    """Return whether words stand in a text in their order; the last may go on after it."""
    position = 0
    for number, word in enumerate(heard, start=1):
        found = text.find(word, position)
        if found < 0:
            rest = text[position:]
            return number == len(heard) and any(rest.endswith(word[:n]) for n in range(1, len(word)))
        position = found + len(word)
    return True
