"""Texts as the formats can hold them whose fields are parted by bars and whose rows by line feeds."""

from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance


def plain_fields(utterance: Utterance, folder: ExportFolder) -> tuple[str, str]:
    """Return text and normalized text without bars, line feeds, tabs and straight quotes; changes are listed."""
    return (
        _plain(utterance.id, "text", utterance.text, folder),
        _plain(utterance.id, "normalized", utterance.normalized, folder),
    )


def _plain(id_: str, field: str, text: str, folder: ExportFolder) -> str:
    after = curly_quotes(" ".join(text.replace("|", " ").split()))
    if after != text:
        folder.note_change(id_, field=field, before=text, after=after, why="bars, straight quotes and spaces")
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
