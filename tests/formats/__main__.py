"""Exports a book to every format, and has each read back by the real programs that are installed.

    python tests/formats [--book BOOK.epub] [--format NAME,...] [--wanted READER,...]

`make verify-formats` and `make verify-torch` call it, each with an environment in which its readers are.  The book is
alice.epub of the folder that BATCHTTS_CORPUS names, or the sample book where there is none.  Exit code 1 if any reader
finds something else than was written, or if none of those that are wanted is there.
"""

import argparse
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("BATCHTTS_CORPUS", ROOT.parent / "shared" / "corpus"))
BATCHTTS = [sys.executable, "-m", "batchtts"]


def book() -> Path:
    """Return the book to export."""
    alice = CORPUS / "alice.epub"
    return alice if alice.exists() else ROOT / "samples" / "book.epub"


def render(folder: Path, source: Path, formats: list[str]) -> Path:
    """Render a book with the built-in engine and export it; return the folder of the exports."""
    manifest = folder / "book.yaml"
    splits = {"validation": 0.1, "test": 0.1}
    form = {"documents": [str(source)], "dataset": {"splits": splits}, "output": {"dir": "out"}}
    manifest.write_text(json.dumps(form), encoding="utf-8")
    subprocess.run([*BATCHTTS, "run", str(manifest), "--progress", "plain"], check=True)
    subprocess.run([*BATCHTTS, "export", str(manifest), "--format", ",".join(formats)], check=True)
    return folder / "out" / "exports"


def verify(exports: Path) -> list[dict[str, Any]]:
    """Return what came of every reader."""
    read = subprocess.run(
        [*BATCHTTS, "verify", str(exports), "--json"], stdout=subprocess.PIPE, text=True, check=False
    )
    verdicts: list[dict[str, Any]] = json.loads(read.stdout)
    return verdicts


def are_heard(folder: Path) -> bool:
    """Return whether words are heard where a dataset in Parquet says that they are; True where it cannot be loaded."""
    if not folder.is_dir() or find_spec("datasets") is None:
        return True
    click.echo("\nParquet, as a program loads it that trains with it:")
    return _ends_well(Path(__file__).with_name("training.py"), folder)


def are_lit(folder: Path) -> bool:
    """Return whether a browser highlights what is heard; True where there is none."""
    if not folder.is_dir():
        return True
    click.echo("\nThe page to read along, in a browser:")
    return _ends_well(Path(__file__).parents[1] / "browser", folder, "--every", "50")


def _ends_well(program: Path, *arguments: object) -> bool:
    command = [sys.executable, str(program), *map(str, arguments)]
    return subprocess.run(command, check=False).returncode == 0


def show(verdict: dict[str, Any]) -> None:
    """Print what came of a reader."""
    compared = ", ".join(f"{n:,} {what}" for what, n in verdict["compared"].items())
    who = f"{verdict['reader']} {verdict['version'] or ''}".strip()
    click.echo(f"{verdict['outcome']:7} {verdict['format']:12} {who}: {compared}")
    for problem in verdict["problems"]:
        click.echo(f"        {problem}")


def main() -> int:
    """Do it all; return 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--book", type=Path, default=book())
    parser.add_argument("--format", default="")
    parser.add_argument("--wanted", default="", help="readers that have to be there, parted by commas")
    asked = parser.parse_args()
    from batchtts.export.formats import FORMATS

    with TemporaryDirectory() as folder:
        formats = asked.format.split(",") if asked.format else list(FORMATS)
        exports = render(Path(folder), asked.book.resolve(), formats)
        verdicts = verify(exports)
        used = [are_heard(exports / "parquet"), are_lit(exports / "html")]
    for verdict in verdicts:
        show(verdict)
    passed = {verdict["reader"] for verdict in verdicts if verdict["outcome"] == "passed"}
    n_failed = sum(verdict["outcome"] == "failed" for verdict in verdicts) + used.count(False)
    lacking = [name for name in asked.wanted.split(",") if name and name not in passed]
    n_passed = sum(verdict["outcome"] == "passed" for verdict in verdicts)
    for name in lacking:
        click.echo(f"lacking {name}")
    click.echo(f"\nFormats: {n_passed} passed, {n_failed + len(lacking)} failed")
    return 1 if n_failed or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
