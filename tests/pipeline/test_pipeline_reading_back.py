"""Each reader that is installed finds what was written, and notices when something else stands there."""

import importlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from batchtts.cli import main
from batchtts.export.formats import FORMATS
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.readers import READERS, Reader
from batchtts.export.verification.reading import Outcome, Reading
from batchtts.job import EXPORT_FORMATS

pytestmark = pytest.mark.filterwarnings("default")  # what other programs are warned of is theirs to mend

OPTIONS = {"epub": {"level": "word"}, "aeneas": {"children": "words"}, "textgrid": {"utterances": "yes"}}
"""Those that have more to be read than others; without them, books are read by `make verify-formats`."""

BOOK = "# One\n\nThe tide came in—slowly. “Gulls | cried,” she said.\n\n# Two\n\nA lamp was lit & left.\n"


def is_installed(reader: Reader) -> bool:
    if reader.root is not None:
        return bool(os.environ.get(reader.root))
    try:
        return reader.package is None or bool(version(reader.package))
    except PackageNotFoundError:
        return False


READINGS = [(name, reader) for reader in READERS if is_installed(reader) for name in reader.formats]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a small book to every format, spoken with phonemes by hibari."""
    folder = tmp_path_factory.mktemp("book")
    (folder / "book.md").write_text(BOOK, "utf-8")
    splits = {"validation": 0.3, "test": 0.3}
    form = {
        "voices": {"ann": "heart", "ben": "heart-low"},
        "documents": [{"path": "book.md", "voices": ["ann", "ben"]}],
        "exports": [{"format": name, "options": OPTIONS.get(name, {})} for name in EXPORT_FORMATS],
        "dataset": {"splits": splits},
        "output": {"dir": "out"},
    }
    manifest = folder / "job.yaml"
    manifest.write_text(json.dumps(form), "utf-8")
    result = CliRunner().invoke(main, ["run", str(manifest), "--quiet"])
    assert result.exit_code == 0, result.output
    return folder / "out" / "exports"


def read(folder: Path, check: str) -> Reading:
    module, _, function = check.partition(":")
    found: Callable[[ExportedFolder], Reading] = getattr(
        importlib.import_module(f"batchtts.export.verification.{module}"), function
    )
    return found(ExportedFolder.open(folder))


@pytest.mark.parametrize(("name", "reader"), READINGS, ids=lambda each: getattr(each, "name", each))
def test_what_was_written_is_what_is_read(exports: Path, name: str, reader: Reader) -> None:
    reading = read(exports / name, reader.check)
    assert reading.problems == []
    assert reading.outcome in {Outcome.PASSED, Outcome.UNABLE}
    assert sum(reading.compared.values()) > 0 or reading.unable


def test_every_format_has_a_reader_besides_the_two_of_all() -> None:
    known = {name for reader in READERS[2:] for name in reader.formats}
    assert known == set(FORMATS)


def changed(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return change


def shortened(data: bytes) -> bytes:
    """Take half of the samples away from a WAV file, and say so in its header."""
    n_samples = (len(data) - 44) // 4
    n_data = 2 * n_samples
    return (
        data[:4]
        + (36 + n_data).to_bytes(4, "little")
        + data[8:40]
        + n_data.to_bytes(4, "little")
        + data[44 : 44 + n_data]
    )


def with_overlays(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return what changes the overlays of a book."""

    def changed_book(data: bytes) -> bytes:
        book = io.BytesIO()
        with ZipFile(io.BytesIO(data)) as before, ZipFile(book, "w") as after:
            for name in before.namelist():
                content = before.read(name)
                after.writestr(name, change(content) if name.endswith(".smil") else content)
        return book.getvalue()

    return changed_book


def exchanged(overlay: bytes) -> bytes:
    """Let two clips show each what is heard in the other."""
    first, second, *_ = re.findall(rb"<text src=[^>]*>", overlay)
    return overlay.replace(first, b"<>").replace(second, first).replace(b"<>", second)


def later(overlay: bytes) -> bytes:
    """Let a clip end, and the next begin, when no word does."""
    return re.sub(rb'(clip(?:End|Begin)="\d+\.)\d\d', rb"\g<1>99", overlay, count=3)


def doubled(data: bytes) -> bytes:
    """Say the first line of a table twice."""
    return data.splitlines(keepends=True)[0] + data


DRILLS = [
    ("epub", "overlays:check", "*.epub", with_overlays(exchanged)),
    ("epub", "overlays:check", "*.epub", with_overlays(later)),
    ("srt", "subtitles:by_ffmpeg", "01-*.srt", changed("tide", "tied")),
    ("webvtt", "subtitles:by_ffmpeg", "01-*.vtt", changed("00:00:0", "00:00:1")),
    ("ass", "subtitles:by_ffmpeg", "01-*.ass", changed("tide", "tied")),
    ("readium", "pages:guided_navigation", "guided-01-*.json", changed("tide", "tied")),
    ("readium", "pages:guided_navigation", "manifest.json", changed('"duration": ', '"duration": 1')),
    ("readium", "pages:guided_navigation", "text/01-*.html", changed("tide", "tied")),
    ("textgrid", "textgrids:by_tgt", "01-*.TextGrid", changed('"phones"', '"words"')),
    ("audacity", "timelines:labels", "01-*.txt", changed("tide", "tied")),
    ("aeneas", "timelines:sync_maps", "01-*.json", changed('"tide"', '"tied"')),
    ("aeneas", "timelines:sync_maps", "01-*.json", changed('"end": "', '"end": "1')),
    ("ljspeech", "tables:ljspeech", "metadata.csv", changed("tide", "tied")),
    ("piper", "tables:piper", "metadata.csv", changed("tide", "tied")),
    ("piper", "tables:piper", "metadata.csv", changed("|ann|", "|ben|")),
    ("nemo", "tables:nemo", "train_manifest.json", doubled),
    ("nemo", "tables:nemo", "train_manifest.json", changed('"start":0.', '"start":1.')),
    ("kaldi", "tables:kaldi", "text", changed("tide", "tied")),
    ("kaldi", "tables:kaldi", "ctm", changed(" 0.", " 1.")),
    ("mfa", "tables:mfa", "corpus/*/*0001-ann.lab", changed("tide", "tied")),
    ("ljspeech", "sounds:by_soundfile", "wavs/*0001-ann.wav", shortened),
    ("audiofolder", "hub:by_lines", "*/metadata.jsonl", changed('"text":"', '"text":"x')),
    ("parquet", "dividing:check", "alignment.jsonl", changed('"split":"t', '"split":"validation","was":"t')),
    ("textgrid", "tiling:check", "alignment.jsonl", changed('"duration":', '"duration":1')),
    ("html", "sums:check", "index.html", changed("tide", "tied")),
]


@pytest.mark.parametrize(("name", "check", "pattern", "change"), DRILLS)
def test_what_was_changed_is_noticed(
    exports: Path, tmp_path: Path, name: str, check: str, pattern: str, change: Callable[[bytes], bytes]
) -> None:
    if (name, check) not in {(known, reader.check) for known, reader in READINGS}:
        pytest.skip(f"what {check} needs is not installed")
    folder = tmp_path / name
    shutil.copytree(exports / name, folder)
    path = min(folder.glob(pattern))
    path.write_bytes(change(path.read_bytes()))
    assert read(folder, check).outcome is Outcome.FAILED


def test_a_textgrid_that_is_missing_is_noticed(exports: Path, tmp_path: Path) -> None:
    if ("mfa", "textgrids:by_tgt") not in {(known, reader.check) for known, reader in READINGS}:
        pytest.skip("tgt is not installed")
    folder = tmp_path / "mfa"
    shutil.copytree(exports / "mfa", folder)
    min(folder.glob("aligned/*/*.TextGrid")).unlink()
    assert read(folder, "textgrids:by_tgt").outcome is Outcome.FAILED


# --- What is spoken is something else ---------------------------------------------------------------------

OF_ITSELF = {"batchtts, splits", "batchtts, alignment", "batchtts, bytes", "epubcheck", "Kaldi"}
"""Readers that judge a folder by itself, and compare it with nothing."""


def told_otherwise(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the alignment with another text, other samples, and each word later than it is."""
    text, late = line["text"].replace("e", "o"), 2400
    items = [{**item, "text": item["text"].replace("e", "o")} for item in line["items"]]
    for before, after in pairwise(items):
        if before["kind"] == "silence":
            before["duration"] += late
            after["duration"] -= min(late, after["duration"])
    times = {key: line[key] + late for key in ("start", "chapter_num_samples") if key in line}
    return {**line, **times, "text": text, "items": items, "pcm_sha256": "0" * 64}


@pytest.mark.parametrize(
    ("name", "reader"),
    [(name, reader) for name, reader in READINGS if reader.name not in OF_ITSELF],
    ids=lambda each: getattr(each, "name", each),
)
def test_a_reader_notices_that_something_else_is_spoken(
    exports: Path, tmp_path: Path, name: str, reader: Reader
) -> None:
    folder = tmp_path / name
    shutil.copytree(exports / name, folder)
    path = folder / "alignment.jsonl"
    lines = [told_otherwise(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert read(folder, reader.check).outcome in {Outcome.FAILED, Outcome.UNABLE}
