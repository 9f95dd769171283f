"""Datasets for hubs, read by `datasets`, webdataset and mlcroissant, without a network."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading


def by_datasets(folder: ExportedFolder) -> Reading:
    """Let `datasets` load the folder as a user would, by the card in it; sounds are left to soundfile."""
    import datasets

    reading = Reading()
    with TemporaryDirectory() as cache:
        loaded = datasets.load_dataset(str(folder.path), cache_dir=cache)
        rows = (
            (row, row["audio"])
            for split in loaded.values()
            for row in split.cast_column("audio", datasets.Audio(decode=False))
        )
        _compare(folder, rows, reading)
        for name, split in loaded.items():
            reading.count(f"rows of {name}", len(split))
    return reading


def by_webdataset(folder: ExportedFolder) -> Reading:
    """Let webdataset go through the shards."""
    import webdataset

    reading = Reading()
    shards = [str(path) for path in sorted(folder.path.glob("*.tar"))]
    samples = webdataset.WebDataset(shards, shardshuffle=False, empty_check=False)
    ending = str(folder.statement["audio"])

    def rows() -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        for sample in samples:
            row = json.loads(sample["json"])
            reading.expect("texts", sample["__key__"], sample["txt"].decode(), row["text"])
            reading.expect("keys", sample["__key__"], sample["__key__"], row["id"])
            yield row, {"bytes": sample[ending], "path": None}

    _compare(folder, rows(), reading)
    return reading


def by_lines(folder: ExportedFolder) -> Reading:
    """Read tables of JSON lines as anybody may, and the sounds that they name."""
    tables = [path for name in ("metadata.jsonl", "rows.jsonl") for path in sorted(folder.path.rglob(name))]
    rows = (
        (row, {"bytes": None, "path": table.parent / row["file_name"]})
        for table in tables
        for row in map(json.loads, table.read_text(encoding="utf-8").splitlines())
    )
    reading = Reading()
    _compare(folder, rows, reading)
    return reading


def _truths(folder: ExportedFolder) -> dict[str, Truth]:
    """Return what was exported, by the ids that rows have in this format."""
    return {folder.changes.get((truth.id, "id"), truth.id): truth for truth in folder.truths()}


def _compare(
    folder: ExportedFolder,
    rows: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]],
    reading: Reading,
) -> None:
    """Hold rows against what was exported: texts, boundaries of words and phonemes, samples."""
    truths = _truths(folder)
    for row, sound in rows:
        truth = truths.pop(row["id"], None)
        if truth is None:
            reading.complain(f"{row['id']}: was not exported, or comes twice")
            continue
        reading.expect("rows", truth.id, row["text"], truth.text)
        reading.expect_all("words with both boundaries", truth.id, _words(row["words"]), _own(truth))
        reading.expect("recordings", truth.id, _sha256(sound), truth.pcm_sha256)
    for id_ in truths:
        reading.complain(f"{id_}: was not read")


def _words(words: Any) -> list[tuple[str, int, int, tuple[tuple[str, int], ...]]]:
    return [
        (
            word["word"],
            word["start_sample"],
            word["start_sample"] + word["num_samples"],
            tuple(zip(word["phones"], word["phone_num_samples"], strict=True)),
        )
        for word in words
    ]


def _own(truth: Truth) -> list[tuple[str, int, int, tuple[tuple[str, int], ...]]]:
    return [
        (item.text, item.start, item.end, tuple(zip(item.phonemes, item.phoneme_n_samples, strict=True)))
        for item in truth.alignment.words
    ]


def _sha256(sound: Mapping[str, Any]) -> str:
    import soundfile

    data = sound["bytes"] if sound["bytes"] is not None else Path(sound["path"]).read_bytes()
    samples, _ = soundfile.read(io.BytesIO(data), dtype="int16")
    return hashlib.sha256(samples.tobytes()).hexdigest()


def by_mlcroissant(folder: ExportedFolder) -> Reading:
    """Let mlcroissant validate the description, and read the rows that it describes."""
    import mlcroissant

    reading = Reading()
    dataset = mlcroissant.Dataset(str(folder.path / "croissant.json"))
    truths = _truths(folder)
    for record in dataset.records("segments"):
        row = {name.removeprefix("segments/"): value for name, value in record.items()}
        truth = truths.pop(row["id"].decode(), None)
        if truth is None:
            reading.complain(f"{row['id'].decode()}: was not exported, or comes twice")
            continue
        reading.expect(
            "rows", truth.id, (row["text"].decode(), row["num_samples"]), (truth.text, truth.n_samples)
        )
        if not (folder.path / row["file_name"].decode()).is_file():
            reading.complain(f"{truth.id}: there is no {row['file_name'].decode()}")
    for id_ in truths:
        reading.complain(f"{id_}: was not read")
    for problem in dataset.metadata.ctx.issues.errors:
        reading.complain(problem)
    return reading
