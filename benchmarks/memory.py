"""Does memory grow with a chapter?  One of an hour against one of ten, with the engine `tone`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import write_book
from benchmarks.measuring import BATCHTTS, Usage, hold, measure

RATIO = 1.10
_SENTENCE = "The keeper of the lamp wrote down the hour, the wind and the {} ships that passed him by. "
_SECONDS_EACH = 6.5


def peak(hours: int) -> Usage:
    """Render one chapter of about so many hours and return what it took."""
    n_sentences = round(hours * 3600 / _SECONDS_EACH)
    with TemporaryDirectory() as folder:
        book = Path(folder) / "book.md"
        paragraphs = (_SENTENCE.format(number) for number in range(n_sentences))
        book.write_text("# One chapter\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
        job = write_book(Path(folder), book, "tone")
        usage = measure([*BATCHTTS, "run", str(job.manifest), "--quiet"])
    print(f"{hours} h in one chapter: {usage}", flush=True)
    return usage


def main() -> None:
    """Compare the two."""
    short, long = peak(1), peak(10)
    sys.exit(not hold("peak memory, 10 h / 1 h chapter", long.peak_mb / short.peak_mb, RATIO))


if __name__ == "__main__":
    main()
