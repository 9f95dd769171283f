"""A disk that is full at the worst of moments: what was stored stays, and the same command goes on when there is room."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from workbench import Workbench

from batchtts.takes.growing import Shelf

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")
N = len(BOOK)


@contextmanager
def full_after(n_syncs: int, method: str = "_sync") -> Iterator[None]:
    """Let so many syncs of packs succeed, and no other."""
    original, left = getattr(Shelf, method), n_syncs

    def sync(*arguments: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        original(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Shelf, method, sync)
        yield


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    bench.book(*BOOK)
    return bench


@pytest.mark.parametrize("engine", ["counting", "paid"])
@pytest.mark.parametrize("n_syncs", range(N + 1))
def test_a_run_that_cannot_store_takes_says_so_and_asks_for_nothing_twice(
    written: Workbench, n_syncs: int, engine: str
) -> None:
    written.job(voices={"narrator": {"engine": engine, "voice": "hum"}})
    with full_after(n_syncs):
        first = written.run("--concurrency", "1")
    assert first.exit_code == 1
    assert "No space left on device" in first.stderr
    assert "Nothing that was stored is lost" in first.stderr
    n_stored = len(written.takes)
    assert n_stored >= min(n_syncs, N)
    second = written.run()
    assert (second.exit_code, len(second.asked)) == (0, N - n_stored)
    assert len(first.asked) <= n_stored + 2  # one was in flight, and one more had been asked for
    assert written.run().stdout.startswith("Nothing to render")
    assert written.batchtts("check").exit_code == 0


def test_status_tells_why_a_run_has_crashed(written: Workbench) -> None:
    with full_after(1):
        written.run()
    assert "crashed ([Errno 28] No space left on device)" in written.batchtts("status").stdout


def test_a_merge_goes_on_when_there_is_room(written: Workbench) -> None:
    folders = [written.folder / "s1", written.folder / "s2"]
    for number, folder in enumerate(folders, start=1):
        written.run("--shard", f"{number}/2", "--output", str(folder))
    with full_after(1):
        assert written.batchtts("merge", *map(str, folders)).exit_code == 1
    merged = written.batchtts("merge", *map(str, folders))
    assert (merged.exit_code, merged.stdout.splitlines()[-1][:6]) == (0, "5 of 5")
    assert written.run().asked == []
    assert len(written.takes) == N


@pytest.mark.parametrize("n_syncs", [0, 1])
def test_a_prune_goes_on_when_there_is_room(written: Workbench, n_syncs: int) -> None:
    written.run()
    written.batchtts("retake", "ch01-0001", "--why", "flat")
    written.run()
    with full_after(n_syncs):
        failed = written.batchtts("prune")
    assert (failed.exit_code, "No space left on device" in failed.stderr) == (1, True)
    assert written.run().asked == []
    dry = written.batchtts("prune", "--dry-run").stdout.splitlines()
    assert written.batchtts("prune").stdout.splitlines()[:-1] == dry[:-1]
    assert (len(written.takes), written.run().asked) == (N, [])
    assert written.batchtts("check").exit_code == 0
