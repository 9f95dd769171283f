"""The files of a chapter in the publication, and what the table of contents says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from batchtts.export.readalong.passages import Passage, PassageKind
from batchtts.export.readalong.recordings import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A chapter: its sound, and the headings further down in it, each with the sample from which it is spoken."""

    recording: Recording
    headings: tuple[tuple[str, int], ...]

    @property
    def text(self) -> str:
        """Return where its text lies."""
        return f"text/{self.recording.chapter.slug}.html"

    @property
    def guide(self) -> str:
        """Return where the document lies that leads through both."""
        return f"guided-{self.recording.chapter.slug}.json"


def part(recording: Recording, passages: Sequence[Passage]) -> Part:
    """Return what becomes of a chapter with these passages; its title stands for the headings at its beginning."""
    after_title = dropwhile(_is_heading, passages)
    return Part(
        recording=recording,
        headings=tuple(
            (passage.text, passage.sentences[0].segment.start)
            for passage in after_title
            if _is_heading(passage)
        ),
    )


def _is_heading(passage: Passage) -> bool:
    return passage.kind is PassageKind.HEADING
