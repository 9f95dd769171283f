"""What datasets are made of: one recording of one text, as it is exported, with all that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from batchtts.alignment import Alignment
from batchtts.audio import flac, wav
from batchtts.audio.pcm import Pcm
from batchtts.job import Scalar
from batchtts.model import Locator

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks: a voice of the manifest.  `number` is its place there, from 0, so that it stays when others come."""

    number: int
    id: str
    voice: str
    engine: str
    gender: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an utterance comes from: its document, and how its take was asked for.

    `char` is the half-open range of code points in the text of the document; `take_sha256` is that of the
    file of the take, `request` the fingerprint of all that decides how it sounds.  `index` counts the
    segments of the chapter, `paragraph` its paragraphs, and `sentence` the segments of one of them, all from
    0.
    """

    document: str
    document_sha256: str
    locator: Locator
    char: tuple[int, int]
    chapter: str
    chapter_number: int
    chapter_title: str
    index: int
    paragraph: int
    sentence: int
    request: str
    seed: int
    speed: float
    settings: Mapping[str, Scalar]
    engine: str
    engine_version: str
    engine_identity: str
    take_sha256: str


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """A row of a dataset; `number` is its place in the plan, from 0, whatever of the plan is left out.

    `id` consists of letters, digits, `-` and `_`.  `text_id` is what it shares with other recordings of its
    text, by other voices or with other seeds.  `normalized` is the text as it was spoken.  `audio` and
    `alignment` are those that are exported: trimmed, and at the rate of the dataset.  `audio_format`, `wav`
    or `flac`, is that of files of sound where readers take either.  `values` were measured; `extra` are
    columns of the table that the text came from. `before` and `after` are the ids of its neighbours in the
    chapter.
    """

    number: int
    id: str
    text_id: str
    text: str
    normalized: str
    language: str
    speaker: Speaker
    split: str
    audio: Pcm
    alignment: Alignment
    origin: Origin
    audio_format: str = "wav"
    values: Mapping[str, Scalar] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    extra: Mapping[str, Scalar] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None

    @property
    def seconds(self) -> float:
        """Return how long it lasts."""
        return self.audio.seconds

    @cached_property
    def pcm_sha256(self) -> str:
        """Return the hash of its samples, whatever file they are kept in."""
        return self.audio.sha256

    @cached_property
    def wav(self) -> bytes:
        """Return its sound as a WAV file."""
        return wav.encode(self.audio)

    @cached_property
    def sound(self) -> bytes:
        """Return its sound as a file of `audio_format`."""
        return self.wav if self.audio_format == "wav" else flac.encode(self.audio)
