"""The nouns of batchtts: frozen values that stages hand to each other.  No I/O happens here."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from batchtts.job import Boundary, FitPolicy, Job, Lengths, Metadata, Scalar, SegmentSettings, Voice

Settings: TypeAlias = Mapping[str, Scalar | Mapping[str, Scalar]]
Checks: TypeAlias = Mapping[str, Scalar | tuple[str, ...] | Mapping[str, Scalar]]
Extra: TypeAlias = Mapping[str, Scalar]

TAKES = ".batchtts/takes"
"""Where takes lie in an output folder."""

AUDIOBOOK = "audiobook"
"""Where deliveries lie in an output folder."""

ENCODED = ".batchtts/encoded"
"""Where encoded chapters lie in an output folder."""

RECIPE = "batchtts.stitch/3"
"""Changes when this program would stitch the same takes into other bytes."""

_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode  # made once: to make it takes longer than to encode a short value


def canonical_json(form: object) -> str:
    """Return the one JSON text of a value: keys sorted, nothing to spare.  Fingerprints hash this."""
    return _encode(form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where a character stands in its source: file inside a book, element, line (from 1)."""

    href: str | None = None
    xpath: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """Return what a person needs to find the place."""
        parts = [self.href, f"line {self.line}" if self.line else None]
        return ", ".join(part for part in parts if part) or self.xpath or "?"


class BlockKind(StrEnum):
    """What a block is to a narrator."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    VERSE = "verse"  # a stanza; its lines are parted by line feeds
    SCENE_BREAK = "scene_break"  # nothing is said; its range is empty
    SEGMENT = "segment"  # written out by the user, so never split


ONSET_SECONDS = 0.02
"""How much of what a recording has before its first word is heard in a slot: a breath of it, so that no sound is cut.

Listeners notice sound that comes 45 ms late at the earliest (ITU-R BT.1359-1).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The time that a segment has in its chapter, in milliseconds from the chapter's beginning.

    Its speech begins at `start_ms` and should end at `end_ms`, but nothing is in its way before `limit_ms`.
    """

    start_ms: int
    end_ms: int
    limit_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dubbing:
    """What all slots of a chapter have in common: how long the chapter is, and how speech is fitted in.

    Speech that misses its slot by no more than `tolerance_seconds` is as good as in it.
    """

    length_ms: int
    policy: FitPolicy
    tolerance_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of a document's text that is read in one go; `start` and `end` are offsets into it.

    `id` is the name that the author of a written segment gave it.  A cue of subtitles has a `slot`.  It and a row of
    a table may name their `speaker`, who is or is not one of the manifest's voices; the row also the part of a dataset
    that it belongs to, its `split`, and `extra` columns, which are carried through to datasets.
    """

    kind: BlockKind
    start: int
    end: int
    settings: SegmentSettings = SegmentSettings()
    id: str | None = None
    slot: Slot | None = None
    speaker: str | None = None
    split: str | None = None
    extra: Extra = field(default_factory=dict)


class Matter(StrEnum):
    """Which part of a book a section belongs to; front and back matter are not read aloud by default."""

    FRONT = "front"
    BODY = "body"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What becomes one chapter; `parts` are the titles of the parts that it stands in, outermost first.

    With `dubbing`, each of its blocks has a slot, and they are in the order of their slots.
    """

    title: str
    blocks: tuple[Block, ...]
    matter: Matter = Matter.BODY
    href: str | None = None
    parts: tuple[str, ...] = ()
    dubbing: Dubbing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """From `start` on, up to the next anchor, characters stand at `locator`."""

    start: int
    locator: Locator


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source text of a job, whole, with a locator for every character.

    `name` is the path as the manifest gives it, `sha256` is that of the file's bytes, `text_sha256` that
    of `text` in UTF-8.  Of a document that is too long to be held whole this may be a part: `text` begins at
    offset `start` of the whole then, and the hashes are those of the whole.  `warnings` tell what in it is odd.
    """

    name: str
    sha256: str
    text: str
    text_sha256: str
    sections: tuple[Section, ...]
    anchors: tuple[Anchor, ...]
    metadata: Metadata = Metadata()
    start: int = 0
    warnings: tuple[str, ...] = ()

    def locate(self, offset: int) -> Locator:
        """Return where the character at `offset` stands in the source."""
        index = bisect_right(self.anchors, offset, key=lambda anchor: anchor.start) - 1
        return self.anchors[index].locator if index >= 0 else Locator()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a document's text and where it begins in the source."""

    document: str
    start: int
    end: int
    locator: Locator


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The unit of one synthesis request: a text, its voice, its limits.

    `settings` holds everything but the text that can change how it sounds, in a form that JSON can hold;
    `fingerprint` is the hash of both.  Segments with equal settings share one mapping.  `seconds` is about how
    long it will be.  `split` and `extra` are what the row of a table says of it besides, and change no sound.  Where
    several voices or takes speak its text, `text_id` is what all of them have in common.
    """

    id: str
    index: int
    text: str
    voice: Voice
    speed: float
    seed: int
    length_seconds: float | None
    span: Span
    boundary: Boundary
    settings: Settings
    fingerprint: str
    seconds: float
    slot: Slot | None = None
    most_seconds: float | None = None
    lengths: Lengths = Lengths()
    split: str | None = None
    extra: Extra = field(default_factory=dict)
    text_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Segments that are stitched, in order, into exactly one file, whose name begins with `slug`.

    `digest` is the hash of all that the job and its documents contribute to that file; what takes contribute
    comes on top of it.  `seconds` is about how long it will be, its pauses included.  With `dubbing`, each segment
    has a slot, and nothing is said of pauses.
    """

    id: str
    number: int
    title: str
    slug: str
    parts: tuple[str, ...]
    document: str
    digest: str
    seconds: float
    segments: tuple[Segment, ...]
    dubbing: Dubbing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a voice speaks at speed 1, in characters a second: on the whole, and nearly always at `least`.

    It was learned from `n_takes` recordings, or else is what its engine says of itself.
    """

    mean: float
    least: float
    n_takes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What earlier recordings taught about how long speech lasts: an input of a plan where time is limited.

    `paces` are by the name of a voice; `long_takes` are the seconds of speech by the fingerprint of what took
    longer than is allowed.
    """

    paces: Mapping[str, Pace] = field(default_factory=dict)
    long_takes: Mapping[str, float] = field(default_factory=dict)


NO_LESSONS = Lessons()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What outputs say about a document: its name and the hashes of its bytes and of its text."""

    name: str
    sha256: str
    text_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all chapters of a job share.  The chapters themselves may be too many to be held at once.

    They come one by one from where a plan is made, and lie in the ledger from then on.
    """

    job: Job
    language: str
    documents: Mapping[str, DocumentInfo]
    metadata: Metadata
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One recording of one segment, as a run knows it: a WAV file, in a pack, with the audio and the alignment.

    `number` counts the takes of one fingerprint from 1; `seed` is the one that was used, which a retake may
    have changed; speech goes from sample `speech_start` to `speech_end`.  Its `n_bytes` bytes begin at offset
    `start` of the file `pack` in the folder of the takes; `sha256` is theirs.
    """

    fingerprint: str
    number: int
    seed: int
    sha256: str
    n_bytes: int
    sample_rate: int
    n_samples: int
    speech_start: int
    speech_end: int
    pack: str
    start: int

    @property
    def speech_seconds(self) -> float:
        """Return how long is spoken in it, without the silence before and after."""
        return (self.speech_end - self.speech_start) / self.sample_rate

    @property
    def name(self) -> str:
        """Return the name of its file in the pack, which is the same wherever it lies."""
        return f"{self.fingerprint}.{self.number}.{self.sha256[:16]}.wav"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRecord:
    """A take with what the ledger records of it once, and no run needs in memory."""

    take: Take
    text_sha256: str
    settings: Settings
    checks: Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A file that was written, relative to the output folder."""

    path: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A file that people listen to, made of masters, and the file that tells what is spoken when in it.

    `recipe` hashes all that went into them.  `asked` says who wants it: the `job`, the last `run` by its command
    line, or only one `before`.  `packets` are files that were kept on the way: encoded chapters, and treatments.
    """

    path: str
    recipe: str
    asked: str
    sample_rate: int
    n_samples: int
    files: tuple[OutputFile, ...]
    packets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A chapter's stitched audio with the files that describe it; `recipe` hashes all that went into it."""

    chapter: str
    recipe: str
    sample_rate: int
    n_samples: int
    files: tuple[OutputFile, ...]
