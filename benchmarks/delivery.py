"""What it costs to make an audiobook: against the same ffmpeg encoder, fed from one file of samples on all cores.

    python -m benchmarks.delivery [--hours 10] [--format m4b] [--rounds 3] [--engine hibari]

A book of twelve chapters is rendered first, by default with `hibari`: how long encoding and mastering take depends on
the sound, and `tone` is none that anybody delivers, but does for what memory is needed.  Then its chapters are stitched, mastered, encoded and
joined; the baseline only encodes, in as many processes as there are cores.  The two take turns.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from batchtts.audio.ffmpeg import executable
from batchtts.audio.resampling import changing
from batchtts.export.audiobook.coding import Coding, coding_of
from benchmarks.jobs import Job, write_book
from benchmarks.measuring import BATCHTTS, Usage, hold, measure, reach, typical

N_CHAPTERS = 12
RATE = 24_000
PEAK_MB = 150.0
SPEED_RATIO = 0.9
UNCHANGED_CPU_SECONDS = 1.0
CHANGED_RATIO = 1.5
_SENTENCE = "The keeper of the lamp wrote down the hour, the wind and the {} ships that passed him by."
_SECONDS_EACH = 6.5


class Shelf:
    """A book that has been rendered, and the ways to deliver it."""

    def __init__(self, folder: Path, hours: float, asked: Sequence[str], *, engine: str) -> None:
        self._book = folder / "book.md"
        self._n_sentences = max(1, round(hours * 3600 / _SECONDS_EACH / N_CHAPTERS))
        self._asked = asked
        self.write(changed=False)
        self.job: Job = write_book(folder, self._book, engine)
        self.render()

    def write(self, *, changed: bool) -> None:
        """Write the book, or the same with another sentence in its sixth chapter."""
        lines = []
        for chapter in range(N_CHAPTERS):
            lines.append(f"# Chapter {chapter + 1}")
            first = chapter * self._n_sentences
            lines += [_SENTENCE.format(first + number) for number in range(self._n_sentences)]
            if changed and chapter == 5:
                lines[-1] = "Then he put out the light."
        self._book.write_text("\n\n".join(lines) + "\n", encoding="utf-8")

    def render(self) -> Usage:
        """Render and stitch what is missing."""
        return self._run("--audiobook", "none")

    def deliver(self) -> Usage:
        """Make what is not there as it should be."""
        return self._run(*self._asked)

    def clear(self) -> None:
        """Delete all that was stitched and delivered, down to the packets."""
        for folder in (
            self.job.output / "chapters",
            self.job.output / "audiobook",
            self.job.state / "encoded",
        ):
            shutil.rmtree(folder, ignore_errors=True)

    def lose_deliveries(self) -> None:
        """Delete the files that people listen to, but not the packets."""
        shutil.rmtree(self.job.output / "audiobook")

    @property
    def chapters(self) -> list[Path]:
        """Return the stitched chapters."""
        return sorted((self.job.output / "chapters").glob("*.wav"))

    def _run(self, *arguments: str) -> Usage:
        return measure([*BATCHTTS, "run", str(self.job.manifest), "--quiet", *arguments])


def encode_alone(samples: Path, coding: Coding, n_processes: int) -> Usage:
    """Encode one file of samples with ffmpeg alone, in equal parts at once; nothing is kept."""
    n_samples = samples.stat().st_size // 2
    part = -(-n_samples // n_processes)
    options = [*changing(RATE, coding.sample_rate), *coding.options, os.devnull]
    command = [
        executable(),
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-f",
        "s16le",
        "-ar",
        str(RATE),
        "-ac",
        "1",
        "-i",
        "pipe:0",
        *options,
    ]
    started, before = time.perf_counter(), os.times()
    streams = [samples.open("rb") for _ in range(n_processes)]
    running = []
    for number, stream in enumerate(streams):
        os.lseek(stream.fileno(), number * part * 2, os.SEEK_SET)
        limit = ["-t", f"{part / RATE:.6f}"]
        running.append(subprocess.Popen([*command[:-1], *limit, command[-1]], stdin=stream))
    codes = [process.wait() for process in running]
    for stream in streams:
        stream.close()
    after = os.times()
    if any(codes):
        raise SystemExit(f"ffmpeg ended with {codes}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Usage(wall=time.perf_counter() - started, cpu=cpu, peak_mb=0.0)


def samples_of(chapters: Sequence[Path], path: Path) -> Path:
    """Write the samples of chapters into one file, and return it."""
    with path.open("wb") as out:
        for chapter in chapters:
            with chapter.open("rb") as source:
                source.seek(44)
                shutil.copyfileobj(source, out, 1 << 20)
    return path


def speed(shelf: Shelf, folder: Path, coding: Coding, rounds: int) -> bool:
    """Compare stitching, mastering and encoding with the encoder alone."""
    samples = samples_of(shelf.chapters, folder / "book.pcm")
    own, alone = [], []
    for _ in range(rounds):
        shelf.clear()
        own.append(shelf.deliver())
        alone.append(encode_alone(samples, coding, os.cpu_count() or 1))
        print(f"delivery      {own[-1]}\nencoder alone {alone[-1]}", flush=True)
    samples.unlink()
    ours, theirs = typical(own), typical(alone)
    print(f"CPU, delivery / encoder alone: {ours.cpu / theirs.cpu:.3f}", flush=True)
    held = [
        hold(f"delivery of {coding.codec}, peak memory", max(usage.peak_mb for usage in own), PEAK_MB, " MB"),
        reach(f"delivery / encoder alone, {coding.codec}, speed", theirs.wall / ours.wall, SPEED_RATIO),
    ]
    return all(held)


def increments(shelf: Shelf, folder: Path, coding: Coding, rounds: int) -> bool:
    """Measure a delivery of which nothing has changed, and one of which a chapter has."""
    unchanged = typical([shelf.deliver() for _ in range(rounds)])
    shelf.lose_deliveries()
    join = shelf.deliver()
    shelf.write(changed=True)
    shelf.render()
    changed = shelf.deliver()
    alone = encode_alone(samples_of(shelf.chapters[5:6], folder / "chapter.pcm"), coding, 1)
    print(f"join {join}\none chapter changed {changed}\nits encode alone {alone}", flush=True)
    limit = CHANGED_RATIO * alone.cpu + join.cpu
    held = [
        hold(f"delivery of {coding.codec}, nothing changed, CPU", unchanged.cpu, UNCHANGED_CPU_SECONDS, " s"),
        hold(
            f"delivery of {coding.codec}, one chapter of {N_CHAPTERS} changed, CPU", changed.cpu / limit, 1.0
        ),
    ]
    return all(held)


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--format", dest="file_format", choices=("m4b", "mp3", "opus"), default="m4b")
    parser.add_argument("--master", choices=("acx", "podcast", "broadcast", "none"), default="podcast")
    parser.add_argument("--engine", choices=("hibari", "tone"), default="hibari")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    coding = coding_of(args.file_format, {RATE}, master=args.master)
    with TemporaryDirectory() as name:
        folder = Path(name)
        asked = ["--audiobook", args.file_format, "--master", args.master]
        shelf = Shelf(folder, args.hours, asked, engine=args.engine)
        held = [
            speed(shelf, folder, coding, args.rounds),
            increments(shelf, folder, coding, args.rounds),
        ]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
