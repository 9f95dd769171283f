"""`batchtts.statistics/1`: the numbers of a dataset, in `stats.json`."""

import json

from batchtts import __version__
from batchtts.export.corpus import Corpus
from batchtts.export.statistics.gathering import Statistics, ordered

SCHEMA = "batchtts.statistics/1"
STATISTICS = "stats.json"


def form(statistics: Statistics, corpus: Corpus) -> bytes:
    """Return the file; nothing in it depends on the time of day or on the machine."""
    phones = dict(sorted(statistics.phones.items()))
    n_possible = (len(phones) + 1) ** 2 - 1 if phones else 0
    record = {
        "schema": SCHEMA,
        "title": corpus.title,
        "made_by": f"batchtts {__version__}",
        "engines": [
            {"name": name, "version": version, "identity": identity}
            for name, version, identity in corpus.engines
        ],
        "whole": statistics.whole.form(),
        "speakers": {name: share.form() for name, share in sorted(statistics.speakers.items())},
        "splits": {name: share.form() for name, share in ordered(statistics.splits)},
        "values": {name: each.form() for name, each in sorted(statistics.values.items())},
        "word_seconds": statistics.word_seconds.form(),
        "phone_seconds": statistics.phone_seconds.form(),
        "flags": dict(sorted(statistics.flags.items())),
        "rejected": dict(sorted(statistics.rejects.items())),
        "characters": dict(sorted(statistics.characters.items())),
        "phones": phones,
        "diphones": {
            "found": len(statistics.diphones),
            "possible": n_possible,
            "counts": {" ".join(pair): n for pair, n in sorted(statistics.diphones.items())},
        },
        "outliers": [
            {
                "id": each.utterance.id,
                "measure": each.measure,
                "value": each.value,
                "text": each.utterance.text,
            }
            for each in statistics.outliers()
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"
