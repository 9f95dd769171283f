"""Runs the real command line in forked processes that die on purpose; a program, started by the tests.

    crashes.py sweep MANIFEST FOLDER     die at the n-th thing that reaches the disk, for n = 1, 2, …
    crashes.py blackout MANIFEST FOLDER  the same, and of the takes all is gone that was not synced by then
    crashes.py kills MANIFEST FOLDER     `kill -9` three runs in a row at random moments, until twenty were killed
    crashes.py prune MANIFEST FOLDER     let `prune --unused` die as in a sweep, in a folder that has been rendered
    crashes.py merge MANIFEST FOLDER     let `merge` die as in a sweep; the folder holds those of two shards, s1 and s2
    crashes.py deliver MANIFEST FOLDER   let a run die as in a sweep, in a folder that has been rendered, not delivered

After the deaths the same command is run until its end.  Each history is printed as a line of JSON: where it
died, what each of its runs asked for, which takes each of them found on the disk, and whether the outputs are
those of a run that nobody disturbed.  Forking spares each history the time that Python needs to start.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from workbench import takes_in

from batchtts.audio import levels  # noqa: F401 - loaded before the fork, as it takes longest
from batchtts.cli import main
from batchtts.files import HashingFile, Workspace
from batchtts.pipeline import running  # noqa: F401 - loaded before the fork
from batchtts.pipeline.deliveries import delivering  # noqa: F401
from batchtts.pipeline.upkeep import merging, pruning  # noqa: F401
from batchtts.takes.growing import Shelf
from batchtts.takes.packs import packs

DIED = 99
N_IN_A_ROW = 3
N_KILLED = 20
CONCURRENCY = 2


class Death:
    """Comes when as many things have reached the disk as it was told to wait for."""

    def __init__(self, n: int, *, blackout: Path | None = None) -> None:
        self._n = n
        self._lock = threading.Lock()
        self._blackout = blackout
        self._sizes: dict[int, int] = {}
        self._names: set[str] = set()

    def knock(self, where: str, last_words: Callable[[], object] = lambda: None) -> None:
        with self._lock:
            self._n -= 1
            if self._n == 0:
                last_words()
                Path(os.environ["DIED_AT"]).write_text(where)
                if self._blackout is not None:
                    self._forget_unsynced(self._blackout)
                os._exit(DIED)

    def note_synced(self, descriptor: int) -> None:
        """Take note of what would be there after the power was lost."""
        status = os.fstat(descriptor)
        if S_ISDIR(status.st_mode):
            self._names |= set(os.listdir(descriptor))
        else:
            self._sizes[status.st_ino] = status.st_size

    def _forget_unsynced(self, folder: Path) -> None:
        for pack in packs(Workspace(folder)):
            status = pack.stat()
            n_bytes = self._sizes.get(status.st_ino, 0)
            if n_bytes < status.st_size:
                os.truncate(pack, n_bytes)
            if pack.name not in self._names:
                os.unlink(pack)  # noqa: PTH108 - the other one brings death


def lie_in_wait(death: Death) -> None:
    """Let death come before each sync, rename, deletion and change of mode, within writes, and around each commit."""
    fsync, write, put = os.fsync, HashingFile.write, Shelf.put

    def dying_fsync(descriptor: int) -> None:
        death.knock("fsync")
        fsync(descriptor)
        death.note_synced(descriptor)

    def dying_write(file: HashingFile, data: bytes) -> None:
        if file.n_bytes == 0:
            death.knock("write", lambda: write(file, data[: len(data) // 2]))
        write(file, data)

    def dying_put(shelf: Shelf, name: str, pieces: Sequence[bytes]) -> None:
        def last_words() -> None:
            assert shelf._pack is not None
            put(shelf, name, pieces)
            shelf._pack.stream.flush()
            os.truncate(shelf._pack.path, shelf._pack.end - sum(map(len, pieces)) // 2)

        death.knock("put", last_words)
        put(shelf, name, pieces)

    for name in ("replace", "unlink", "chmod"):
        setattr(Path, name, _dying(getattr(Path, name), name, death))
    os.fsync, HashingFile.write, Shelf.put = dying_fsync, dying_write, dying_put  # type: ignore[assignment, method-assign]
    sqlite3.connect = partial(sqlite3.connect, factory=_connection(death))  # type: ignore[assignment]


def _dying(act: Callable[..., Any], name: str, death: Death) -> Callable[..., Any]:
    def dying(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.exists():
            death.knock(f"{name} {path.suffixes[-2:]}")
        return act(path, *arguments, **options)

    return dying


def _connection(death: Death) -> type[sqlite3.Connection]:
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

    return Connection


def batchtts(folder: Path, *command: str, prepare: Callable[[], object] = lambda: None) -> tuple[int, str]:
    """Run a command in a process of its own; return its exit code, negative for a signal, and what it printed."""
    told = Path(f"{folder}.told")
    folder.parent.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.environ["COUNTING_LOG"] = f"{folder}.asked"
        os.environ["DIED_AT"] = f"{folder}.died"
        prepare()
        code = 1
        try:
            main([*command, "--output", str(folder)])
        except SystemExit as error:
            code = int(error.code or 0)
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told.read_text()


def run(manifest: str, folder: Path, prepare: Callable[[], object] = lambda: None) -> int:
    """Run the job; return the exit code."""
    command = ("run", manifest, "--quiet", "--concurrency", str(CONCURRENCY))
    return batchtts(folder, *command, prepare=prepare)[0]


def history(
    manifest: str, folder: Path, deaths: list[Callable[[], object]], reference: object
) -> dict[str, Any]:
    """Let runs die one after another, then let one run to its end; tell what happened."""
    asked, found, codes, died_at = [], [], [], []
    for prepare in [*deaths, lambda: None]:
        found.append(names(folder))
        n_before = len(texts_asked(folder))
        codes.append(run(manifest, folder, prepare))
        asked.append(texts_asked(folder)[n_before:])
        died_at += note_of_death(folder)
    return {
        "codes": codes,
        "died_at": died_at,
        "asked": asked,
        "found": found,
        "attempts": attempts(folder),
        "same": outputs(folder) == reference,
        "leftovers": [path.name for path in folder.rglob("*.part")],
        "unsealed": [path.name for path in packs(Workspace(folder)) if path.stat().st_mode & 0o222],
    }


def names(folder: Path) -> list[str]:
    """Return the names of the takes that lie in packs."""
    return sorted(take.name for take in takes_in(folder))


def texts_asked(folder: Path) -> list[str]:
    log = Path(f"{folder}.asked")
    return [json.loads(line)["text"] for line in log.read_text().splitlines()] if log.exists() else []


def note_of_death(folder: Path) -> list[str]:
    note = Path(f"{folder}.died")
    if not note.exists():
        return []
    text = note.read_text()
    note.unlink()
    return [text]


def attempts(folder: Path) -> int:
    """Return how many requests the ledger knows of."""
    with closing(sqlite3.connect(folder / ".batchtts" / "ledger.db")) as db:
        [n] = db.execute("SELECT count(*) FROM attempt WHERE outcome <> 'adopted'").fetchone()
    return int(n)


def outputs(folder: Path) -> dict[str, bytes]:
    parts = ("chapters", "alignment", "audiobook")
    paths = [path for part in parts for path in sorted((folder / part).rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def kill_after(seconds: float) -> None:
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGKILL])
    timer.daemon = True
    timer.start()


def sweep(manifest: str, folder: Path, *, is_blackout: bool = False) -> None:
    reference = undisturbed(manifest, folder)
    code, n = DIED, 0
    while code == DIED:
        n += 1
        own = folder / str(n)
        death = Death(n, blackout=own if is_blackout else None)
        told = history(manifest, own, [partial(lie_in_wait, death)], reference)
        code = told["codes"][0]
        tell(told)


def kills(manifest: str, folder: Path) -> None:
    reference = undisturbed(manifest, folder)
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


def prune(manifest: str, folder: Path) -> None:
    """Each history: `prune` dies; a run, a dry run, another prune and a check follow."""
    undisturbed_folder = Path(shutil.copytree(folder, f"{folder}-0"))
    batchtts(undisturbed_folder, "prune", manifest, "--unused")
    code, n = DIED, 0
    while code == DIED:
        n += 1
        own = Path(shutil.copytree(folder, f"{folder}-{n}"))
        code, _ = batchtts(own, "prune", manifest, "--unused", prepare=partial(lie_in_wait, Death(n)))
        before = len(texts_asked(own))
        ran = run(manifest, own)
        dry, pruned = (batchtts(own, "prune", manifest, "--unused", *more) for more in (["--dry-run"], []))
        tell(
            {
                "died": code,
                "died_at": note_of_death(own),
                "codes": [ran, dry[0], pruned[0], batchtts(own, "check", manifest)[0]],
                "asked": texts_asked(own)[before:],
                "dry": dry[1].splitlines()[:-1],
                "pruned": pruned[1].splitlines()[:-1],
                "kept": names(own),
                "expected": names(undisturbed_folder),
                "same": outputs(own) == outputs(undisturbed_folder),
            }
        )


def merge(manifest: str, folder: Path) -> None:
    """Each history: `merge` dies; another merge, a run and a check follow."""
    command = ("merge", manifest, str(folder / "s1"), str(folder / "s2"))
    code, n = DIED, 0
    while code == DIED:
        n += 1
        own = folder / str(n)
        code, _ = batchtts(own, *command, prepare=partial(lie_in_wait, Death(n)))
        again, ran = batchtts(own, *command), run(manifest, own)
        tell(
            {
                "died": code,
                "died_at": note_of_death(own),
                "codes": [again[0], ran, batchtts(own, "check", manifest)[0]],
                "said": again[1].splitlines()[-1],
                "asked": texts_asked(own),
                "names": [take.name for take in takes_in(own)],
                "attempts": attempts(own),
            }
        )


def deliver(manifest: str, folder: Path) -> None:
    """Each history: a run that has only deliveries to make dies; another run and a check follow."""
    undisturbed_folder = Path(shutil.copytree(folder, f"{folder}-0"))
    run(manifest, undisturbed_folder)
    reference = outputs(undisturbed_folder)
    code, n = DIED, 0
    while code == DIED:
        n += 1
        own = Path(shutil.copytree(folder, f"{folder}-{n}"))
        code = run(manifest, own, partial(lie_in_wait, Death(n)))
        halves = {
            name
            for name, data in outputs(own).items()
            if not name.endswith(".part") and data != reference[name]
        }
        tell(
            {
                "died": code,
                "died_at": note_of_death(own),
                "halves": sorted(halves),
                "codes": [run(manifest, own), batchtts(own, "check", manifest)[0]],
                "same": outputs(own) == reference,
                "leftovers": [path.name for path in own.rglob("*.part")],
            }
        )


def undisturbed(manifest: str, folder: Path) -> dict[str, bytes]:
    """Return the outputs of a run that nobody disturbs."""
    assert run(manifest, folder / "undisturbed") == 0
    return outputs(folder / "undisturbed")


def tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    command, manifest, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    scenes = {
        "sweep": sweep,
        "blackout": partial(sweep, is_blackout=True),
        "kills": kills,
        "prune": prune,
        "merge": merge,
        "deliver": deliver,
    }
    scenes[command](manifest, folder)
