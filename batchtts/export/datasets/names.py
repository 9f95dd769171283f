"""Names of speakers as paths and fields can have them that know nothing but letters and digits."""

import re
import unicodedata
from collections.abc import Sequence

from batchtts.export.utterance import Speaker

_OTHERS = re.compile(r"[^A-Za-z0-9]+")


def plain_names(speakers: Sequence[Speaker]) -> dict[str, str]:
    """Return by id what speakers are called in letters and digits alone, without accents.

    No two are alike, also where small letters and capitals are the same.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for speaker in speakers:
        name = _OTHERS.sub("", unicodedata.normalize("NFKD", speaker.id)) or f"speaker{speaker.number}"
        while name.lower() in taken:
            name += f"x{speaker.number}"
        taken.add(name.lower())
        names[speaker.id] = name
    return names
