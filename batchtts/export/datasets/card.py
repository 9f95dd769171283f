"""`README.md`: the card of a dataset, with the front matter that hubs read.

The keys are those of the dataset cards of Hugging Face ("Dataset Cards", huggingface.co/docs/hub).  What is not known is said to be
unknown: a licence that nobody gave is none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from batchtts import __version__
from batchtts.export.corpus import Corpus
from batchtts.export.datasets.notes import NOTES
from batchtts.export.datasets.rows import types
from batchtts.export.formats import Format
from batchtts.export.rows.leakage import Leakage
from batchtts.export.statistics.form import form as numbers
from batchtts.export.statistics.gathering import Share, Statistics, ordered
from batchtts.export.utterance import SPLITS

CARD = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_FILES = {
    "parquet": "data/{split}-*",
    "audiofolder": "{split}/**",
    "webdataset": "{split}-*.tar",
}
"""Where the rows of a split are, in formats that hubs read."""

_LOADED = {
    "parquet": 'import datasets\n\nrows = datasets.load_dataset("PATH")',
    "audiofolder": 'import datasets\n\nrows = datasets.load_dataset("PATH")',
    "webdataset": (
        "from glob import glob\n\nimport webdataset\n\n"
        'rows = webdataset.WebDataset(sorted(glob("PATH/train-*.tar")), shardshuffle=False)'
    ),
    "lhotse": (
        "from lhotse import CutSet\n\n"
        'cuts = CutSet.from_file("PATH/{name}_cuts_train.jsonl.gz").with_recording_path_prefix("PATH")'
    ),
    "shar": 'from lhotse import CutSet\n\ncuts = CutSet.from_shar(in_dir="PATH/train")',
    "croissant": 'import mlcroissant\n\nrows = mlcroissant.Dataset("PATH/croissant.json").records("segments")',
}
"""How a format is loaded in Python, where its readers have one way."""


def card(form: Format, corpus: Corpus, statistics: Statistics, leakage: Leakage) -> bytes:
    """Return the file."""
    body = "".join(_body(form, corpus, statistics, leakage))
    # Whatever becomes of a row shows in the hashes of documents, the settings or the statistics.
    identity = sha256(body.encode() + numbers(statistics, corpus)).hexdigest()
    front = "".join((*_front(corpus, statistics), *_data(form, corpus, statistics, identity)))
    return f"---\n{front}---\n\n{body}".encode()


def _front(corpus: Corpus, statistics: Statistics) -> Iterator[str]:
    n_rows = statistics.whole.rows
    size = next((name for most, name in _SIZES if n_rows < most), "1M<n<10M")
    licences = dict.fromkeys(
        licence.lower() for licence in asdict(corpus.dataset.licences).values() if licence is not None
    )
    yield _line("pretty_name", corpus.title)
    yield _listed("language", [corpus.language.partition("-")[0].lower()])
    yield _listed("license", list(licences) or ["unknown"])
    yield _listed("task_categories", ["text-to-speech", "automatic-speech-recognition"])
    yield _listed("annotations_creators", ["machine-generated"])
    yield _listed("language_creators", ["found"])
    yield _listed("multilinguality", ["monolingual"])
    yield _listed("source_datasets", ["original"])
    yield _listed("size_categories", [size])
    yield _listed("tags", ["audio", "speech", "synthetic", "aligned", "batchtts"])


def _data(form: Format, corpus: Corpus, statistics: Statistics, identity: str) -> Iterator[str]:
    """Yield where the rows are, for formats that hubs read.

    `datasets` keeps what it has loaded under the name of the folder and a hash of what is said here.  Two folders of one name
    would be one set to it, and so would a folder before and after it is written anew, if nothing here told them apart.
    """
    if form.name not in _FILES:
        return
    yield f"configs:\n- config_name: default\n  description: {json.dumps(identity)}\n  data_files:\n"
    for split in (split for split in SPLITS if split in statistics.splits):
        path = _FILES[form.name].format(split=split)
        yield f"  - split: {split}\n    path: {json.dumps(path)}\n"
    if form.name == "webdataset":
        yield from _features(corpus)


def _features(corpus: Corpus) -> Iterator[str]:
    """Yield the types of all fields, which `datasets` would take from the first five rows else."""
    fields = {corpus.dataset.audio: "audio", "json": types(corpus.extra), "txt": "string"}
    yield "dataset_info:\n  features:\n"
    for name, kind in (fields | {"__key__": "string", "__url__": "string"}).items():
        yield from _feature(name, kind, "  ")


def _feature(name: str, kind: Any, indent: str) -> Iterator[str]:
    yield f"{indent}- name: {json.dumps(name, ensure_ascii=False)}\n"
    fields = kind[0] if isinstance(kind, list) else kind
    if isinstance(fields, str):
        yield f"{indent}  {'sequence' if isinstance(kind, list) else 'dtype'}: {fields}\n"
        return
    yield f"{indent}  {'list' if isinstance(kind, list) else 'struct'}:\n"
    for each, own in fields.items():
        yield from _feature(each, own, f"{indent}  ")


def _line(name: str, value: str) -> str:
    return f"{name}: {json.dumps(value, ensure_ascii=False)}\n"


def _listed(name: str, values: Iterable[str]) -> str:
    entries = "".join(f"- {json.dumps(value, ensure_ascii=False)}\n" for value in values)
    return f"{name}:\n{entries}"


def _body(form: Format, corpus: Corpus, statistics: Statistics, leakage: Leakage) -> Iterator[str]:
    whole = statistics.whole
    yield f"# {corpus.title}\n\n"
    if corpus.metadata.description:
        yield f"{' '.join(corpus.metadata.description.split())}\n\n"
    yield f"**{corpus.synthetic}** No person spoke any of it.\n\n"
    yield (
        f"{whole.rows:,} rows, {whole.seconds / 3600:.2f} hours, {whole.words:,} words, in {form.name}: {form.description}.\n\n"
    )
    yield _shares("Split", statistics.splits) + _shares("Speaker", statistics.speakers)
    yield _loading(form, corpus)
    yield _boundaries(corpus)
    yield _left_out(corpus, statistics)
    yield _divided(corpus, leakage)
    yield _licences(corpus)
    yield _origin(corpus)


def _shares(title: str, shares: Mapping[str, Share]) -> str:
    rows = "".join(
        f"| {name} | {share.rows:,} | {share.seconds / 3600:.3f} | {share.words:,} |\n"
        for name, share in ordered(shares)
    )
    return f"| {title} | Rows | Hours | Words |\n| --- | ---: | ---: | ---: |\n{rows}\n"


def _loading(form: Format, corpus: Corpus) -> str:
    parts = []
    if form.name in _LOADED:
        parts.append(f"```python\n{_LOADED[form.name].format(name=corpus.name)}\n```\n\n")
    if form.name in NOTES:
        parts.append(f"{NOTES[form.name]}\n\n")
    return "".join(["## Loading\n\n", *parts]) if parts else ""


def _boundaries(corpus: Corpus) -> str:
    known = {
        "phoneme": "words and phonemes are",
        "word": "words are",
        "segment": "whole rows only are",
    }
    return (
        "## Boundaries\n\n"
        f"The times of {known[str(corpus.level or 'segment')]} known, in samples of the recordings. "
        "`alignment.jsonl` has them for every row, whatever the format itself can hold, and says who tells them: its `origin` is the "
        "`engine` that spoke, an `aligner`, or `estimated`, which is a guess. "
        "They hold for the recordings as they are: trimming them moves all times.\n\n"
    )


def _left_out(corpus: Corpus, statistics: Statistics) -> str:
    keep = f"Rows were kept where `{corpus.dataset.keep}`. " if corpus.dataset.keep else ""
    reasons = "".join(f"- {n:,}: {reason}\n" for reason, n in sorted(statistics.rejects.items()))
    told = (
        f"`rejected.jsonl` lists them with their values.\n\n{reasons}"
        if reasons
        else "Nothing was left out.\n"
    )
    flags = "".join(f"- {n:,}: {flag}\n" for flag, n in sorted(statistics.flags.items()))
    flagged = f"\nKept, though a check has flagged them:\n\n{flags}" if flags else ""
    return f"## What was left out\n\n{keep}{told}{flagged}\n"


def _divided(corpus: Corpus, leakage: Leakage) -> str:
    splits = corpus.dataset.splits
    return (
        "## Splits\n\n"
        f"Rows are divided by the hash of their {splits.by}: {splits.validation:.1%} validate and {splits.test:.1%} test, as far "
        "as their source does not say it itself. More rows move none of these.\n\n"
        f"In more than one split are {leakage.texts:,} texts, {leakage.sounds:,} recordings and {leakage.speakers:,} speakers.\n\n"
    )


def _licences(corpus: Corpus) -> str:
    rows = "".join(
        f"| {part} | {licence or 'not known'} |\n"
        for part, licence in asdict(corpus.dataset.licences).items()
    )
    return (
        f"## Licences\n\n| What | Licence |\n| --- | --- |\n{rows}\n"
        "The terms of an engine may forbid to train with what it says: who publishes this has to know them.\n\n"
    )


def _origin(corpus: Corpus) -> str:
    engines = "".join(
        f"- engine {name} {version} (`{identity}`)\n" for name, version, identity in corpus.engines
    )
    documents = "".join(
        f"- `{name}`, SHA-256 `{sha256}`\n" for name, sha256 in sorted(corpus.documents.items())
    )
    return (
        f"## Where it comes from\n\nMade with batchtts {__version__}; the same texts, engine and settings give the same bytes.\n\n"
        f"{engines}{documents}\n`report.html` shows what is in it, `export.json` says what it is, and `SHA256SUMS` has the hashes of all files.\n"
    )
