"""`batchtts.export/1`: what an export says of itself, in `export.json`.

Its JSON Schema lies in `batchtts/schemas`.  Nothing in it depends on the time of day or on the machine.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from batchtts import __version__
from batchtts.export.corpus import Corpus
from batchtts.export.folder import SUMS
from batchtts.export.formats import Format
from batchtts.job import Scalar

STATEMENT = "export.json"
SCHEMA = "batchtts.export/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What came of the plan: all that was planned is exported, or left out for a reason."""

    planned: int
    exported: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    changed_texts: int = 0


def statement(form: Format, options: Mapping[str, Scalar], corpus: Corpus, counts: Counts) -> bytes:
    """Return the file."""
    record = {
        "schema": SCHEMA,
        "format": form.name,
        "material": str(form.material),
        "options": dict(options),
        "made_by": f"batchtts {__version__}",
        "job": corpus.name,
        "title": corpus.title,
        "language": corpus.language,
        "level": None if corpus.level is None else str(corpus.level),
        "counts": {**asdict(counts), "rejected": dict(sorted(counts.rejected.items()))},
        "audio": corpus.dataset.audio,
        "licences": asdict(corpus.dataset.licences),
        "synthetic": corpus.synthetic,
        "engines": [
            {"name": name, "version": version, "identity": identity}
            for name, version, identity in corpus.engines
        ],
        "documents": dict(sorted(corpus.documents.items())),
        "sums": SUMS,
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"
