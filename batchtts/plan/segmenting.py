"""From the blocks of a section to the segments of a chapter."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from batchtts.errors import Problem
from batchtts.job import Boundary, Limits
from batchtts.model import Block, BlockKind, Document, Lessons, Section, Segment, Span
from batchtts.plan.casting import Cast
from batchtts.plan.findings import Findings
from batchtts.plan.manner import Manner, Manners
from batchtts.plan.reach import strain
from batchtts.plan.scripts import has_foreign_letters, has_speech
from batchtts.plan.shortening import parts
from batchtts.plan.splitting import split
from batchtts.plan.versions import Version

_AFTER = {
    BlockKind.HEADING: Boundary.HEADING,
    BlockKind.PARAGRAPH: Boundary.PARAGRAPH,
    BlockKind.VERSE: Boundary.PARAGRAPH,
    BlockKind.SEGMENT: Boundary.SEGMENT,
}


Named: TypeAlias = tuple[str, int, str]
"""The id of a segment, where its text begins, and the text."""

Passage: TypeAlias = tuple[Block, Sequence[Named]]
"""A block, and what in it is spoken."""


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Cuts sections into segments, and notes what in them cannot be spoken as the job wants it."""

    manners: Manners
    findings: Findings
    cast: Cast
    limits: Limits
    lessons: Lessons

    def segments(
        self, document: Document, section: Section, versions: Sequence[Version], prefix: str
    ) -> list[tuple[Segment, ...]]:
        """Return the segments of each version of a section, in order; ids that nobody gave begin with `prefix`.

        All versions have the same texts, and so each of these is one that all of their voices can speak.
        """
        passages = list(self._passages(document, section, versions, prefix))
        return [self._version(document, passages, version) for version in versions]

    def _passages(
        self, document: Document, section: Section, versions: Sequence[Version], prefix: str
    ) -> Iterator[Passage]:
        n_named = 0
        for block in section.blocks:
            named: list[Named] = []
            if block.kind is not BlockKind.SCENE_BREAK:
                voices = dict.fromkeys(self._own_voice(block) or version.voice for version in versions)
                manners = [self.manners.of(voice, block.settings) for voice in voices]
                spoken = self._spoken(document, block, manners)
                named = [
                    (block.id or f"{prefix}-{number:04d}", start, text)
                    for number, (start, text) in enumerate(spoken, start=n_named)
                ]
                n_named += len(named)
            yield block, named

    def _version(
        self, document: Document, passages: Sequence[Passage], version: Version
    ) -> tuple[Segment, ...]:
        found: list[Segment] = []
        for block, named in passages:
            if block.kind is BlockKind.SCENE_BREAK:
                if found:
                    found[-1] = replace(found[-1], boundary=Boundary.SCENE_BREAK)
            elif version.leads or self._own_voice(block) is None:
                found += self._block(document, block, named, version, len(found))
        if found:
            found[-1] = replace(found[-1], boundary=Boundary.CHAPTER)
        return tuple(found)

    def _own_voice(self, block: Block) -> str | None:
        return block.settings.voice or self.cast.voice_of(block.speaker)

    def _spoken(
        self, document: Document, block: Block, manners: Sequence[Manner]
    ) -> Iterator[tuple[int, str]]:
        """Yield the pieces of a block that are read, and where they begin."""
        shortest = min(manners, key=lambda manner: manner.max_characters)
        for start, text in self._pieces(document, block, shortest):
            if all(self._is_speakable(document, block, start, text, manner) for manner in manners):
                yield start, text

    def _parts(self, piece: Named, manner: Manner) -> Iterator[Named]:
        """Yield the parts of a piece that took too long; they share its name, so that all others keep theirs."""
        known, limit = self.lessons.long_takes, self.limits.max_seconds or math.inf
        id_, start, text = piece
        for part in parts(text, lambda text: known.get(manner.fingerprint(text)), limit):
            yield f"{id_}{part.suffix}", start + part.start, part.text

    def _block(
        self, document: Document, block: Block, named: Sequence[Named], version: Version, index: int
    ) -> list[Segment]:
        manner = self.manners.of(self._own_voice(block) or version.voice, block.settings, version.take)
        if self.lessons.long_takes and block.kind is not BlockKind.SEGMENT:
            named = [part for piece in named for part in self._parts(piece, manner)]
        suffix = version.suffix(manner.voice.name)
        last = index + len(named) - 1
        return [
            Segment(
                id=f"{id_}{suffix}",
                index=position,
                text=text,
                voice=manner.voice,
                speed=manner.speed,
                seed=manner.seed,
                length_seconds=manner.length_seconds,
                span=_span(document, start, len(text)),
                boundary=_AFTER[block.kind] if position == last else Boundary.SEGMENT,
                settings=manner.settings,
                fingerprint=manner.fingerprint(text),
                seconds=manner.seconds(text),
                slot=block.slot,
                most_seconds=manner.most_seconds,
                lengths=manner.lengths,
                split=block.split,
                extra=block.extra,
                text_id=id_ if suffix else None,
            )
            for position, (id_, start, text) in enumerate(named, start=index)
        ]

    def _pieces(self, document: Document, block: Block, manner: Manner) -> Iterator[tuple[int, str]]:
        """Return the texts that are asked for one by one, without outer spaces, and where they begin."""
        text, limit = document.text[block.start : block.end], manner.max_characters
        spans: Sequence[tuple[int, int]] = ((0, len(text)),)
        if block.kind is not BlockKind.SEGMENT:
            spans = split(text, max_characters=limit)
        elif len(text) > limit and len(text.strip()) > limit:
            what = f"this segment has {len(text)} characters, {limit} are allowed"
            hint = None
            if limit < min(self.limits.max_characters, manner.traits.max_characters):
                hint = "So many can be said in `limits.max_seconds`, by what is known of the voice."
            self._refuse(document, block.start, what, hint)
        for start, end in spans:
            piece = text[start:end].rstrip()
            words = piece.lstrip()
            yield block.start + start + len(piece) - len(words), words

    def _is_speakable(self, document: Document, block: Block, start: int, text: str, manner: Manner) -> bool:
        """Say whether a piece is read; note it if it should be, but cannot."""
        for complaint in manner.complaints:
            self._refuse(document, start, complaint)
        if not has_speech(text):
            if block.kind is BlockKind.SEGMENT:
                self._refuse(document, start, "this segment has no letter and no digit, so nothing to say")
            return False
        if not has_foreign_letters(text, manner.traits.scripts):
            if manner.is_timed and (warning := strain(manner, text)) is not None:
                self.findings.warn(f"{_place(document, start)}: {warning}")
            return True
        self._note_unspeakable(document, start, text, manner)
        return False

    def _note_unspeakable(self, document: Document, start: int, text: str, manner: Manner) -> None:
        words = [word for word in text.split() if has_foreign_letters(word, manner.traits.scripts)]
        what = f"{manner.traits.name} cannot speak {_excerpt(' '.join(words))!r} in {_excerpt(text)!r}"
        if self.limits.unspeakable == "leave_out":
            self.findings.warn(f"{_place(document, start)}: {what}; the segment is left out")
        else:
            hint = "Give it to a voice of an engine that can, or set `limits.unspeakable: leave_out`."
            self._refuse(document, start, what, hint)

    def _refuse(self, document: Document, offset: int, what: str, hint: str | None = None) -> None:
        self.findings.refuse([Problem(where=_place(document, offset), what=what, hint=hint)])


def _span(document: Document, start: int, n_characters: int) -> Span:
    begin = document.start + start
    return Span(document=document.name, start=begin, end=begin + n_characters, locator=document.locate(start))


def _place(document: Document, offset: int) -> str:
    return f"{document.name}: {document.locate(offset)}"


def _excerpt(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
