"""Runs the real command line in forked processes that die on purpose; a program, started by the tests.

    crashes.py sweep MANIFEST FOLDER   die at the n-th thing that reaches the disk, for n = 1, 2, …
    crashes.py kills MANIFEST FOLDER   `kill -9` three runs in a row at random moments, until twenty were killed

After the deaths the same command is run until its end.  Each history is printed as a line of JSON: where it
died, what each of its runs asked for, which takes each of them found on the disk, and whether the outputs are
those of a run that nobody disturbed.  Forking spares each history the time that Python needs to start.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from workbench import takes_in

from batchtts.audio import levels  # noqa: F401 - loaded before the fork, as it takes longest
from batchtts.cli import main
from batchtts.files import HashingFile
from batchtts.pipeline import running  # noqa: F401 - loaded before the fork

DIED = 99
N_IN_A_ROW = 3
N_KILLED = 20
CONCURRENCY = 2


class Death:
    """Comes when as many things have reached the disk as it was told to wait for."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._lock = threading.Lock()

    def knock(self, where: str, last_words: Callable[[], object] = lambda: None) -> None:
        with self._lock:
            self._n -= 1
            if self._n == 0:
                last_words()
                Path(os.environ["DIED_AT"]).write_text(where)
                os._exit(DIED)


def lie_in_wait(death: Death) -> None:
    """Let death come before each sync and rename, within the first write to a file, and around each commit."""
    fsync, replace, write = os.fsync, Path.replace, HashingFile.write

    def dying_fsync(descriptor: int) -> None:
        death.knock("fsync")
        fsync(descriptor)

    def dying_replace(path: Path, target: Path) -> Path:
        death.knock(f"replace {path.suffixes[-2:]}")
        return replace(path, target)

    def dying_write(file: HashingFile, data: bytes) -> None:
        half = len(data) // 2

        def last_words() -> None:
            write(file, data[:half])

        if file.n_bytes == 0:
            death.knock("write", last_words)
        write(file, data)

    class Connection(sqlite3.Connection):
        n_committed = 0

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql != "COMMIT" or self.total_changes == self.n_committed:
                return super().execute(sql, *parameters)
            death.knock("before commit")
            self.n_committed = self.total_changes
            answer = super().execute(sql)
            death.knock("after commit")
            return answer

    os.fsync, Path.replace, HashingFile.write = dying_fsync, dying_replace, dying_write  # type: ignore[assignment, method-assign]
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment]


def run(manifest: str, folder: Path, prepare: Callable[[], object] = lambda: None) -> int:
    """Run the job in a process of its own; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 1)
        os.environ["COUNTING_LOG"] = str(folder) + ".asked"
        os.environ["DIED_AT"] = str(folder) + ".died"
        prepare()
        code = 1
        try:
            main(["run", manifest, "--output", str(folder), "--quiet", "--concurrency", str(CONCURRENCY)])
        except SystemExit as error:
            code = int(error.code or 0)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def history(
    manifest: str, folder: Path, deaths: list[Callable[[], object]], reference: object
) -> dict[str, Any]:
    """Let runs die one after another, then let one run to its end; tell what happened."""
    asked, found, codes, died_at = [], [], [], []
    n_before = 0
    for prepare in [*deaths, lambda: None]:
        found.append(sorted(take.name for take in takes_in(folder)))
        codes.append(run(manifest, folder, prepare))
        log, note = Path(f"{folder}.asked"), Path(f"{folder}.died")
        lines = log.read_text().splitlines() if log.exists() else []
        asked.append([json.loads(line)["text"] for line in lines[n_before:]])
        n_before = len(lines)
        if note.exists():
            died_at.append(note.read_text())
            note.unlink()
    return {
        "codes": codes,
        "died_at": died_at,
        "asked": asked,
        "found": found,
        "attempts": attempts(folder),
        "same": outputs(folder) == reference,
        "leftovers": [path.name for path in folder.rglob("*.part")],
    }


def attempts(folder: Path) -> int:
    """Return how many requests the ledger knows of."""
    with closing(sqlite3.connect(folder / ".batchtts" / "ledger.db")) as db:
        [n] = db.execute("SELECT count(*) FROM attempt WHERE outcome <> 'adopted'").fetchone()
    return int(n)


def outputs(folder: Path) -> dict[str, bytes]:
    names = [path for part in ("chapters", "alignment") for path in sorted((folder / part).glob("*"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in names}


def kill_after(seconds: float) -> None:
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGKILL])
    timer.daemon = True
    timer.start()


def sweep(manifest: str, folder: Path, reference: object) -> None:
    code, n = DIED, 0
    while code == DIED:
        n += 1
        told = history(manifest, folder / str(n), [lambda: lie_in_wait(Death(n))], reference)  # noqa: B023
        code = told["codes"][0]
        tell(told)


def kills(manifest: str, folder: Path, reference: object) -> None:
    started = time.monotonic()
    run(manifest, folder / "measured")
    seconds = time.monotonic() - started
    even = random.Random(1).uniform
    n_histories = n_killed = 0
    while n_killed < N_KILLED:
        n_histories += 1
        deaths = [partial(kill_after, even(0, seconds)) for _ in range(N_IN_A_ROW)]
        told = history(manifest, folder / str(n_histories), deaths, reference)
        n_killed += told["codes"].count(-signal.SIGKILL)
        tell(told)


def tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    command, manifest, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    assert run(manifest, folder / "undisturbed") == 0
    {"sweep": sweep, "kills": kills}[command](manifest, folder, outputs(folder / "undisturbed"))
