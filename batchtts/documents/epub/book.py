"""A book becomes divisions: archive, package, contents and pages put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from batchtts.documents import silence
from batchtts.documents.epub.archive import Archive
from batchtts.documents.epub.container import find_package
from batchtts.documents.epub.cutting import Cutter, Draft, Page
from batchtts.documents.epub.matter import are_notes
from batchtts.documents.epub.navigation import Entry, read_navigation
from batchtts.documents.epub.package import SpineItem, read_package
from batchtts.documents.labels import is_part_heading
from batchtts.documents.markup import Element, children, first, parse_page
from batchtts.documents.narration import narrate
from batchtts.documents.passages import Division, Passage
from batchtts.job import Metadata
from batchtts.model import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The divisions of a book and what its package says about it."""

    divisions: tuple[Division, ...]
    metadata: Metadata


def read_book(path: Path, where: str, fallback: str) -> Book:
    """Return the divisions of an EPUB file; `fallback` is the title of a book that names none."""
    with Archive(path, where) as archive:
        package = read_package(archive, find_package(archive))
        navigation = read_navigation(archive, package)
        pages = [_read_page(archive, item) for item in package.spine]
    title = package.metadata.title or fallback
    drafts = Cutter(navigation, package.guide, title).cut(pages)
    return Book(divisions=tuple(_divisions(drafts, title)), metadata=package.metadata)


def _read_page(archive: Archive, item: SpineItem) -> Page:
    root = parse_page(archive.read(item.name), f"{archive.where}: {item.name}")
    found = first(root, "body")
    body = root if found is None else found
    narration = narrate(body, item.name, with_notes=_holds_only_notes(body))
    return Page(name=item.name, is_linear=item.is_linear, narration=narration)


def _holds_only_notes(body: Element) -> bool:
    sections = list(children(body))
    return are_notes(silence.types(body)) or (len(sections) == 1 and are_notes(silence.types(sections[0])))


def _divisions(drafts: Sequence[Draft], book_title: str) -> Iterator[Division]:
    """Return finished sections; a part's title page is read at the beginning of its first chapter."""
    unread = {draft.entry for draft in drafts if draft.entry is not None and draft.matter is not Matter.BODY}
    waiting: list[Passage] = []
    for draft, following in zip(drafts, [*drafts[1:], None], strict=False):
        if following is not None and _opens_part(draft, following):
            waiting += draft.passages
            continue
        yield Division(
            title=draft.title or (book_title if len(drafts) == 1 else PurePosixPath(draft.href).stem),
            passages=(*waiting, *draft.passages),
            matter=draft.matter,
            href=draft.href,
            parts=_parts(draft.entry, unread, book_title),
        )
        waiting = []


def _opens_part(draft: Draft, following: Draft) -> bool:
    """Say whether a section is the title page of the part that the following one stands in."""
    if not draft.is_only_headings or {draft.matter, following.matter} != {Matter.BODY}:
        return False
    holds_following = following.entry is not None and draft.entry in following.entry.parents
    return holds_following or is_part_heading(draft.title or "")


def _parts(entry: Entry | None, unread: set[Entry], book_title: str) -> tuple[str, ...]:
    """Return the titles of the parts that a section stands in; the book itself is not a part of it."""
    return tuple(
        parent.title
        for parent in (entry.parents if entry is not None else ())
        if parent.title and parent not in unread and parent.title.casefold() != book_title.casefold()
    )
