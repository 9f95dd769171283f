"""The formats that a job can be exported to.

Each has a module of its own, which is loaded when it is wanted and has a function `open_writer`, from a
`Target` to a `ChapterWriter` or an `UtteranceWriter`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib import import_module
from types import MappingProxyType

from batchtts.alignment import Level
from batchtts.export.writing import ChapterWriter, Target, UtteranceWriter
from batchtts.job import Scalar


class Material(StrEnum):
    """What an export is made of."""

    CHAPTERS = "chapters"  # masters, and what is spoken when in them
    UTTERANCES = "utterances"  # takes, one by one


_FINENESS = (Level.SEGMENT, Level.WORD, Level.PHONEME)


@dataclass(frozen=True, slots=True)
class Option:
    """What a format may be told: the values that it may have, of which the first is the default.

    `levels` names what must be known for some values of what is spoken when, where that is more than for
    others.
    """

    name: str
    values: tuple[Scalar, ...]
    description: str
    levels: Mapping[Scalar, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: `level` is the least that must be known of what is spoken when, `module` where its writer is."""

    name: str
    material: Material
    module: str
    description: str
    level: Level = Level.SEGMENT
    options: Sequence[Option] = field(default_factory=tuple)

    def lacking(self, level: Level, options: Mapping[str, Scalar]) -> Iterator[tuple[str, Level]]:
        """Yield what alignments of this level are not enough for, and what would be: itself, or an option of it."""
        demands = {self.name: self.level}
        for option in self.options:
            if (value := options.get(option.name)) in option.levels:
                demands[f"{self.name} with {option.name}={value}"] = option.levels[value]
        return (
            (what, finer)
            for what, finer in demands.items()
            if _FINENESS.index(finer) > _FINENESS.index(level)
        )

    def open_chapters(self, target: Target) -> ChapterWriter:
        """Begin an export that is made of chapters."""
        writer: ChapterWriter = import_module(self.module).open_writer(target)
        return writer

    def open_utterances(self, target: Target) -> UtteranceWriter:
        """Begin an export that is made of utterances."""
        writer: UtteranceWriter = import_module(self.module).open_writer(target)
        return writer


def _format(
    material: Material, room: str, name: str, level: Level, description: str, *options: Option
) -> Format:
    return Format(
        name=name,
        material=material,
        module=f"batchtts.export.{room}.{name}",
        description=description,
        level=level,
        options=options,
    )


_alignment = partial(_format, Material.CHAPTERS, "alignments")
_readalong = partial(_format, Material.CHAPTERS, "readalong")
_dataset = partial(_format, Material.UTTERANCES, "datasets")

_ALL = (
    _alignment(
        "textgrid",
        Level.WORD,
        "Praat TextGrids with MFA's tiers, one a chapter",
        Option("form", ("long", "short"), "which of the two forms"),
        Option("utterances", ("no", "yes"), "whether there is a tier of whole segments"),
    ),
    _alignment("ctm", Level.WORD, "CTM: file, channel, start, duration and word, one a line"),
    _alignment(
        "srt",
        Level.SEGMENT,
        "SubRip subtitles",
        Option("cues", ("people", "segment"), "cues that can be read, or one for each segment"),
    ),
    _alignment(
        "webvtt",
        Level.SEGMENT,
        "WebVTT subtitles",
        Option(
            "cues",
            ("people", "segment", "words"),
            "the same, or one for each segment with the times of words",
            {"words": Level.WORD},
        ),
    ),
    _alignment("lrc", Level.WORD, "enhanced LRC, as lyrics are timed"),
    _alignment("ass", Level.WORD, "Advanced SubStation karaoke"),
    _alignment(
        "audacity",
        Level.WORD,
        "Audacity labels",
        Option("labels", ("words", "segments", "phones"), "what is labelled", {"phones": Level.PHONEME}),
    ),
    _alignment(
        "aeneas",
        Level.SEGMENT,
        "sync maps of aeneas, as JSON",
        Option("children", ("none", "words"), "whether fragments have their words", {"words": Level.WORD}),
    ),
    _readalong(
        "epub",
        Level.SEGMENT,
        "EPUB 3 with media overlays",
        Option("level", ("sentence", "word"), "what lights up", {"word": Level.WORD}),
        Option("audio", ("m4a", "mp3"), "the format of the recordings"),
    ),
    _readalong(
        "html",
        Level.WORD,
        "one static page that lights up while it is heard",
        Option("audio", ("m4a", "opus", "flac", "mp3", "wav"), "what the recordings are"),
    ),
    _readalong(
        "readium",
        Level.WORD,
        "a Readium audiobook with Guided Navigation",
        Option("level", ("sentence", "word"), "what has times of its own"),
        Option("audio", ("m4a", "opus", "flac", "mp3", "wav"), "what the recordings are"),
    ),
    _dataset("ljspeech", Level.SEGMENT, "metadata.csv and wavs/ as in LJSpeech 1.1"),
    _dataset(
        "piper",
        Level.SEGMENT,
        "metadata.csv and wav/ for training piper voices",
        Option(
            "speakers",
            ("auto", "always"),
            "whether rows name their speaker: where there are several, or always",
        ),
    ),
    _dataset("audiofolder", Level.SEGMENT, "a folder for `datasets` of Hugging Face, with a card"),
    _dataset("parquet", Level.SEGMENT, "Parquet files for `datasets` of Hugging Face, with a card"),
    _dataset("lhotse", Level.WORD, "manifests of Lhotse"),
    _dataset("shar", Level.WORD, "shards of Lhotse"),
    _dataset("nemo", Level.SEGMENT, "manifests of NeMo, as JSONL"),
    _dataset("kaldi", Level.SEGMENT, "a data directory of Kaldi"),
    _dataset("webdataset", Level.SEGMENT, "shards of WebDataset"),
    _dataset("libritts", Level.SEGMENT, "the layout of LibriTTS"),
    _dataset(
        "mfa",
        Level.WORD,
        "a corpus for the Montreal Forced Aligner, with our own alignments beside it",
        Option("form", ("textgrid", "json", "csv"), "the form of our own alignments"),
    ),
    _dataset("croissant", Level.SEGMENT, "a description in Croissant of rows and recordings"),
)

FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _ALL})
"""The formats by name."""
