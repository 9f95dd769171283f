"""What it costs to export a dataset: against `cp` of the same recordings, and in how much memory.

    python -m benchmarks.export [--rows 100000] [--format ljspeech ...]

Each row is a text of its own that the engine `tone` hums for 5 seconds.  Each format is exported alone, then deleted.
The baseline copies the recordings of the LJSpeech export, file by file, and has the system write them to the disk, as
every export does before it gets its name.  100,000 rows need some 55 GB where temporary files go.
"""

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from batchtts.export.formats import FORMATS, Material
from benchmarks.jobs import Job, Settings, syllables, write_texts
from benchmarks.measuring import BATCHTTS, Usage, hold, measure, reach

ROWS = 100_000
SECONDS = 5
_N_WORDS = 13
PEAK_MB = 300.0
SPEED_RATIO = 0.5
_FILES_A_COPY = 10_000
"""The copies are deleted in between, since there is hardly room for three times the recordings."""

VOICES = {"narrator": {"engine": "tone", "voice": "hum"}}
DATASETS = [name for name, form in FORMATS.items() if form.material is Material.UTTERANCES]


def sentences(n_rows: int) -> Iterator[str]:
    """Yield texts of 13 words, as many as are said in 5 seconds, of which no two are hummed alike.

    The engine has 13 pitches: where only one word differs, thirteen rows would have all the sounds that there are.
    """
    for number in range(n_rows):
        words = (syllables(crc32(b"%d %d" % (number, place)) % 1_000_000) for place in range(_N_WORDS))
        yield f"{' '.join(words).capitalize()}."


def render(folder: Path, n_rows: int) -> Job:
    """Render a table of so many rows."""
    row: Settings = {"length": SECONDS}
    job = write_texts(
        folder, sentences(n_rows), form="lines", row=row, voices=VOICES, output={"chapters": False}
    )
    measure([*BATCHTTS, "run", str(job.manifest), "--quiet"])
    return job


def export(job: Job, name: str) -> tuple[Usage, int]:
    """Export to one format; return what it took, and how many bytes were written."""
    usage = measure([*BATCHTTS, "export", str(job.manifest), "--format", name])
    folder = job.output / "exports" / name
    return usage, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copy_seconds(source: Path, scratch: Path) -> float:
    """Return how long `cp` takes for all files of a folder, until they are on the disk."""
    files = sorted(source.iterdir())
    seconds = 0.0
    for first in range(0, len(files), _FILES_A_COPY):
        scratch.mkdir()
        names = "\0".join(map(str, files[first : first + _FILES_A_COPY]))
        started = time.perf_counter()
        subprocess.run(["xargs", "-0", "cp", "-t", str(scratch)], input=names, text=True, check=True)
        subprocess.run(["sync"], check=True)
        seconds += time.perf_counter() - started
        shutil.rmtree(scratch)
    return seconds


def main(arguments: Sequence[str]) -> int:
    """Measure every format; return 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--format", nargs="+", default=DATASETS, choices=DATASETS)
    asked = parser.parse_args(arguments)
    held = []
    with TemporaryDirectory() as folder:
        job = render(Path(folder), asked.rows)
        export(job, "ljspeech")
        exports = job.output / "exports"
        copied = copy_seconds(exports / "ljspeech" / "wavs", Path(folder) / "scratch")
        print(
            f"cp of {asked.rows:,} files of {SECONDS} s: {copied:.1f} s, {1e3 * copied / asked.rows:.3f} ms each"
        )
        shutil.rmtree(exports)
        for name in asked.format:
            usage, n_bytes = export(job, name)
            shutil.rmtree(exports)
            print(f"{name}: {usage.wall:.1f} s, {usage.cpu:.1f} s of CPU, {n_bytes / 1e9:.2f} GB", flush=True)
            held.append(reach(f"{name}: speed / cp", copied / usage.wall, SPEED_RATIO))
            held.append(hold(f"{name}: peak memory", usage.peak_mb, PEAK_MB, " MB"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
