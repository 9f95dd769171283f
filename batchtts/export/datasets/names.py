"""Names of speakers as paths and fields can have them that know nothing but letters and digits."""

import re
from collections.abc import Sequence

from batchtts.export.utterance import Speaker

_OTHERS = re.compile(r"[^A-Za-z0-9]+")


def plain_names(speakers: Sequence[Speaker]) -> dict[str, str]:
    """Return by id what speakers are called in letters and digits alone; no two are called the same."""
    names: dict[str, str] = {}
    for speaker in speakers:
        name = _OTHERS.sub("", speaker.id) or f"speaker{speaker.number}"
        names[speaker.id] = f"{name}x{speaker.number}" if name in names.values() else name
    return names
