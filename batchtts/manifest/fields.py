"""The fields of a manifest: every key, what it may be, what it defaults to, and what it means.

The checks, the JSON Schema and the tables in docs/manifest.md come from these tables, so they cannot differ.
"""

import re

from batchtts.job import (
    AUDIOBOOK_FORMATS,
    MASTERS,
    Limits,
    Pauses,
    Rendering,
    RoomTone,
    Selection,
)
from batchtts.manifest.covers import CoverImage
from batchtts.manifest.document_fields import DOCUMENT
from batchtts.manifest.export_fields import DATASET, EXPORT
from batchtts.manifest.kinds import MANY_LINES, Choice, Duration, Number, Settings, Switch, Text, Whole
from batchtts.manifest.places import Place, check_local
from batchtts.manifest.selection import Chapters
from batchtts.manifest.structures import Field, ListOf, MapOf, Record, Switchable
from batchtts.manifest.terms import LENGTH_POLICY, LINE, SEED, SPEED, mark, mark_and_name
from batchtts.manifest.voices import VoiceName, Voices
from batchtts.manifest.written import (
    Defaults,
    Destination,
    Header,
    Manifest,
    WrittenVoice,
    write_engine,
    write_lengths,
)

PAUSE = Number(least=0, most=60)

HEADER = Record(
    title="a mapping that describes the job",
    make=Header,
    fields={
        "name": Field(
            kind=Text(
                words="small letters, digits, - and _, beginning with a letter or digit",
                form=re.compile(r"[a-z0-9][a-z0-9_-]{0,99}"),
                types=("string", "integer", "boolean"),
            ),
            otherwise="the manifest's file name",
            description="Names the job and its output folder.",
        ),
        "title": Field(kind=LINE, otherwise="from the documents", description="The title of the book."),
        "author": Field(kind=LINE, otherwise="from the documents", description="Who wrote it."),
        "language": Field(
            kind=Text(
                words="a language tag such as en or en-GB",
                form=re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"),
                types=("string",),
            ),
            otherwise="from the documents",
            description="The language that the texts are in.",
        ),
        "narrator": Field(
            kind=LINE, otherwise="the voices' names", description="Who reads it, as audiobooks name them."
        ),
        "year": Field(
            kind=Text(
                words="a year such as 1865",
                form=re.compile(r"[1-9][0-9]{3}"),
                types=("string", "integer"),
                integers=(1000, 9999),
            ),
            otherwise="from the documents",
            description="The year of publication, for audiobooks.",
        ),
        "description": Field(
            kind=Text(words="text", form=MANY_LINES),
            otherwise="from the documents",
            description="What the book is about, for audiobooks.",
        ),
        "cover": Field(
            kind=CoverImage(),
            otherwise="from the documents",
            description="The image on the cover; relative to the manifest.",
        ),
    },
)

ENGINE = Record(
    title="a mapping with price, currency and settings",
    make=write_engine,
    place=mark,
    fields={
        "price": Field(
            kind=Number(least=0, most=100_000),
            otherwise="not known",
            description="What it takes for 1000 characters; for estimates and records.",
        ),
        "currency": Field(kind=LINE, default="USD", description="The currency of the price."),
        "settings": Field(
            kind=Settings(),
            default={},
            otherwise="none",
            description="What the engine is opened with; docs/engines.md lists what each engine knows.",
        ),
    },
)

VOICE = Record(
    title="a mapping that describes a voice",
    make=WrittenVoice,
    place=mark_and_name,
    short="voice",
    fields={
        "engine": Field(kind=LINE, default="hibari", description="The engine that speaks."),
        "voice": Field(kind=LINE, required=True, description="The engine's name for the voice."),
        "speed": Field(
            kind=SPEED, otherwise="`defaults.speed`", description="How fast it speaks; 1 is its own pace."
        ),
        "seed": Field(
            kind=SEED,
            otherwise="`defaults.seed`",
            description="Chooses among an engine's renderings of one text.",
        ),
        "settings": Field(
            kind=Settings(),
            default={},
            otherwise="none",
            description="What else the engine is told; docs/engines.md lists what each engine knows.",
        ),
    },
)

DEFAULTS = Record(
    title="a mapping of defaults",
    make=Defaults,
    fields={
        "voice": Field(
            kind=VoiceName(), otherwise="the first voice", description="Reads what names no voice."
        ),
        "speed": Field(kind=SPEED, default=1.0, description="The speed of voices that give none."),
        "seed": Field(kind=SEED, default=0, description="The seed of voices that give none."),
        "format": Field(
            kind=Choice(options=("wav",)), default="wav", description="The format of the chapters."
        ),
    },
)

LIMITS = Record(
    title="a mapping of limits",
    make=Limits,
    fields={
        "max_chars": Field(
            kind=Whole(least=1, most=100_000),
            default=500,
            into="max_characters",
            description="How many characters one segment may have; longer sentences are split.",
        ),
        "max_seconds": Field(
            kind=Number(least=0, most=3600, open=True),
            otherwise="none",
            description="For how long one segment may speak; what takes longer is split.",
        ),
        "unspeakable": Field(
            kind=Choice(options=("refuse", "leave_out")),
            default="refuse",
            description="Whether text that an engine cannot speak stops the job at once, or is left out.",
        ),
    },
)

PAUSES = Record(
    title="a mapping of pauses in seconds",
    make=Pauses,
    fields={
        "segment": Field(kind=PAUSE, default=0.35, description="Between two segments of a paragraph."),
        "paragraph": Field(kind=PAUSE, default=0.7, description="After a paragraph."),
        "scene_break": Field(kind=PAUSE, default=1.6, description="At a scene break."),
        "heading": Field(kind=PAUSE, default=1.2, description="After a heading."),
        "chapter_head": Field(kind=PAUSE, default=0.75, description="Before the first word of a chapter."),
        "chapter_tail": Field(kind=PAUSE, default=2.0, description="After the last word of a chapter."),
        "margin": Field(
            kind=Number(least=0, most=1),
            default=0.1,
            description="How much of an engine's own silence is kept before and after speech; the rest is trimmed.",
        ),
        "fade": Field(
            kind=Number(least=0, most=0.1),
            default=0.01,
            description="How long the outermost of that silence passes into room tone; 0 cuts hard.",
        ),
    },
)

RENDER = Record(
    title="a mapping that says how to render",
    make=Rendering,
    fields={
        "concurrency": Field(
            kind=Whole(least=1, most=1024),
            otherwise="what suits the engine",
            description="How many segments are rendered at once.",
        ),
        "attempts": Field(
            kind=Whole(least=1, most=20),
            default=6,
            description="How often an engine is asked for one segment before it is given up.",
        ),
        "timeout": Field(
            kind=Duration(most=7 * 24 * 3600),
            default=300.0,
            into="timeout_seconds",
            description="How long one attempt may take.",
        ),
        "patience": Field(
            kind=Duration(most=7 * 24 * 3600),
            default=300.0,
            into="patience_seconds",
            description="How long a remote engine may answer nobody before the run stops.",
        ),
    },
)

LENGTH = Record(
    title="a mapping that says how speech is made to last as long as asked",
    make=write_lengths,
    fields={
        "policy": Field(
            kind=LENGTH_POLICY,
            default="fail",
            description="Whether what would have to be stretched by more fails, is stretched as far as allowed, or is "
            "kept as it was spoken.",
        ),
        "least_stretch": Field(
            kind=Number(least=0.25, most=1),
            default=0.6,
            description="The least that its time may be multiplied by.",
        ),
        "most_stretch": Field(
            kind=Number(least=1, most=4),
            default=1.6,
            description="The most that its time may be multiplied by.",
        ),
    },
)

ROOM_TONE = Record(
    title="a mapping with level_dbfs and seed",
    make=RoomTone,
    fields={
        "level_dbfs": Field(
            kind=Number(least=-90, most=-20), default=-70.0, description="Its level as RMS in dBFS."
        ),
        "seed": Field(kind=SEED, default=1, description="Chooses the noise."),
    },
)

OUTPUT = Record(
    title="a mapping that says where the output goes",
    make=Destination,
    place=check_local,
    fields={
        "dir": Field(
            kind=Place(),
            otherwise="`out/NAME`, after the job",
            into="place",
            description="The output folder; a path is relative to the manifest, an address needs `batchtts[remote]`.",
        ),
        "local": Field(
            kind=Text(words="the path of a folder"),
            otherwise="one in the user's cache",
            description="Where the output is worked on if `dir` is an address; relative to the manifest.",
        ),
        "chapters": Field(
            kind=Switch(),
            default=True,
            otherwise="`true`",
            description="Whether chapters are stitched; datasets are made without.",
        ),
        "room_tone": Field(
            kind=Switchable(record=ROOM_TONE, off=RoomTone(level_dbfs=None)),
            default=ROOM_TONE.absent(),
            otherwise="as below",
            description="The quiet noise that fills pauses; `off` stands for digital silence.",
        ),
        "audiobook": Field(
            kind=ListOf(item=Choice(options=AUDIOBOOK_FORMATS)),
            default=(),
            otherwise="none",
            description="The formats in which the whole book is delivered; docs/audiobook.md tells of each.",
        ),
        "master": Field(
            kind=Choice(options=MASTERS),
            default="none",
            description="The specification that deliveries are mastered to.",
        ),
    },
)

MANIFEST = Record(
    title="a mapping with documents",
    make=Manifest,
    fields={
        "job": Field(
            kind=HEADER, default=HEADER.absent(), description="What the job is called, and the book."
        ),
        "engines": Field(
            kind=MapOf(item=ENGINE, name=Text(words="the name of an engine")),
            default={},
            otherwise="none",
            description="What engines cost, and how they are opened.",
        ),
        "voices": Field(
            kind=Voices(voices=MapOf(item=VOICE, name=Text(words="a name of one line"))),
            default={},
            otherwise="`narrator`: hibari's `heart`",
            description="Names for voices of engines; a text is short for a voice of hibari.",
        ),
        "defaults": Field(
            kind=DEFAULTS, default=DEFAULTS.absent(), description="What holds unless said otherwise."
        ),
        "limits": Field(kind=LIMITS, default=LIMITS.absent(), description="How long one segment may be."),
        "length": Field(
            kind=LENGTH,
            default=LENGTH.absent(),
            into="lengths",
            description="How speech is made to last as long as asked.",
        ),
        "pauses": Field(
            kind=PAUSES, default=PAUSES.absent(), description="How long silence lasts, from word to word."
        ),
        "render": Field(kind=RENDER, default=RENDER.absent(), description="How hard to try."),
        "documents": Field(
            kind=ListOf(item=DOCUMENT),
            required=True,
            description="What is read, in order; a text is short for a path.",
        ),
        "chapters": Field(
            kind=Chapters(),
            default=Selection(),
            otherwise="all that is read aloud",
            description="Which chapters are wanted, counted over all documents.",
        ),
        "output": Field(kind=OUTPUT, default=OUTPUT.absent(), description="Where the output goes."),
        "exports": Field(
            kind=ListOf(item=EXPORT),
            default=(),
            otherwise="none",
            description="What `batchtts export` writes; a text is short for a format.",
        ),
        "dataset": Field(
            kind=DATASET, default=DATASET.absent(), description="How datasets are made of the segments."
        ),
    },
)
