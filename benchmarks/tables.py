"""A table of very many rows: does planning each cost the same, and does memory stay where it is?

    python -m benchmarks.tables [--rows 1000000]     against a tenth of them

The same rows stand in JSONL, CSV and Parquet, there in a single row group, which is the hardest to read in little memory.
Beside the plan, it is measured what reading the file takes and nothing else: with json, csv and pyarrow.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import sentences, write_table
from benchmarks.measuring import BATCHTTS, PYTHON, Usage, hold, measure

ROWS = 1_000_000
TIME_RATIO, MEMORY_RATIO, MEMORY_MB = 1.2, 1.2, 300.0
FORMS = ("jsonl", "csv", "parquet")

COLUMNS = {"text": "sentence", "id": "uid", "speaker": "who", "split": "part", "extra": ["emotion", "take"]}
VOICES = {name: {"engine": "tone", "voice": name} for name in ("hum", "high")}

READERS: Mapping[str, str] = {
    "jsonl": "import json, sys; print(sum(1 for line in open(sys.argv[1], 'rb') if json.loads(line)))",
    "csv": "import csv, sys; print(sum(1 for row in csv.reader(open(sys.argv[1], newline='')) if row))",
    "parquet": (
        "import sys; from pyarrow.parquet import ParquetFile as P; "
        "print(sum(len(batch.to_pylist()) for batch in P(sys.argv[1]).iter_batches(1000)))"
    ),
}


def rows(n_rows: int) -> Iterator[dict[str, object]]:
    """Yield rows with what datasets have besides a text."""
    for number, text in enumerate(sentences(n_rows)):
        yield {
            "uid": f"row-{number:07d}",
            "sentence": f"{text}.",
            "who": ("hum", "high")[number % 2],
            "part": "test" if number % 100 == 0 else "train",
            "emotion": ("glad", "grave", "plain")[number % 3],
            "take": number % 7,
        }


def write_jsonl(path: Path, n_rows: int) -> None:
    """Write an object a line."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows(n_rows))


def write_csv(path: Path, n_rows: int) -> None:
    """Write a header, and rows in which a third of the fields is quoted."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, next(rows(1)), quoting=csv.QUOTE_NONNUMERIC)
        writer.writeheader()
        writer.writerows(rows(n_rows))


def write_parquet(path: Path, n_rows: int) -> None:
    """Write one row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(list(rows(n_rows))), path, row_group_size=n_rows)


WRITERS: Mapping[str, Callable[[Path, int], None]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
}


def survey(form: str, n_rows: int) -> tuple[Usage, Usage]:
    """Return what planning a table takes, and what reading it does."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"rows.{form}")
        # By a process of its own: what this one has had in memory would count for those that it begins.
        measure(
            [PYTHON, "-m", "benchmarks.tables", "--rows", str(n_rows), "--form", form, "--write", str(path)]
        )
        job = write_table(Path(folder), path.name, columns=COLUMNS, voices=VOICES)
        read = measure([PYTHON, "-c", READERS[form], str(path)])
        plan = measure([*BATCHTTS, "plan", str(job.manifest)])
    for name, usage in (("plan", plan), ("read", read)):
        each = 1e6 * usage.cpu / n_rows
        print(f"  {form:8} {n_rows:9,} rows  {name}: {each:6.1f} µs of CPU a row, {usage}", flush=True)
    return plan, read


def compare(form: str, n_rows: int) -> bool:
    """Hold a table against one with a tenth of its rows."""
    small, _ = survey(form, n_rows // 10)
    large, read = survey(form, n_rows)
    sizes = f"{form}, {n_rows:,} / {n_rows // 10:,} rows"
    print(f"  {form}: planning takes {large.cpu / read.cpu:.1f} times the CPU of reading")
    return all(
        [
            hold(f"plan of a table, CPU a row, {sizes}", large.cpu / 10 / small.cpu, TIME_RATIO),
            hold(f"peak memory of its plan, {sizes}", large.peak_mb / small.peak_mb, MEMORY_RATIO),
            hold(f"peak memory of its plan, {form}, {n_rows:,} rows", large.peak_mb, MEMORY_MB, " MB"),
        ]
    )


def main() -> None:
    """Measure every form."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--form", choices=FORMS, action="append")
    parser.add_argument("--write", type=Path, metavar="FILE", help="only write the rows")
    args = parser.parse_args()
    if args.write:
        WRITERS[args.form[0]](args.write, args.rows)
        return
    held = [compare(form, args.rows) for form in args.form or FORMS]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
