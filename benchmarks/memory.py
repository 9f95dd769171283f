"""Does memory grow with a chapter?  One of an hour against one of ten, with the tone engine."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import BATCHTTS, Usage, hold, measure

RATIO = 1.10
_SENTENCE = "The keeper of the lamp wrote down the hour, the wind and the {} ships that passed him by. "
_SECONDS_EACH = 6.5


def peak(hours: int) -> Usage:
    """Render one chapter of about so many hours and return what it took."""
    n_sentences = round(hours * 3600 / _SECONDS_EACH)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "chapter.md"
        paragraphs = (_SENTENCE.format(number) for number in range(n_sentences))
        text.write_text("# One chapter\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
        job = Path(folder) / "job.yaml"
        job.write_text(
            f"voices: {{narrator: {{engine: tone, voice: hum}}}}\ndocuments:\n  - path: {text}\n"
            f"output: {{dir: {folder}/out}}\n",
            encoding="utf-8",
        )
        usage = measure([*BATCHTTS, "run", str(job), "--quiet"])
    print(f"{hours} h in one chapter: {usage}", flush=True)
    return usage


def main() -> None:
    """Compare the two."""
    short, long = peak(1), peak(10)
    sys.exit(not hold("peak memory, 10 h / 1 h chapter", long.peak_mb / short.peak_mb, RATIO))


if __name__ == "__main__":
    main()
