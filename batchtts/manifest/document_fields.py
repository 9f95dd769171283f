"""The fields of an entry under `documents`, and of what it holds: segments, and how those of subtitles are fitted in."""

import re

from batchtts.job import TABLE_FORMS, Selection, Source
from batchtts.manifest.kinds import MANY_LINES, Choice, Duration, Number, Switch, Text, Whole
from batchtts.manifest.selection import Chapters
from batchtts.manifest.structures import Field, ListOf, Record
from batchtts.manifest.table_fields import COLUMNS
from batchtts.manifest.terms import LENGTH_POLICY, LINE, SEED, SPEED, mark, mark_and_folder
from batchtts.manifest.voices import VoiceName, VoiceNames
from batchtts.manifest.written import write_fit, write_segment

SEGMENT = Record(
    title="a mapping with a text",
    make=write_segment,
    place=mark,
    short="text",
    fields={
        "text": Field(
            kind=Text(words="text", form=MANY_LINES),
            required=True,
            description="What is spoken, as one segment, never split.",
        ),
        "id": Field(
            kind=Text(
                words="at most 100 letters, digits, - and _, beginning with a letter or digit",
                form=re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
                types=("string", "integer", "boolean"),
            ),
            otherwise="after its chapter and its place in it",
            into="name",
            description="Its name in all that is written; no two segments of a job may share one.",
        ),
        "voice": Field(kind=VoiceName(), otherwise="the document's", description="Who speaks it."),
        "speed": Field(kind=SPEED, otherwise="the voice's", description="How fast it is spoken."),
        "seed": Field(kind=SEED, otherwise="the voice's", description="Its seed."),
        "length": Field(
            kind=Number(least=0, most=300, open=True),
            otherwise="as long as it takes",
            into="length_seconds",
            description="How many seconds it shall last.",
        ),
        "length_policy": Field(
            kind=LENGTH_POLICY,
            otherwise="`length.policy`",
            description="What becomes of it if it cannot last as long.",
        ),
    },
)

FIT = Record(
    title="a mapping that says how speech is fitted into the slots of subtitles",
    make=write_fit,
    fields={
        "policy": Field(
            kind=Choice(options=("shrink", "exact", "natural")),
            default="shrink",
            description="Whether what is too long is made to fit, or everything, or nothing.",
        ),
        "on_miss": Field(
            kind=LENGTH_POLICY,
            default="best",
            description="What becomes of speech that would have to be stretched too far: as near as may be, none, or as spoken.",
        ),
        "tolerance": Field(
            kind=Number(least=0, most=5),
            default=0.05,
            into="tolerance_seconds",
            description="By how many seconds speech may miss its slot before that counts as a miss.",
        ),
        "use_following_silence": Field(
            kind=Switch(),
            default=True,
            otherwise="`true`",
            description="Whether speech may go on after its slot until the next cue begins.",
        ),
        "length": Field(
            kind=Duration(most=24 * 3600),
            otherwise="up to the end of the last cue",
            into="length_seconds",
            description="How long the track is; that of the film, say.",
        ),
        "speaker_lines": Field(
            kind=Switch(),
            default=False,
            otherwise="`false`",
            description="Whether `NAME:` in capitals at the beginning of a line says who speaks it.",
        ),
        "keep_original_audio": Field(
            kind=Switch(),
            default=True,
            otherwise="`true`",
            description="Whether a film that the track is put into keeps its own sound, as a second track.",
        ),
    },
)

DOCUMENT = Record(
    title="a mapping with a path, a text or segments",
    make=Source,
    place=mark_and_folder,
    short="path",
    one_of=("path", "text", "segments"),
    never_both=("voice", "voices"),
    fields={
        "path": Field(
            kind=Text(words="a path or a glob"),
            into="pattern",
            description="A file, or a glob such as `chapters/*.md`; relative to the manifest.",
        ),
        "text": Field(kind=Text(words="text", form=MANY_LINES), description="The text itself, as Markdown."),
        "segments": Field(
            kind=ListOf(item=SEGMENT), default=(), description="Segments, written out one by one."
        ),
        "title": Field(
            kind=LINE,
            otherwise="from the document",
            description="The title, unless a glob names several files.",
        ),
        "voice": Field(kind=VoiceName(), otherwise="`defaults.voice`", description="Who reads it."),
        "voices": Field(
            kind=VoiceNames(),
            default=(),
            otherwise="one",
            description="Who reads it, each of them all of it.",
        ),
        "takes": Field(
            kind=Whole(least=1, most=1000),
            default=1,
            description="How often each of them reads it, with one seed after the other.",
        ),
        "chapters": Field(
            kind=Chapters(),
            default=Selection(),
            otherwise="all that is read aloud",
            description="Which of its chapters are wanted; numbers count what is read aloud.",
        ),
        "fit": Field(
            kind=FIT, otherwise="as below", description="How speech is fitted into the slots of subtitles."
        ),
        "table": Field(
            kind=Choice(options=TABLE_FORMS),
            otherwise="what its name ends in",
            description="How the rows of a table stand in the file.",
        ),
        "columns": Field(
            kind=COLUMNS,
            otherwise="those called text, id, voice …",
            description="Which columns of a table say what.",
        ),
    },
)
