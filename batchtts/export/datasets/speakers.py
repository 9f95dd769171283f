"""`speakers.json`: who speaks in a dataset, with the numbers that stand for them in it."""

import json

from batchtts.export.corpus import Corpus
from batchtts.export.statistics.gathering import Share, Statistics

SPEAKERS = "speakers.json"


def speakers(corpus: Corpus, statistics: Statistics) -> bytes:
    """Return the file; whether a voice is that of a real person, no engine tells."""
    listed = []
    for speaker in corpus.speakers:
        share = statistics.speakers.get(speaker.id, Share())
        listed.append(
            {
                "id": speaker.id,
                "number": speaker.number,
                "voice": speaker.voice,
                "engine": speaker.engine,
                "gender": speaker.gender,
                "language": corpus.language,
                "synthetic": True,
                "based_on_real_person": "unknown",
                "rows": share.rows,
                "hours": round(share.seconds / 3600, 6),
            }
        )
    return json.dumps(listed, ensure_ascii=False, indent=1).encode() + b"\n"
