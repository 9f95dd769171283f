"""The job's own EPUB, taken as it is."""

import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from batchtts.errors import PlanError, Problem
from batchtts.export.readalong.epub.markup import Page, Unreadable, read_page
from batchtts.export.readalong.epub.volume import SpokenPage, Volume
from batchtts.export.timed import TimedChapter, TimedSegment

_CONTAINER = "META-INF/container.xml"


def own_volume(path: Path, sha256: str, chapters: Sequence[TimedChapter]) -> Volume | None:
    """Return the book of which the chapters were read; None if it is no EPUB 3, or has overlays already.

    Raises `PlanError` if the file is not the one that was rendered.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused(
            path, f"it cannot be read: {error.strerror}", "Put it back, or render it again."
        ) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _refused(
            path, "it is not the file that was rendered", "`batchtts run` brings the recordings up to date."
        )
    files = _files(path)
    try:
        package = _package(files)
        opf = read_page(files[package])
    except (Unreadable, KeyError, StopIteration):
        return None
    version = next(opf.named("package")).attributes.get("version", "")
    overlaid = any("media-overlay" in item.attributes for item in opf.named("item"))
    if not version.startswith("3") or overlaid:
        return None
    pages = _spoken(files, package, opf, chapters)
    return None if pages is None else Volume(files=files, package=package, pages=pages)


def _files(path: Path) -> dict[str, bytes]:
    try:
        with ZipFile(path) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except BadZipFile as error:
        raise _refused(path, f"it is no EPUB: {error}", "Fetch it again.") from error


def _package(files: Mapping[str, bytes]) -> str:
    container = read_page(files[_CONTAINER])
    return next(container.named("rootfile")).attributes["full-path"]


def _spoken(
    files: Mapping[str, bytes], package: str, opf: Page, chapters: Sequence[TimedChapter]
) -> list[SpokenPage] | None:
    """Return the pages in the order in which they are read; None if one of them is not in the book's list of files."""
    known = {
        posixpath.normpath(
            posixpath.join(posixpath.dirname(package), unquote(item.attributes.get("href", "")))
        )
        for item in opf.named("item")
    }
    spoken: dict[str, list[tuple[TimedChapter, TimedSegment]]] = {}
    for chapter in chapters:
        for segment in chapter.segments():
            spoken.setdefault(segment.locator.href or "", []).append((chapter, segment))
    if not spoken.keys() <= known & files.keys():
        return None
    try:
        for name in spoken:
            read_page(files[name])
    except Unreadable:
        return None
    return [SpokenPage(name=name, segments=segments) for name, segments in spoken.items()]


def _refused(path: Path, what: str, hint: str) -> PlanError:
    return PlanError([Problem(where=str(path), what=what, hint=hint)])
