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
from batchtts.export.rows.leakage import Leakage
from batchtts.job import Dataset, Scalar

SCHEMA = "batchtts.export/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What came of the plan: all that was planned is exported, or left out for a reason."""

    planned: int
    exported: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    changed_texts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What came of dividing the rows of a dataset; `splits` has the numbers of each part, by name."""

    splits: Mapping[str, Mapping[str, object]]
    leakage: Leakage


def statement(
    form: Format, options: Mapping[str, Scalar], corpus: Corpus, counts: Counts, rows: Rows | None = None
) -> bytes:
    """Return the file; `rows` are told of in datasets."""
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
        **({} if rows is None else _of_rows(rows, corpus.dataset)),
    }
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


def _of_rows(rows: Rows, dataset: Dataset) -> Mapping[str, object]:
    return {
        "splits": {name: dict(part) for name, part in rows.splits.items()},
        "divided": asdict(dataset.splits),
        "leakage": {
            f"{what}_in_more_than_one_split": number for what, number in asdict(rows.leakage).items()
        },
        "kept": None if dataset.keep is None else str(dataset.keep),
        "sample_rate": dataset.sample_rate,
        "trim_seconds": dataset.trim_seconds,
    }
