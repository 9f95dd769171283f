"""Measures how fast sound is measured and mastered, beside ffmpeg's meter on the same samples, and in how much memory.

    python -m benchmarks.mastering

The sound is speech of the default engine, ten minutes of it over and over.  All times are of one core: numpy computes
none of this on several, and ffmpeg's filters run in one thread.  `--pass MINUTES` measures and treats so much in this
process and tells nothing; its memory is what counts.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from statistics import median

from batchtts.audio import ffmpeg
from batchtts.audio.mastering import Treatment, measure, treated
from batchtts.audio.pcm import Pcm
from batchtts.export.audiobook.targets import treatment_for
from batchtts.pipeline.speaking import speak
from benchmarks.measuring import PYTHON, hold, reach
from benchmarks.measuring import measure as usage

TEXT = (
    "The lamp at the end of the pier went out at nine. Nobody had touched it! By the time that the harbour master "
    "came down, in slippers and a coat, it was burning again, and he asked us, not very kindly, what we had seen."
)
MINUTES = 10
STRETCH_BYTES = 1 << 20
NOISE_RATE = 24_000
ROUNDS = 5
MEASURING, GAIN_ONLY, LIMITING = 300.0, 2_000.0, 300.0
BESIDE_FFMPEG = 1.5
MEMORY_RATIO = 1.2


def speech(minutes: float) -> Pcm:
    """Return so much speech."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        once = speak(TEXT, path, engine="hibari", voice=None, speed=1.0, seed=0).audio
    n_bytes = round(minutes * 60) * once.sample_rate * 2
    return Pcm((once.data * (n_bytes // len(once.data) + 1))[:n_bytes], once.sample_rate)


def stretches(sound: Pcm) -> Iterator[bytes]:
    """Yield a sound as it is read from a file."""
    for start in range(0, len(sound.data), STRETCH_BYTES):
        yield sound.data[start : start + STRETCH_BYTES]


def treat(sound: Pcm, treatment: Treatment) -> None:
    """Treat a sound, and forget it."""
    for _ in treated(stretches(sound), sound.sample_rate, treatment):
        pass


def ffmpeg_measures(sound: Pcm) -> None:
    """Have ffmpeg measure loudness and true peak."""
    reading = ["-f", "s16le", "-ar", str(sound.sample_rate), "-ac", "1", "-i", "-"]
    meter = ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    command = [ffmpeg.executable(), "-v", "error", *reading, *meter]
    subprocess.run(command, input=sound.data, check=True, stdout=subprocess.DEVNULL)


def speeds(sound: Pcm, works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return how many times realtime each work is, by the median of rounds in which they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - started)
    return {name: sound.seconds / median(seconds) for name, seconds in taken.items()}


def peak_mb(minutes: float) -> float:
    """Return the greatest size of a process that measures and treats so much."""
    return usage([PYTHON, "-m", "benchmarks.mastering", "--pass", str(minutes)]).peak_mb


def passed(minutes: float) -> None:
    """Treat so much noise at full scale, the worst there is, and measure what comes of it, in one stream."""
    second = random.Random(1).randbytes(2 * NOISE_RATE)  # noqa: S311  # noise, no secret
    stream = repeat(second, round(minutes * 60))
    measure(treated(stream, NOISE_RATE, Treatment(gain_db=9.0, ceiling_dbtp=-3.0)), NOISE_RATE)


def main() -> None:
    """Print the figures, and exit 1 if a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pass", type=float, dest="minutes", metavar="MINUTES")
    minutes = parser.parse_args().minutes
    if minutes is not None:
        passed(minutes)
        return
    sound = speech(MINUTES)
    found = measure([sound.data], sound.sample_rate)
    acx = treatment_for("acx", found)
    print(f"{sound.seconds / 60:.0f} min at {sound.sample_rate} Hz: {found.form}; acx: {acx.form}")
    speed = speeds(
        sound,
        {
            "ffmpeg": lambda: ffmpeg_measures(sound),
            "measure": lambda: measure(stretches(sound), sound.sample_rate),
            "gain": lambda: treat(sound, Treatment(gain_db=-3.0)),
            "acx": lambda: treat(sound, acx),
        },
    )
    print(f"ffmpeg's ebur128 with true peaks: {speed['ffmpeg']:.0f} times realtime")
    short, long = peak_mb(2), peak_mb(120)
    print(f"peak memory: {short:.0f} MB for 2 minutes, {long:.0f} MB for 2 hours")
    held = [
        reach("measuring loudness, times realtime", speed["measure"], MEASURING),
        reach(
            "measuring loudness, beside ffmpeg's ebur128", speed["measure"] / speed["ffmpeg"], BESIDE_FFMPEG
        ),
        reach("one gain, times realtime", speed["gain"], GAIN_ONLY),
        reach("mastering to acx, times realtime", speed["acx"], LIMITING),
        hold("memory of mastering two hours, beside two minutes", long / short, MEMORY_RATIO),
    ]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
