"""Texts as formats can hold them that know neither quoting nor escapes; each change is listed."""

from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance

_KALDI_SYMBOLS = {"<s>": "‹s›", "</s>": "‹/s›", "<eps>": "‹eps›", "#0": "＃0"}


def plain_fields(utterance: Utterance, folder: ExportFolder) -> tuple[str, str]:
    """Return text and normalized text without bars, line feeds, tabs and straight quotes."""
    return (
        _plain(utterance, "text", utterance.text, folder),
        _plain(utterance, "normalized", utterance.normalized, folder),
    )


def one_line(utterance: Utterance, folder: ExportFolder) -> str:
    """Return the normalized text in one line."""
    text = utterance.normalized
    return _listed(utterance, "normalized", text, " ".join(text.split()), "white space", folder)


def bare_words(utterance: Utterance, folder: ExportFolder) -> str:
    """Return the text as words parted by single spaces, none of which is a symbol of Kaldi's own."""
    words = (_KALDI_SYMBOLS.get(word, word) for word in utterance.text.split())
    why = "white space, and symbols that Kaldi has for itself"
    return _listed(utterance, "text", utterance.text, " ".join(words), why, folder)


def _plain(utterance: Utterance, field: str, text: str, folder: ExportFolder) -> str:
    after = curly_quotes(" ".join(text.replace("|", " ").split()))
    return _listed(utterance, field, text, after, "bars, straight quotes and white space", folder)


def _listed(utterance: Utterance, field: str, before: str, after: str, why: str, folder: ExportFolder) -> str:
    if after != before:
        folder.note_change(utterance.id, field=field, before=before, after=after, why=why)
    return after


def curly_quotes(text: str) -> str:
    """Return a text whose straight double quotes have become opening and closing ones, by what is before them."""
    found: list[str] = []
    for index, character in enumerate(text):
        if character != '"':
            found.append(character)
        else:
            opens = index == 0 or text[index - 1].isspace() or text[index - 1] in "([{—–-“‘'"
            found.append("“" if opens else "”")
    return "".join(found)


def plain_lines(utterance: Utterance, folder: ExportFolder) -> tuple[str, str]:
    """Return text and normalized text, each in one line without tabs."""
    text = _listed(utterance, "text", utterance.text, " ".join(utterance.text.split()), "white space", folder)
    return text, one_line(utterance, folder)
