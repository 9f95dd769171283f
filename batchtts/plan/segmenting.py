"""From the blocks of a section to the segments of a chapter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from batchtts.errors import Problem
from batchtts.job import Boundary, Limits
from batchtts.model import Block, BlockKind, Document, Lessons, Section, Segment, Span
from batchtts.plan.casting import Cast
from batchtts.plan.findings import Findings
from batchtts.plan.manner import Manner, Manners
from batchtts.plan.reach import strain
from batchtts.plan.scripts import has_foreign_letters, has_speech
from batchtts.plan.shortening import Part, parts
from batchtts.plan.splitting import split

_AFTER = {
    BlockKind.HEADING: Boundary.HEADING,
    BlockKind.PARAGRAPH: Boundary.PARAGRAPH,
    BlockKind.VERSE: Boundary.PARAGRAPH,
    BlockKind.SEGMENT: Boundary.SEGMENT,
}


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Cuts sections into segments, and notes what in them cannot be spoken as the job wants it."""

    manners: Manners
    findings: Findings
    cast: Cast
    limits: Limits
    lessons: Lessons

    def segments(self, document: Document, section: Section, voice: str, prefix: str) -> tuple[Segment, ...]:
        """Return the segments of a section, in order; ids that nobody gave begin with `prefix`."""
        found: list[Segment] = []
        n_named = 0
        for block in section.blocks:
            if block.kind is BlockKind.SCENE_BREAK:
                if found:
                    found[-1] = replace(found[-1], boundary=Boundary.SCENE_BREAK)
                continue
            manner = self._manner(block, voice)
            pieces = list(self._spoken(document, block, manner))
            named = [
                (f"{block.id or f'{prefix}-{number:04d}'}{part.suffix}", part)
                for number, piece in enumerate(pieces, start=n_named)
                for part in self._parts(piece, block, manner)
            ]
            found += self._block(document, block, manner, named, len(found))
            n_named += len(pieces)
        if found:
            found[-1] = replace(found[-1], boundary=Boundary.CHAPTER)
        return tuple(found)

    def _manner(self, block: Block, voice: str) -> Manner:
        own = block.settings
        return self.manners.of(own.voice or self.cast.voice_of(block.speaker) or voice, own)

    def _spoken(self, document: Document, block: Block, manner: Manner) -> Iterator[Part]:
        """Yield the pieces of a block that are read."""
        for start, text in self._pieces(document, block, manner):
            if self._is_speakable(document, block, start, text, manner):
                yield Part(start, text)

    def _parts(self, piece: Part, block: Block, manner: Manner) -> list[Part]:
        """Return what is left of a piece that took too long: its parts, which share its name, and so keep all others'."""
        known, limit = self.lessons.long_takes, self.limits.max_seconds
        if not known or limit is None or block.kind is BlockKind.SEGMENT:
            return [piece]
        found = parts(piece.text, lambda text: known.get(manner.fingerprint(text)), limit)
        return [part._replace(start=piece.start + part.start) for part in found]

    def _block(
        self, document: Document, block: Block, manner: Manner, named: Sequence[tuple[str, Part]], index: int
    ) -> list[Segment]:
        last = index + len(named) - 1
        return [
            Segment(
                id=id_,
                index=position,
                text=part.text,
                voice=manner.voice,
                speed=manner.speed,
                seed=manner.seed,
                length_seconds=manner.length_seconds,
                span=_span(document, part.start, len(part.text)),
                boundary=_AFTER[block.kind] if position == last else Boundary.SEGMENT,
                settings=manner.settings,
                fingerprint=manner.fingerprint(part.text),
                seconds=manner.seconds(part.text),
                slot=block.slot,
                most_seconds=manner.most_seconds,
                lengths=manner.lengths,
            )
            for position, (id_, part) in enumerate(named, start=index)
        ]

    def _pieces(self, document: Document, block: Block, manner: Manner) -> Iterator[tuple[int, str]]:
        """Return the texts that are asked for one by one, without outer spaces, and where they begin."""
        text, limit = document.text[block.start : block.end], manner.max_characters
        spans: Sequence[tuple[int, int]] = ((0, len(text)),)
        if block.kind is not BlockKind.SEGMENT:
            spans = split(text, max_characters=limit)
        elif len(text) > limit and len(text.strip()) > limit:
            self._refuse(
                document, block.start, f"this segment has {len(text)} characters, {limit} are allowed"
            )
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
            if (warning := strain(manner, text)) is not None:
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
