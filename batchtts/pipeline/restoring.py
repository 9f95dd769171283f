"""Before a run: the ledger and the folder are brought to agree, without a single request.

What a killed run left is swept, takes that the ledger does not know are adopted, and takes that are missing
or damaged are dropped.  A ledger that is gone comes back this way as a whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from batchtts.errors import PlanError, Problem
from batchtts.files import Workspace, append_durably, sha256_of, stamp, sweep
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import Readable
from batchtts.model import TAKES, OutputFile, TakeRecord
from batchtts.pipeline.settling import Settled
from batchtts.takes.form import TakeDamaged
from batchtts.takes.packs import Member, members, packs, seal
from batchtts.takes.reading import damaged, recognize

JOURNAL = "retakes.jsonl"

_BATCH = 1024
"""How many takes are adopted in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was found: takes adopted, and takes dropped with the reason."""

    n_adopted: int
    dropped: tuple[tuple[str, str], ...]


def refuse_other_job(ledger: Ledger, settled: Settled) -> None:
    """Raise `PlanError` if the output folder holds another job: its chapters would be taken for leftovers."""
    prefix = f"{settled.job.name}-ch"
    other = next((id_ for id_ in ledger.masters() if not id_.startswith(prefix)), None)
    if other is not None:
        name = other.rpartition("-ch")[0]
        raise PlanError(
            [
                Problem(
                    where=str(settled.job.path),
                    what=f"output.dir: {settled.workspace.root} holds another job, {name!r}",
                    hint=f"Give this one a folder of its own; or set `job.name: {name}` if it is the same.",
                )
            ]
        )


def restore(ledger: Ledger, workspace: Workspace) -> Restored:
    """Bring the ledger and the folder to agree."""
    sweep(workspace.folders)
    n_adopted = adopt(ledger, workspace)
    dropped = tuple(_drop_unusable(ledger, workspace))
    return Restored(n_adopted=n_adopted, dropped=dropped)


def _drop_unusable(ledger: Ledger, workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Drop the takes whose bytes are gone or have changed; yield their names, and why.

    A pack whose size and time are those with which it was last found right is not read.
    """
    verified = ledger.verified()
    for pack in ledger.packs():
        name = f"{TAKES}/{pack}"
        found = stamp(workspace.path(name))
        if found is not None and verified.get(name) == (found.n_bytes, found.mtime_ns):
            continue
        if found is None and workspace.found_elsewhere(name) is not None:
            continue
        for take, _ in list(damaged(workspace, ledger.live_takes(pack))):
            why = "file missing" if found is None else "damaged"
            ledger.drop(take, why)
            yield take.name, why
        if found is not None:
            ledger.note_verified(name, found.n_bytes, found.mtime_ns)


def is_intact(
    ledger: Ledger, workspace: Workspace, file: OutputFile, verified: Mapping[str, tuple[int, int]]
) -> bool:
    """Return whether a file has the bytes that were written.

    The bytes are read only if the file's size or time is not what `verified` says: what it was when they
    were last found right.
    """
    path = workspace.path(file.path)
    found = stamp(path)
    if found is None:
        return workspace.found_elsewhere(file.path) == file
    if found.n_bytes != file.n_bytes:
        return False
    if verified.get(file.path) == (found.n_bytes, found.mtime_ns):
        return True
    if sha256_of(path) != file.sha256:
        return False
    ledger.note_verified(file.path, found.n_bytes, found.mtime_ns)
    return True


def note_intact(ledger: Ledger, workspace: Workspace, paths: Iterable[str]) -> None:
    """Note that files were just written, so that the next run need not read them."""
    for path in paths:
        found = stamp(workspace.path(path))
        if found is not None:
            ledger.note_verified(path, found.n_bytes, found.mtime_ns)


def journal_retake(
    workspace: Workspace, *, fingerprint: str, seed: int, why: str, dropped: str | None
) -> None:
    """Note a retake beside the takes, so that a rebuilt ledger knows of it."""
    entry = {"fingerprint": fingerprint, "seed": seed, "why": why, "dropped": dropped}
    append_durably(workspace.state / JOURNAL, json.dumps(entry, ensure_ascii=False, sort_keys=True))


def adopt(ledger: Ledger, workspace: Workspace) -> int:
    """Record takes and retakes that the ledger does not know; return how many takes that were.

    Whoever deletes or drops anything has to do this first: a ledger that was lost knows nothing.
    """
    dropped = _replay_journal(ledger, workspace)
    known = ledger.packs()
    for path in packs(workspace):
        seal(path, known.get(path.name, 0))
    found = unrecorded(workspace, known)
    n_adopted = 0
    while batch := list(islice(found, _BATCH)):
        n_adopted += ledger.adopt_all(batch, dropped=dropped)
    return n_adopted


def unrecorded(workspace: Workspace, known: Mapping[str, int]) -> Iterator[TakeRecord]:
    """Yield the takes in packs of which a ledger does not know, the newest packs first.

    `known` tells of each pack that it has heard of where the last take ends that it knows.  What is no take stays
    where it is, and `prune` leaves it out.
    """
    for path in reversed(packs(workspace)):
        found = [_recognized(workspace, path, member) for member in members(path, known.get(path.name, 0))]
        yield from sorted(filter(None, found), key=lambda record: -record.take.number)


def n_unrecorded(ledger: Readable | None, workspace: Workspace) -> int:
    """Return how many takes lie in packs of which the ledger does not know."""
    known = ledger.packs() if ledger is not None else {}
    return sum(1 for path in packs(workspace) for _ in members(path, known.get(path.name, 0)))


def _recognized(workspace: Workspace, path: Path, member: Member) -> TakeRecord | None:
    try:
        return recognize(workspace, path, member)
    except TakeDamaged:
        return None


def journaled_drops(workspace: Workspace) -> dict[str, str]:
    """Return the reasons for which takes were dropped by retakes, by path; a lost ledger does not matter."""
    return {path: why for _, _, why, path in _journal(workspace) if path is not None}


def _journal(workspace: Workspace) -> list[tuple[str, int, str, str | None]]:
    journal = workspace.state / JOURNAL
    if not journal.exists():
        return []
    return [entry for line in journal.read_bytes().split(b"\n") if (entry := _entry(line)) is not None]


def _replay_journal(ledger: Ledger, workspace: Workspace) -> dict[str, str]:
    """Tell the ledger of retakes that it does not know; return the reasons for which takes were dropped, by path.

    A retake is in the journal before it is in the ledger, and both only grow: the last lines are unknown.
    """
    n_known = ledger.n_retakes()
    for fingerprint, seed, why, _ in _journal(workspace)[n_known:]:
        ledger.ask_retake(fingerprint, why=why, seed=seed)
    return journaled_drops(workspace)


def _entry(line: bytes) -> tuple[str, int, str, str | None] | None:
    """Return what a line of the journal says; None for one that a crash cut short, of which nobody was told."""
    try:
        entry = json.loads(line)
        return entry["fingerprint"], entry["seed"], entry["why"], entry["dropped"]
    except (ValueError, KeyError, TypeError):
        return None
