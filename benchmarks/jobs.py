"""The jobs that benchmarks run: a manifest, its texts, and where its files lie.

Texts are made from numbers, so that no two are alike and nothing depends on chance.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

LINES_A_CHAPTER = 1_000
"""How many lines of JSONL make a chapter if nothing is said; written segments are divided alike."""

LINES, WRITTEN = "lines", "written"
"""Where segments stand: one a line in a file of JSONL, or all in the manifest."""

_SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvwxyzq" for vowel in "aeiou"]

Settings = Mapping[str, object]
NOTHING: Settings = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job in a folder of its own."""

    folder: Path

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest."""
        return self.folder / "job.yaml"

    @property
    def output(self) -> Path:
        """Return the output folder."""
        return self.folder / "out"

    @property
    def state(self) -> Path:
        """Return the folder of ledger and takes."""
        return self.output / ".batchtts"

    @property
    def ledger(self) -> Path:
        """Return the path of the ledger."""
        return self.state / "ledger.db"


def syllables(number: int) -> str:
    """Return a word that no other number has, with three syllables below a million."""
    word = ""
    while number or len(word) < 6:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return word


def words(n_texts: int) -> Iterator[str]:
    """Yield texts of two short words, such as `ba dute`."""
    for number in range(n_texts):
        word = syllables(number)
        yield f"{word[:2]} {word[2:]}"


def sentences(n_texts: int) -> Iterator[str]:
    """Yield texts of 25 characters, such as `The ship Dutela sails now`."""
    for number in range(n_texts):
        yield f"The ship {syllables(number).capitalize()} sails now"


def write_book(folder: Path, book: Path, engine: str) -> Job:
    """Write a job that reads a book with the first voice of an engine."""
    voice = {"engine": engine, "voice": {"hibari": "heart", "tone": "hum"}[engine]}
    return _write(folder, {"voices": {"narrator": voice}, "documents": [str(book)]})


def write_texts(
    folder: Path, texts: Iterable[str], *, form: str, row: Settings = NOTHING, **keys: Settings
) -> Job:
    """Write a job of segments; `keys` are those of the manifest, such as `voices`.

    `row` are keys that each line of a table has besides its text.
    """
    if form == WRITTEN:
        return _write(folder, {**keys, "documents": list(_documents(iter(texts)))})
    with (folder / "lines.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"text": text, **row}) + "\n" for text in texts)
    return _write(folder, {**keys, "documents": [{"path": "lines.jsonl"}]})


def write_table(folder: Path, path: str, *, columns: Settings, **keys: Settings) -> Job:
    """Write a job that reads a table; `columns` says which of its columns count."""
    return _write(folder, {**keys, "documents": [{"path": path, "columns": columns}]})


def _documents(texts: Iterator[str]) -> Iterator[Settings]:
    while segments := list(islice(texts, LINES_A_CHAPTER)):
        yield {"segments": segments}


def _write(folder: Path, manifest: Settings) -> Job:
    """Write a manifest as JSON, which is YAML as well."""
    job = Job(folder=folder)
    output = manifest.get("output", NOTHING)
    assert isinstance(output, Mapping)
    form = {**manifest, "output": {"dir": str(job.output), **output}}
    job.manifest.write_text(json.dumps(form) + "\n", encoding="utf-8")
    return job
