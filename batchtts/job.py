"""What a manifest says, read and checked: a job and its parts, as frozen values.  No I/O happens here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from batchtts.address import Address
from batchtts.query.query import Query

Scalar: TypeAlias = str | int | float | bool | None

AUDIOBOOK_FORMATS = ("m4b", "mp3", "opus", "flac", "wav")
"""The formats in which a whole book can be delivered."""

EXPORT_FORMATS = (
    "textgrid",
    "ctm",
    "srt",
    "webvtt",
    "lrc",
    "ass",
    "audacity",
    "aeneas",
    "epub",
    "html",
    "readium",
    "ljspeech",
    "piper",
    "audiofolder",
    "parquet",
    "lhotse",
    "shar",
    "nemo",
    "kaldi",
    "webdataset",
    "libritts",
    "mfa",
    "croissant",
)
"""The formats that a job can be exported to."""

MASTERS = ("acx", "podcast", "broadcast", "none")
"""The specifications that deliveries can be mastered to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a manifest; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return the place in the form that editors and terminals make clickable."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A name in the manifest for an engine, one of its voices, and the settings that make it one narrator."""

    name: str
    engine: str
    voice: str
    speed: float = 1.0
    seed: int = 0
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an engine takes for text, for estimates and records; nobody is billed by it."""

    per_1000_characters: float
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """What the manifest says of an engine: its price, and the settings with which it is opened."""

    price: Price | None = None
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one segment may be, and what becomes of text that its engine cannot speak."""

    max_characters: int = 500
    max_seconds: float | None = None
    unspeakable: str = "refuse"


class Boundary(StrEnum):
    """What follows a segment, and so how long the pause after it is."""

    SEGMENT = "segment"
    PARAGRAPH = "paragraph"
    SCENE_BREAK = "scene_break"
    HEADING = "heading"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Silence in seconds, measured from the end of the last word to the beginning of the next.

    `margin` is how much of it may be an engine's own, on either side of a take; its outermost `fade` passes
    into room tone.
    """

    segment: float = 0.35
    paragraph: float = 0.7
    scene_break: float = 1.6
    heading: float = 1.2
    chapter_head: float = 0.75
    chapter_tail: float = 2.0
    margin: float = 0.1
    fade: float = 0.01

    def after(self, boundary: Boundary) -> float:
        """Return how many seconds of silence follow a boundary of this kind."""
        return {
            Boundary.SEGMENT: self.segment,
            Boundary.PARAGRAPH: self.paragraph,
            Boundary.SCENE_BREAK: self.scene_break,
            Boundary.HEADING: self.heading,
            Boundary.CHAPTER: self.chapter_tail,
        }[boundary]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTone:
    """The noise that fills pauses; `level_dbfs` is its RMS, None stands for digital silence."""

    level_dbfs: float | None = -70.0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How hard to try."""

    concurrency: int | None = None
    attempts: int = 6
    timeout_seconds: float = 300.0
    patience_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where the output folder is, and the format of the chapters in it; `address` is that of its copy in a storage.

    `audiobook` are the formats in which the whole book is delivered, `master` the specification that they are
    mastered to.  Datasets are made of takes, so jobs that only render for them may do without `chapters`.
    """

    folder: Path
    address: Address | None = None
    format: str = "wav"
    chapters: bool = True
    room_tone: RoomTone = RoomTone()
    audiobook: tuple[str, ...] = ()
    master: str = "none"


class LengthPolicy(StrEnum):
    """What becomes of speech that would have to be stretched by more than is allowed to last as long as asked."""

    FAIL = "fail"  # it is not kept, and its segment fails with the numbers
    BEST = "best"  # it is stretched as far as is allowed
    OVERFLOW = "overflow"  # it is kept as it was spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How speech is made to last as long as asked: what it may be multiplied by once the engine has done its best."""

    policy: LengthPolicy = LengthPolicy.FAIL
    least_stretch: float = 0.6
    most_stretch: float = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSettings:
    """What a segment says for itself; None leaves it to the voice, the policy to the job.

    With `most_seconds`, it is spoken as it comes unless that takes longer, and then to last just so long.
    """

    voice: str | None = None
    speed: float | None = None
    seed: int | None = None
    length_seconds: float | None = None
    most_seconds: float | None = None
    length_policy: LengthPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSegment:
    """A segment that is written out in a manifest."""

    text: str
    settings: SegmentSettings
    mark: Mark
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which chapters are wanted: numbers count what is read aloud, names are titles or hrefs.

    Empty stands for everything that is read aloud by default.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    names: tuple[str, ...] = ()


class FitPolicy(StrEnum):
    """What becomes of speech that does not last as long as its slot."""

    SHRINK = "shrink"  # what is too long is made to fit, what is shorter stays as it is
    EXACT = "exact"  # everything is made to last as long as its slot
    NATURAL = "natural"  # nothing is changed; what is too long runs over


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How the cues of a subtitle file are fitted into their slots, and how the file is read.

    `on_miss` is for speech that would have to be stretched by more than the job allows.  `tolerance_seconds` is how
    far speech may miss its slot before that counts; with `use_following_silence` it may go on until the next cue.
    `length_seconds` is that of the whole track, None stands for the last cue's end.
    `keep_original_audio` is about a film that the track goes into.
    """

    policy: FitPolicy = FitPolicy.SHRINK
    on_miss: LengthPolicy = LengthPolicy.BEST
    tolerance_seconds: float = 0.05
    use_following_silence: bool = True
    length_seconds: float | None = None
    speaker_lines: bool = False
    keep_original_audio: bool = True


TABLE_FORMS = ("csv", "tsv", "tsv-raw", "jsonl", "parquet", "ljspeech")
"""How the rows of a table can stand in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of a table count, by what they say, such as `text`: their names, or their numbers, from 1.

    Those in `extra` are carried through to datasets.
    """

    names: Mapping[str, str | int]
    extra: tuple[str, ...] = ()
    mark: Mark | None = None

    @property
    def are_numbers(self) -> bool:
        """Return whether columns are counted, as those of a file without a header are."""
        return any(isinstance(column, int) for column in self.names.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entry under `documents`: exactly one of `pattern`, `text` and `segments` is given.

    `pattern` is a path or a glob, relative to `folder`, the folder of the manifest.  `fit` is for subtitles; None
    stands for the defaults.  `table` and `columns` are for tables; None stands for what the file's name says, and for
    columns that are called after what they say.  Each text is read by each of `voices`, if there are any instead of a
    `voice`, and by each of them `takes` times, with one seed after the other.
    """

    folder: Path
    mark: Mark
    pattern: str | None = None
    text: str | None = None
    segments: tuple[WrittenSegment, ...] = ()
    title: str | None = None
    voice: str | None = None
    voices: tuple[str, ...] = ()
    takes: int = 1
    chapters: Selection = Selection()
    fit: Fit | None = None
    table: str | None = None
    columns: Columns | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known about a book; `cover` is an image's bytes."""

    title: str | None = None
    author: str | None = None
    narrator: str | None = None
    year: str | None = None
    description: str | None = None
    language: str | None = None
    cover: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A format that a job is exported to, with the options that it knows."""

    format: str
    options: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """Whose a dataset is, part by part: SPDX identifiers, or addresses of terms.  None stands for not known."""

    text: str | None = None
    audio: str | None = None
    alignment: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """How rows are divided; `validation` and `test` are shares of the whole.

    What `by` names stays together: equal texts, chapters, documents or speakers.  `salt` gives another division.
    """

    by: str = "text"
    validation: float = 0.0
    test: float = 0.0
    salt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """How datasets are made of a job's segments.

    `keep` says which rows are wanted, in terms of their values; None stands for all that are sound.  `sample_rate`
    is None to leave the engines' own; `trim_seconds`, if given, is how much silence stays before and after speech.
    """

    licences: Licences = Licences()
    splits: Splits = Splits()
    keep: Query | None = None
    sample_rate: int | None = None
    audio: str = "wav"
    trim_seconds: float | None = None
    rows_per_shard: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A manifest, read and checked; `sha256` is that of its bytes as they were when it was read."""

    name: str
    path: Path
    metadata: Metadata
    voices: Mapping[str, Voice]
    default_voice: str
    limits: Limits
    pauses: Pauses
    rendering: Rendering
    sources: tuple[Source, ...]
    chapters: Selection
    output: Output
    engines: Mapping[str, EngineSettings] = field(default_factory=dict)
    lengths: Lengths = Lengths()
    exports: tuple[Export, ...] = ()
    dataset: Dataset = Dataset()
    sha256: str = field(default="", compare=False)
