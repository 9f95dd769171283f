"""Opens an export of the format html in a browser, and holds what it highlights against `alignment.jsonl`.

    python tests/browser FOLDER [--every N] [--at CHAPTER:SECONDS --picture FILE]

Chapters count from 1.  Of all samples at which something begins or ends, and those around them, every Nth is gone to.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from headless_browser import PROGRAM, Page, opened
from highlights import Record, boundaries, sentences_at, shown_at, words_at


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--at", default="1:1.0")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    if PROGRAM is None:
        tell("absent: no Chromium is installed; BATCHTTS_BROWSER names one")
        return 0
    return asyncio.run(visit(asked))


async def visit(asked: argparse.Namespace) -> int:
    folder: Path = asked.folder.resolve()
    lines = (folder / "alignment.jsonl").read_text(encoding="utf-8").splitlines()
    records = map(json.loads, lines)
    chapters = [list(own) for _, own in groupby(records, key=lambda record: record["chapter"])]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with opened((folder / "index.html").as_uri(), Path(profile)) as page:
            tell(await page.run("navigator.userAgent"))
            n_wrong = sum(
                [await compare(page, own, number, asked.every) for number, own in enumerate(chapters)]
            )
            if asked.picture is not None:
                await take_picture(page, asked.at, chapters, asked.picture)
            for complaint in page.complaints:
                tell(f"complaint: {complaint}")
            return 1 if n_wrong or page.complaints else 0


async def compare(page: Page, records: Sequence[Record], number: int, every: int) -> int:
    """Return how often something else is highlighted than should be."""
    samples = boundaries(records)[::every]
    found = await shown_at(page, samples, records[0]["sample_rate"], number)
    wrong = [
        (sample, words, sentences)
        for sample, (words, sentences) in zip(samples, found, strict=True)
        if [each[3] for each in words] != words_at(records, sample)
        or [each[3] for each in sentences] != sentences_at(records, sample)
    ]
    tell(f"{records[0]['chapter']}: {len(samples) - len(wrong)} of {len(samples)} samples show what is heard")
    for sample, words, _ in wrong[:5]:
        tell(f"  at sample {sample}: {words}, not {words_at(records, sample)}")
    return len(wrong)


async def take_picture(page: Page, at: str, chapters: Sequence[Sequence[Record]], path: Path) -> None:
    number, _, seconds = at.partition(":")
    records = chapters[int(number) - 1]
    sample = round(float(seconds) * records[0]["sample_rate"])
    [[words, _]] = await shown_at(page, [sample], records[0]["sample_rate"], int(number) - 1)
    await page.run(
        """const [shown] = [...CSS.highlights.get("sentence")];
        const box = shown.getBoundingClientRect();
        scrollBy({top: box.top - innerHeight * 0.35, behavior: "instant"}); 0"""
    )
    await asyncio.to_thread(path.write_bytes, await page.screenshot())
    tell(f"{path}: chapter {number} at {seconds} s: {words[0][3]!r}, which is {words_at(records, sample)}")


if __name__ == "__main__":
    raise SystemExit(main())
