"""The text of a segment as it was spoken."""

from batchtts.alignment import Alignment


def normalized(text: str, alignment: Alignment) -> str:
    """Return a text with what was said in the place of what is written, where the engine tells of a difference."""
    parts: list[str] = []
    position = 0
    for item in alignment.items:
        if item.spoken is not None and item.char[0] >= position:
            parts += [text[position : item.char[0]], item.spoken]
            position = item.char[1]
    return "".join([*parts, text[position:]])
