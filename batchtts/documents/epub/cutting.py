"""The pages of a book, in reading order, are cut into sections where its table of contents says.

A line of the contents begins a section at the element that it points to.  Lines that stay inside the page of
the line above them are subsections and cut nothing, unless that line is a part's or the book's own title, or
they count chapters.  A page that no line points to goes on with the section before it, unless it says or shows
that it is something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import PurePosixPath

from batchtts.documents.epub.matter import Evidence, decide, spoken_types
from batchtts.documents.epub.navigation import Entry, Navigation
from batchtts.documents.labels import is_numbered_chapter, is_part_heading
from batchtts.documents.narration import Narration
from batchtts.documents.passages import Passage
from batchtts.model import BlockKind, Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the spine, as it is read, by its name in the archive."""

    name: str
    is_linear: bool
    narration: Narration


@dataclass(slots=True, kw_only=True)
class Draft:
    """A section while its pages are still coming in; `entry` is its line in the table of contents."""

    href: str
    entry: Entry | None
    matter: Matter
    types: frozenset[str]
    passages: list[Passage] = field(default_factory=list)

    @property
    def title(self) -> str | None:
        """The title that the contents or, failing that, its first heading gives it."""
        if self.entry is not None and self.entry.title:
            return self.entry.title
        return first_heading(self.passages)

    @property
    def is_only_headings(self) -> bool:
        """Whether nothing but headings is in it, as on the page before a part."""
        return all(passage.kind is BlockKind.HEADING for passage in self.passages)


class Cutter:
    """Cuts the pages of one book."""

    def __init__(self, navigation: Navigation, guide: Mapping[str, frozenset[str]], book_title: str) -> None:
        self._navigation = navigation
        self._guide = guide
        self._book_title = book_title.casefold()
        self._entries: dict[str, list[Entry]] = {}
        for entry in navigation.entries:
            if entry.name is not None and not self._is_subsection(entry):
                self._entries.setdefault(entry.name, []).append(entry)

    def cut(self, pages: Sequence[Page]) -> list[Draft]:
        """Return the sections of the pages, in reading order; pages on which nothing is said are left out."""
        drafts: list[Draft] = []
        current: Draft | None = None
        for page in pages:
            if not page.narration.passages:
                continue
            for draft in self._page_drafts(page):
                if not page.is_linear:
                    drafts.append(draft)
                elif current is not None and self._continues(draft, current):
                    current.passages.extend(draft.passages)
                else:
                    drafts.append(draft)
                    current = draft
        return drafts

    def _page_drafts(self, page: Page) -> list[Draft]:
        """Return the sections that begin in a page, and before them what stands above the first."""
        passages = page.narration.passages
        starts = self._starts(page)
        edges = sorted({0, *starts})
        return [
            self._draft(page, start, passages[start:end], starts.get(start))
            for start, end in zip(edges, [*edges[1:], len(passages)], strict=True)
            if any(passage.text for passage in passages[start:end])
        ]

    def _starts(self, page: Page) -> dict[int, Entry]:
        """Return the passages of a page at which lines of the contents begin."""
        starts: dict[int, Entry] = {}
        for entry in self._entries.get(page.name, ()):
            index = page.narration.ids.get(entry.fragment, 0 if not starts else -1) if entry.fragment else 0
            if not 0 <= index < len(page.narration.passages):
                continue
            # Where a part and its first chapter begin at once, the section is the chapter's.
            if index not in starts or starts[index] in entry.parents:
                starts[index] = entry
        return starts

    def _draft(self, page: Page, start: int, passages: Sequence[Passage], entry: Entry | None) -> Draft:
        title = entry.title if entry is not None else first_heading(passages)
        types = reduce(frozenset.intersection, (passage.types for passage in passages))
        evidence = Evidence(
            types=types,
            landmarks=self._landmarks(page.name) if start == 0 else frozenset(),
            title=title or "",
            stem=PurePosixPath(page.name).stem,
        )
        return Draft(
            href=f"{page.name}#{entry.fragment}" if entry is not None and start else page.name,
            entry=entry,
            matter=decide(evidence) if page.is_linear else Matter.BACK,
            types=types,
            passages=list(passages),
        )

    def _landmarks(self, name: str) -> frozenset[str]:
        return self._navigation.landmarks.get(name, frozenset()) | self._guide.get(name, frozenset())

    def _is_subsection(self, entry: Entry) -> bool:
        around = [parent for parent in entry.parents if parent.name == entry.name]
        if not around or is_numbered_chapter(entry.title):
            return False
        return not (is_part_heading(around[-1].title) or around[-1].title.casefold() == self._book_title)

    def _continues(self, draft: Draft, current: Draft) -> bool:
        """Say whether a stretch that no line of the contents points to goes on with the section before it."""
        if draft.entry is not None or not self._navigation.entries:
            return False
        if draft.matter is not current.matter and (draft.matter, current.matter) != (
            Matter.BODY,
            Matter.BACK,
        ):
            return False
        if (own := spoken_types(draft.types)) and own != spoken_types(current.types):
            return False
        first, before = draft.passages[0], current.passages[0]
        if first.kind is not BlockKind.HEADING:
            return True
        return before.kind is BlockKind.HEADING and first.level > before.level


def first_heading(passages: Sequence[Passage]) -> str | None:
    """Return the text of the first heading among passages."""
    return next((passage.text for passage in passages if passage.kind is BlockKind.HEADING), None)
