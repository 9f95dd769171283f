"""Texts as formats can hold them that know neither quoting nor escapes; each change is listed."""

import re

from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance

NOTHING = "…"
"""What stands where nothing of a text is left: some readers fail on an empty field, others train on it."""

# The validator of Kaldi looks for its symbols also between other signs, as `grep -w` does.
_OF_KALDI = re.compile(r"(?<!\w)(?:</?s>|<eps>|#0)(?!\w)", re.ASCII)
_LIKE_KALDIS = str.maketrans({"<": "‹", ">": "›", "#": "＃"})
_BRACKETS = str.maketrans(dict.fromkeys("<>[]{}()＜＞", " "))
_OPENING = re.compile(r'(?<![^\s(\[{—–\-“‘\'])"')


def plain_fields(utterance: Utterance, folder: ExportFolder) -> tuple[str, str]:
    """Return text and normalized text without bars, line feeds, tabs and straight quotes."""
    return (
        _plain(utterance, "text", utterance.text, folder),
        _plain(utterance, "normalized", utterance.normalized, folder),
    )


def plain_lines(utterance: Utterance, folder: ExportFolder) -> tuple[str, str]:
    """Return text and normalized text, each in one line without tabs."""
    text = _listed(utterance, "text", utterance.text, utterance.text, "white space", folder)
    return text, one_line(utterance, folder)


def one_line(utterance: Utterance, folder: ExportFolder) -> str:
    """Return the normalized text in one line."""
    text = utterance.normalized
    return _listed(utterance, "normalized", text, text, "white space", folder)


def bare_words(utterance: Utterance, folder: ExportFolder) -> str:
    """Return the text as words parted by single spaces, without symbols of Kaldi's own."""
    after = _OF_KALDI.sub(lambda found: found.group().translate(_LIKE_KALDIS), utterance.text)
    why = "white space, and symbols that Kaldi has for itself"
    return _listed(utterance, "text", utterance.text, after, why, folder)


def unbracketed(utterance: Utterance, folder: ExportFolder) -> str:
    """Return the normalized text in one line without brackets: the aligner takes what is in them for one noise."""
    text = utterance.normalized
    return _listed(
        utterance, "normalized", text, text.translate(_BRACKETS), "white space and brackets", folder
    )


def curly_quotes(text: str) -> str:
    """Return a text whose straight double quotes have become opening and closing ones, by what is before them."""
    return _OPENING.sub("“", text).replace('"', "”")


def _plain(utterance: Utterance, field: str, text: str, folder: ExportFolder) -> str:
    after = curly_quotes(" ".join(text.replace("|", " ").split()))
    return _listed(utterance, field, text, after, "bars, straight quotes and white space", folder)


def _listed(
    utterance: Utterance,
    field: str,
    before: str,
    after: str,
    why: str,
    folder: ExportFolder,
) -> str:
    """Return a text in one line, whose words are parted by single spaces; list it if it is not as it was."""
    after = " ".join(after.split()) or NOTHING
    if after != before:
        folder.note_change(utterance.id, field=field, before=before, after=after, why=why)
    return after
