"""What is known of a row of a dataset: names, units, and what they mean.  docs/datasets.md has the same table."""

from enum import StrEnum
from typing import NamedTuple

COLUMN = "extra."
"""What the name of a column that was carried through from a table begins with."""


class ValueKind(StrEnum):
    """What a value is."""

    NUMBER = "number"
    TEXT = "text"


class Value(NamedTuple):
    """A value of a row; `unit` is empty where it is counted, or a text."""

    name: str
    unit: str
    description: str
    kind: ValueKind = ValueKind.NUMBER


def _text(name: str, description: str) -> Value:
    return Value(name, "", description, ValueKind.TEXT)


MEASURED = (
    Value("seconds", "s", "how long it lasts"),
    Value("characters", "", "the characters of its text"),
    Value("words", "", "the words of its text: what stands between spaces and has a letter or a digit in it"),
    Value("phones", "", "the phonemes that are spoken, where the alignment knows phonemes"),
    Value("chars_per_second", "1/s", "characters of the text by seconds from its first word to its last"),
    Value("phones_per_second", "1/s", "phonemes by seconds from the first word to the last"),
    Value("words_aligned", "", "which share of its words has a time, where the alignment knows words"),
    Value("lead_silence", "s", "the silence before all sound"),
    Value("tail_silence", "s", "the silence after all sound"),
    Value("inner_silence", "s", "the longest silence where the alignment says that a word is spoken"),
    Value("longest_pause", "s", "the longest pause between two words, by the alignment"),
    Value("rms_dbfs", "dBFS", "how loud it is on the whole"),
    Value("peak_dbfs", "dBFS", "its loudest sample"),
    Value("dc_offset", "", "the mean of all samples, as a share of full scale"),
    Value("clipped", "", "the samples in runs of three or more at full scale"),
    Value("length_requested", "s", "how long it was asked to last, if it was"),
    Value("length_error", "", "by which share of that it lasts longer, or shorter if it is negative"),
)
"""The values that are measured of each row, and published with it: they follow from its own text and recording."""

COMPARED = (
    Value(
        "chars_per_second_mads",
        "MAD",
        "how far its rate, at speed 1, is from the median of its voice, in median absolute deviations",
    ),
    Value("copies", "", "how many rows before it have the very same sound"),
)
"""What can be asked of a row and follows from others as well.

It is not published: if it were, to change one text would change all rows of its voice.
"""

TOLD = (
    Value("flags", "", "how many flags it has"),
    Value("speed", "", "how fast it was asked to be spoken"),
    Value("seed", "", "its seed"),
    Value("chapter_number", "", "the number of its chapter, from 1"),
    _text("id", "its id"),
    _text("text", "its text"),
    _text("split", "the part of the dataset that it is in"),
    _text("speaker", "who speaks: the name of a voice of the manifest"),
    _text("voice", "the engine's voice"),
    _text("engine", "the engine"),
    _text("document", "the name of the document that it comes from"),
    _text("chapter", "the title of its chapter"),
)
"""What else can be asked of a row."""

VALUES = {value.name: value for value in (*MEASURED, *COMPARED, *TOLD)}
