"""From the blocks of a section to the segments of a chapter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from batchtts.engine import EngineTraits
from batchtts.errors import Problem
from batchtts.job import Boundary, Job, SegmentSettings, Voice
from batchtts.model import Block, BlockKind, Document, Segment, Settings, Span
from batchtts.plan import fingerprint as fingerprints
from batchtts.plan.scripts import foreign_letters, has_speech
from batchtts.plan.selection import Candidate
from batchtts.plan.splitting import split

_AFTER = {
    BlockKind.HEADING: Boundary.HEADING,
    BlockKind.PARAGRAPH: Boundary.PARAGRAPH,
    BlockKind.VERSE: Boundary.PARAGRAPH,
    BlockKind.SEGMENT: Boundary.SEGMENT,
}
_MOST_OF_A_SECOND = 0.8
_FEWEST_CHARACTERS = 20


@dataclass(slots=True)
class Segmenter:
    """Cuts sections into segments, and notes what in them cannot be spoken as the job wants it."""

    job: Job
    traits: Mapping[str, EngineTraits]
    language: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _settings: dict[tuple[str, SegmentSettings], tuple[Settings, str]] = field(default_factory=dict)

    def segments(self, chosen: Candidate, prefix: str) -> tuple[Segment, ...]:
        """Return the segments of a section, in order; their ids begin with `prefix`."""
        found: list[Segment] = []
        for block in chosen.section.blocks:
            if block.kind is BlockKind.SCENE_BREAK:
                if found:
                    found[-1] = replace(found[-1], boundary=Boundary.SCENE_BREAK)
                continue
            found += self._block(chosen, block, prefix, len(found))
        if found:
            found[-1] = replace(found[-1], boundary=Boundary.CHAPTER)
        return tuple(found)

    def _block(self, chosen: Candidate, block: Block, prefix: str, index: int) -> list[Segment]:
        voice = self.job.voices[block.settings.voice or chosen.source.voice or self.job.default_voice]
        document = chosen.document
        pieces = [
            (start, end)
            for start, end in self._pieces(document, block, voice)
            if self._speakable(document, start, end, block, voice)
        ]
        last = len(pieces) - 1
        return [
            self._segment(
                document,
                (start, end),
                voice,
                block.settings,
                boundary=_AFTER[block.kind] if number == last else Boundary.SEGMENT,
                name=(prefix, index + number),
            )
            for number, (start, end) in enumerate(pieces)
        ]

    def _pieces(self, document: Document, block: Block, voice: Voice) -> Iterator[tuple[int, int]]:
        """Return the ranges of the document's text that are asked for one by one, without outer spaces."""
        limit = self.max_characters(voice, block.settings)
        text = document.text[block.start : block.end]
        if block.kind is BlockKind.SEGMENT:
            if len(text.strip()) > limit:
                self._note(
                    document, block.start, f"this segment has {len(text)} characters, {limit} are allowed"
                )
            spans: Sequence[tuple[int, int]] = [(0, len(text))]
        else:
            spans = split(text, max_characters=limit)
        for start, end in spans:
            piece = text[start:end]
            left = len(piece) - len(piece.lstrip())
            yield block.start + start + left, block.start + start + len(piece.rstrip())

    def max_characters(self, voice: Voice, own: SegmentSettings) -> int:
        """Return how long a segment may be, by the job's limits and the engine's."""
        traits, limits = self.traits[voice.engine], self.job.limits
        longest = min(limits.max_characters, traits.max_characters)
        if limits.max_seconds is None:
            return longest
        return min(longest, _characters_in(limits.max_seconds, traits, own.speed or voice.speed))

    def _speakable(self, document: Document, start: int, end: int, block: Block, voice: Voice) -> bool:
        text = document.text[start:end]
        if not has_speech(text):
            if block.kind is BlockKind.SEGMENT:
                self._note(document, start, "this segment has no letter and no digit, so nothing to say")
            return False
        traits = self.traits[voice.engine]
        if not any(foreign_letters(text, traits.scripts)):
            return True
        words = [word for word in text.split() if any(foreign_letters(word, traits.scripts))]
        what = f"{traits.name} cannot speak {_excerpt(' '.join(words))!r} in {_excerpt(text)!r}"
        if self.job.limits.unspeakable == "leave_out":
            self.warnings.append(f"{self._place(document, start)}: {what}; the segment is left out")
            return False
        self._note(
            document,
            start,
            what,
            hint="Give it to a voice of an engine that can, or set `limits.unspeakable: leave_out`.",
        )
        return False

    def _segment(
        self,
        document: Document,
        span: tuple[int, int],
        voice: Voice,
        own: SegmentSettings,
        *,
        boundary: Boundary,
        name: tuple[str, int],
    ) -> Segment:
        text = document.text[span[0] : span[1]]
        settings, settings_json = self._settings_of(voice, own)
        return Segment(
            id=f"{name[0]}-{name[1]:04d}",
            index=name[1],
            text=text,
            voice=voice,
            speed=voice.speed if own.speed is None else own.speed,
            seed=voice.seed if own.seed is None else own.seed,
            length_seconds=own.length_seconds,
            span=Span(document=document.name, start=span[0], end=span[1], locator=document.locate(span[0])),
            boundary=boundary,
            settings=settings,
            fingerprint=fingerprints.fingerprint(text, settings_json),
        )

    def _settings_of(self, voice: Voice, own: SegmentSettings) -> tuple[Settings, str]:
        key = (voice.name, own)
        if key not in self._settings:
            settings = fingerprints.settings_of(voice, own, self.traits[voice.engine], self.language)
            self._settings[key] = settings, fingerprints.settings_json(settings)
        return self._settings[key]

    def _note(self, document: Document, offset: int, what: str, *, hint: str | None = None) -> None:
        self.problems.append(Problem(where=self._place(document, offset), what=what, hint=hint))

    def _place(self, document: Document, offset: int) -> str:
        return f"{document.name}: {document.locate(offset)}"


def limit_problems(job: Job, voice: Voice, traits: EngineTraits) -> Iterator[Problem]:
    """Return which of the job's limits and settings the engine of a voice cannot meet."""
    where = str(voice.mark or job.path)
    slowest, fastest = traits.speeds
    if not slowest <= voice.speed <= fastest:
        yield Problem(
            where=where,
            what=f"voices.{voice.name}.speed: {traits.name} speaks at {slowest} to {fastest}, not {voice.speed}",
        )
    seconds = job.limits.max_seconds
    if seconds is not None:
        n_characters = _characters_in(seconds, traits, voice.speed)
        if n_characters < _FEWEST_CHARACTERS:
            yield Problem(
                where=str(job.path),
                what=f"limits.max_seconds: in {seconds} s voice {voice.name!r} says about {n_characters} characters",
                hint=f"Allow at least {_FEWEST_CHARACTERS} characters, so that sentences need not be cut to pieces.",
            )


def _characters_in(seconds: float, traits: EngineTraits, speed: float) -> int:
    """Return how many characters are sure to be said in this time: fewer than the estimate, which is a mean."""
    return int(seconds * traits.characters_per_second * speed * _MOST_OF_A_SECOND)


def _excerpt(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
