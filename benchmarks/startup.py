"""What it takes until a command begins its work: the start of the program, and a manifest of 5 MB.

`python -m benchmarks.startup`.  Everything is measured in turns with its baseline, in processes of its own, with
modules compiled beforehand, as an installed program has them.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from benchmarks.measuring import BATCHTTS, PYTHON, hold, measure

ROUNDS = 15
HELP_RATIO = 1.5
STATUS_RATIO = 3.0

MANIFEST_ROUNDS = 7
N_SEGMENTS = 19_600
LOADING_RATIO = 2.0
MEMORY_RATIO = 6.0
"""How many times the size of the file memory may grow by; with the baseline it is 5 to 6."""

_JOB = """\
voices: {narrator: {engine: tone, voice: hum}}
documents: [{text: "The gate was shut. Nobody had a key."}]
"""
_HEAD = "voices: {warden: {engine: tone, voice: hum}}\ndocuments:\n- segments:\n"
_TEXT = "The warden counts every boat that comes in, and writes it down, however late it is; " * 2


def main() -> None:
    """Measure both, or load one manifest in one way."""
    if len(sys.argv) == 3:
        load(sys.argv[1], Path(sys.argv[2]))
        return
    with TemporaryDirectory() as folder:
        held = [*commands(Path(folder)), *manifest(Path(folder))]
    sys.exit(not all(held))


def commands(folder: Path) -> list[bool]:
    """Compare the start of commands with the import of the library that reads their arguments."""
    job = folder / "job.yaml"
    job.write_text(_JOB, encoding="utf-8")
    measure([*BATCHTTS, "run", str(job), "--quiet"])
    click, help_text, status = in_turns(
        [[PYTHON, "-c", "import click"], [*BATCHTTS, "--help"], [*BATCHTTS, "status", str(job)]]
    )
    return [
        hold("batchtts --help / python -c 'import click', CPU", help_text / click, HELP_RATIO),
        hold("batchtts status / python -c 'import click', CPU", status / click, STATUS_RATIO),
    ]


def in_turns(programs: Sequence[Sequence[str]]) -> list[float]:
    """Return the CPU seconds of each program, the median of many rounds; the first only compiles modules."""
    rounds = [[measure(program).cpu for program in programs] for _ in range(ROUNDS + 1)]
    return [median(values) for values in zip(*rounds[1:], strict=True)]


def manifest(folder: Path) -> list[bool]:
    """Compare loading and checking a manifest with the least that a reader of YAML must do."""
    path = folder / "large.yaml"
    path.write_text(_HEAD + "".join(map(_segment, range(N_SEGMENTS))), encoding="utf-8")
    megabytes = path.stat().st_size / 1e6
    rounds = [[loaded(way, path) for way in WAYS] for _ in range(MANIFEST_ROUNDS + 1)][1:]
    (least_cpu, least_mb), (our_cpu, our_mb) = (
        [median(values) for values in zip(*turns, strict=True)] for turns in zip(*rounds, strict=True)
    )
    print(
        f"{megabytes:.1f} MB: {our_cpu:.3f} s, {our_mb:.1f} MB; baseline {least_cpu:.3f} s, {least_mb:.1f} MB"
    )
    return [
        hold("load a 5 MB manifest / build its values from events, CPU", our_cpu / least_cpu, LOADING_RATIO),
        hold("load a 5 MB manifest, memory / its size", our_mb / megabytes, MEMORY_RATIO),
    ]


def _segment(number: int) -> str:
    return f'  - id: s{number:06}\n    text: "{_TEXT}{number}."\n    voice: warden\n    speed: 1.0\n'


def loaded(way: str, path: Path) -> tuple[float, float]:
    """Load a manifest in a process of its own; return its CPU seconds, and how many MB its memory grew."""
    command = [PYTHON, "-m", "benchmarks.startup", way, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, megabytes = map(float, said.split())
    return seconds, megabytes


def load(way: str, path: Path) -> None:
    """Load a manifest, and print what that took."""
    work = WAYS[way]()
    before = peak_mb()
    begin = time.process_time()
    found = work(path)
    seconds = time.process_time() - begin
    assert found
    print(seconds, peak_mb() - before)


def peak_mb() -> float:
    """Return how large this process has been; unlike `ru_maxrss`, this knows nothing of the one that began it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def least() -> Callable[[Path], object]:
    """Return the baseline."""
    return lambda path: build(path.read_text(encoding="utf-8"))


def whole() -> Callable[[Path], object]:
    """Return what is measured; importing it is not part of that."""
    from batchtts.manifest.reading import read_job

    return read_job


WAYS = {"least": least, "whole": whole}


_PLAIN = re.compile(
    r"(?P<null>~|null|Null|NULL|)\Z|(?P<true>true|True|TRUE)\Z|(?P<false>false|False|FALSE)\Z"
    r"|(?P<whole>[-+]?[0-9]+)\Z|(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\Z"
)
_SPECIAL = frozenset("+-.0123456789~nNtTfF")
_VALUES: dict[str | None, Callable[[str], object]] = {
    "null": lambda _: None,
    "true": lambda _: True,
    "false": lambda _: False,
    "whole": int,
    "number": float,
}


# All in one function: a call for each event would make it slower.
def build(text: str) -> object:  # noqa: C901, PLR0912, PLR0915
    """Return the values of a YAML text, and keep lines; aliases, tags and double keys are refused."""
    lines: dict[int, int] = {}
    outer: list[Any] = []
    target: Any = []
    key: Any = None
    value: Any
    event: Any
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if event.implicit[0] and (not value or value[0] in _SPECIAL) and (found := _PLAIN.match(value)):
                value = _VALUES[found.lastgroup](value)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor or event.tag or len(outer) > 64:
                raise ValueError(event.start_mark)
            value = {} if kind is MappingStartEvent else []
            lines[id(value)] = event.start_mark.line
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            target, key = outer.pop()
            continue
        elif kind is AliasEvent:
            raise ValueError(event.start_mark)
        else:
            continue
        if type(target) is list:
            target.append(value)
        elif key is None:
            if value in target:
                raise ValueError(event.start_mark)
            key = value
            continue
        else:
            target[key] = value
            key = None
        if kind is not ScalarEvent:
            outer.append((target, key))
            target, key = value, None
    return target[0]


if __name__ == "__main__":
    main()
