"""What it costs to keep takes: in packs, beside one file each, on the same disk and with the same promises.

    python -m benchmarks.storage --short 20000 --long 2000

Short takes are of 6 KB, as a word or two of the engine `tone`; long ones are of 290 KB, as a sentence of hibari.
Each file is written as files of the output folder are: under another name, synced, renamed, and its folder is
synced, by four threads.  Packs are filled by 64 tasks that wait for each take.  What was written is read back and
hashed, from the disk as far as the operating system lets go of it; then listed by name as a rebuilt ledger needs it,
looked at as a run does that has nothing to do, and deleted.
"""

import argparse
import asyncio
import hashlib
import os
import struct
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech
from batchtts.files import Workspace, placing
from batchtts.takes.form import StoredTake, encode
from batchtts.takes.packing import Packer
from batchtts.takes.packs import members, packs
from batchtts.takes.reading import TakeReader, recognize
from benchmarks.measuring import hold

THREADS = 4
IN_FLIGHT = 64
ROUNDS = 3
SHORT_BYTES, LONG_BYTES = 6_000, 290_000
SAMPLE_RATE = 24_000
MOST_CPU_MS = 0.12
"""What a short take may take in all: made, encoded, hashed, written, synced, and told."""

SHORT_LIMITS = {"store": 0.5, "read": 1.0, "look at": 0.1, "delete": 0.5}
LONG_LIMITS = {"store": 1.25, "read": 1.25, "look at": 0.1, "delete": 0.9}
"""What packs may take by the clock, as a share of what files take; one thread packs, four write files."""
MOST_CPU_TO_STORE = 0.5

_WORD = "harbour"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one take costs, in milliseconds: by the clock, of CPU in all, and of that in the system."""

    wall: float
    cpu: float
    system: float

    def __str__(self) -> str:
        """Return the three in a row."""
        return f"{self.wall:8.4f} ms wall {self.cpu:8.4f} ms CPU {self.system:8.4f} ms of it system"


class Meter:
    """Notes what the steps of a way to store takes cost each take, by the name of the step."""

    def __init__(self, n_takes: int) -> None:
        self.costs: dict[str, Cost] = {}
        self._n_takes = n_takes

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the block, all its threads included."""
        before, started = os.times(), time.perf_counter()
        yield
        wall, after = time.perf_counter() - started, os.times()
        system = after.system - before.system
        seconds = (wall, after.user - before.user + system, system)
        self.costs[name] = Cost(*(1000 * each / self._n_takes for each in seconds))


def sample(n_bytes: int) -> StoredTake:
    """Return a take with so many bytes of sound, and a word for each half second of it."""
    n_samples = n_bytes // 2
    n_words = max(1, round(2 * n_samples / SAMPLE_RATE))
    bounds = [n_samples * number // n_words for number in range(n_words + 1)]
    items = tuple(
        AlignmentItem(
            kind=ItemKind.WORD,
            text=_WORD,
            start=bounds[number],
            n_samples=bounds[number + 1] - bounds[number],
            char=(number * len(_WORD), (number + 1) * len(_WORD)),
        )
        for number in range(n_words)
    )
    alignment = Alignment(sample_rate=SAMPLE_RATE, level=Level.WORD, origin=Origin.ENGINE, items=items)
    sound = struct.pack(f"<{n_samples}h", *(number * 7919 % 20_011 - 10_000 for number in range(n_samples)))
    return StoredTake(
        fingerprint="0" * 64,
        number=1,
        text=_WORD * n_words,
        settings={
            "engine": "tone",
            "identity": "tone/1",
            "voice": "hum",
            "speed": 1.0,
            "seed": 0,
            "params": {},
        },
        seed=0,
        engine={"name": "tone", "version": "1", "identity": "tone/1"},
        speech=Speech(audio=Pcm(sound, SAMPLE_RATE), alignment=alignment),
        checks={"n_words": n_words, "rms_db": -13.5, "peak_db": -10.3, "clipped": 0, "flags": ()},
    )


def takes(n_bytes: int, n_takes: int) -> Iterator[StoredTake]:
    """Yield takes whose fingerprints come in no order, as they do in life."""
    take = sample(n_bytes)
    for number in range(n_takes):
        yield replace(take, fingerprint=hashlib.sha256(b"%d" % number).hexdigest())


def keep_as_files(folder: Path, n_bytes: int, n_takes: int) -> Meter:
    """Give each take a file of its own, and do with the files what is done with takes."""
    meter = Meter(n_takes)

    def store(take: StoredTake) -> None:
        pieces, sha256, _ = encode(take)
        with placing(folder / f"{take.fingerprint}.1.{sha256[:16]}.wav") as stream:
            stream.writelines(pieces)

    with meter.step("store"), ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(store, takes(n_bytes, n_takes)):
            pass
    let_go(folder)
    with meter.step("read"):
        for path in sorted(folder.iterdir()):
            data = path.read_bytes()
            assert hashlib.sha256(data).hexdigest()[:16] == path.name.split(".")[2]
    with meter.step("list"):
        found = sorted(path.name for path in folder.iterdir())
    assert len(found) == n_takes
    with meter.step("look at"):
        for path in sorted(folder.iterdir()):
            path.stat()
    with meter.step("delete"):
        for name in found:
            (folder / name).unlink()
    return meter


def keep_in_packs(folder: Path, n_bytes: int, n_takes: int) -> Meter:
    """Put the takes into packs, and do with them the same."""
    meter = Meter(n_takes)
    workspace = Workspace(folder)
    with meter.step("store"), Packer(workspace) as packer:
        asyncio.run(_fill(packer, n_bytes, n_takes))
    stored = [
        recognize(workspace, path, member).take for path in packs(workspace) for member in members(path)
    ]
    let_go(workspace.takes)
    with meter.step("read"), TakeReader(workspace) as reader:
        for take in stored:
            reader.read(take)
    with meter.step("list"):
        found = [member.name for path in packs(workspace) for member in members(path)]
    assert len(found) == n_takes
    with meter.step("look at"):
        for path in packs(workspace):
            path.stat()
    with meter.step("delete"):
        for path in packs(workspace):
            path.unlink()
    return meter


async def _fill(packer: Packer, n_bytes: int, n_takes: int) -> None:
    waiting = takes(n_bytes, n_takes)

    async def work() -> None:
        for take in waiting:
            await packer.store(partial(_same, take))

    async with asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(work())


def _same(take: StoredTake) -> StoredTake:
    return take


def let_go(folder: Path) -> None:
    """Have the operating system forget what it remembers of the bytes of files, where it can be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def typical(meters: Sequence[Meter]) -> dict[str, Cost]:
    """Return the median of each figure of each step."""
    return {
        step: Cost(
            wall=median(meter.costs[step].wall for meter in meters),
            cpu=median(meter.costs[step].cpu for meter in meters),
            system=median(meter.costs[step].system for meter in meters),
        )
        for step in meters[0].costs
    }


def compare(name: str, n_bytes: int, n_takes: int) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Store takes in both ways, by turns, each time in a folder of its own on this disk; files come first."""
    files: list[Meter] = []
    packed: list[Meter] = []
    for _ in range(ROUNDS):
        for way, meters in ((keep_as_files, files), (keep_in_packs, packed)):
            with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
                meters.append(way(Path(folder), n_bytes, n_takes))
    before, after = typical(files), typical(packed)
    print(f"{n_takes:,} {name} takes of {n_bytes:,} bytes, each:")
    for step, cost in before.items():
        print(f"  {step:8} one file each {cost}\n  {'':8} in packs      {after[step]}", flush=True)
    return before, after


def main() -> None:
    """Print the figures, and hold packs against files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", type=int, default=20_000)
    parser.add_argument("--long", type=int, default=2_000)
    args = parser.parse_args()
    held = True
    for name, n_bytes, n_takes, limits in (
        ("short", SHORT_BYTES, args.short, SHORT_LIMITS),
        ("long", LONG_BYTES, args.long, LONG_LIMITS),
    ):
        files, packed = compare(name, n_bytes, n_takes)
        for step, limit in limits.items():
            ratio = packed[step].wall / files[step].wall
            held &= hold(f"{step} {name} takes, wall, packs / one file each", ratio, limit)
        ratio = packed["store"].cpu / files["store"].cpu
        held &= hold(f"store {name} takes, CPU, packs / one file each", ratio, MOST_CPU_TO_STORE)
        if name == "short":
            held &= hold("store a short take in a pack, CPU", packed["store"].cpu, MOST_CPU_MS, " ms")
    sys.exit(not held)


if __name__ == "__main__":
    main()
