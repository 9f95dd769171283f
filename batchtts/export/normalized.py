"""The text of a segment as it was spoken."""

from batchtts.alignment import Alignment


def normalized(text: str, alignment: Alignment) -> str:
    """Return a text with what was said in the place of what is written, where the engine tells of a difference.

    The full stop of an abbreviation goes with it, but not one that ends the text: `St. Orrin` becomes `Saint
    Orrin`.
    """
    parts: list[str] = []
    position = 0
    for item in alignment.items:
        if item.spoken is not None and item.char[0] >= position:
            parts += [text[position : item.char[0]], item.spoken]
            position = item.char[1]
            if text.startswith(".", position) and any(map(str.isalnum, text[position:])):
                position += 1
    return "".join([*parts, text[position:]])
