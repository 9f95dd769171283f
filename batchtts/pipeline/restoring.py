"""Before a run: the ledger and the folder are brought to agree, without a single request.

What a killed run left is swept or sealed, takes that are missing or damaged are dropped, and takes that the ledger
does not know are adopted.  A ledger that is gone comes back this way as a whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from batchtts.files import Workspace, append_durably, sha256_of, stamp, sweep
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import Readable
from batchtts.model import TAKES, OutputFile, Take, TakeRecord
from batchtts.takes.form import TakeDamaged
from batchtts.takes.packs import Member, members, packs, seal
from batchtts.takes.reading import damaged, recognize

JOURNAL = "retakes.jsonl"

_BATCH = 1024
"""How many takes are adopted, or dropped, in one transaction."""

_MOST_NAMED = 20
"""A pack that is lost may have held more takes than anybody wants to read the names of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was found: how many takes were adopted, and how many dropped, some of them by name with the reason."""

    n_adopted: int
    n_dropped: int
    dropped: tuple[tuple[str, str], ...]


def restore(ledger: Ledger, workspace: Workspace) -> Restored:
    """Bring the ledger and the folder to agree."""
    sweep(workspace.folders)
    return reconcile(ledger, workspace)


def reconcile(ledger: Ledger, workspace: Workspace) -> Restored:
    """Bring the ledger and the packs to agree.

    A copy of a lost take, such as a prune that was killed leaves, can take its place only once it is out of use.
    """
    _seal(ledger, workspace)
    n_dropped = 0
    named: list[tuple[Take, str]] = []
    for take, why in _drop_unusable(ledger, workspace):
        n_dropped += 1
        if len(named) < _MOST_NAMED:
            named.append((take, why))
    n_adopted = adopt(ledger, workspace)
    return Restored(
        n_adopted=n_adopted,
        n_dropped=n_dropped,
        dropped=tuple((take.name, why) for take, why in named if ledger.live_take(take.fingerprint) is None),
    )


def _drop_unusable(ledger: Ledger, workspace: Workspace) -> Iterator[tuple[Take, str]]:
    """Drop the takes whose bytes are gone or have changed; yield them, and why.

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
        why = "file missing" if found is None else "damaged"
        lost = (take for take, _ in damaged(workspace, ledger.live_takes(pack)))
        while batch := list(islice(lost, _BATCH)):
            ledger.drop_all(batch, why)
            yield from ((take, why) for take in batch)
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
    _seal(ledger, workspace)
    known, read = ledger.packs(), set[str]()
    found = unrecorded(workspace, ledger)
    n_adopted = 0
    while batch := list(islice(found, _BATCH)):
        n_adopted += ledger.adopt_all(batch, dropped=dropped)
        read |= {record.take.pack for record in batch}
    note_intact(ledger, workspace, [f"{TAKES}/{pack}" for pack in read if pack not in known])
    return n_adopted


def _seal(ledger: Ledger, workspace: Workspace) -> None:
    """End the packs that a killed run has left."""
    known = ledger.packs()
    for path in packs(workspace):
        seal(path, known.get(path.name, 0))


def unrecorded(workspace: Workspace, ledger: Readable | None) -> Iterator[TakeRecord]:
    """Yield the takes in packs of which a ledger does not know, the newest packs first.

    What is no take stays where it is, and `prune` leaves it out.
    """
    for path, member in _unrecorded_members(workspace, ledger):
        try:
            record = recognize(workspace, path, member)
        except TakeDamaged:
            continue
        yield record


def n_unrecorded(ledger: Readable | None, workspace: Workspace) -> int:
    """Return how many takes lie in packs of which the ledger does not know."""
    return sum(1 for _ in _unrecorded_members(workspace, ledger))


def _unrecorded_members(workspace: Workspace, ledger: Readable | None) -> Iterator[tuple[Path, Member]]:
    """Yield what lies behind the last take of a pack that a ledger knows, but for copies of takes in use.

    In each pack, further takes of one text come before earlier ones.
    """
    known = ledger.packs() if ledger is not None else {}
    for path in reversed(packs(workspace)):
        found = members(path, known.get(path.name, 0))
        for member in sorted(found, key=lambda member: -int(member.name.split(".")[1])):
            if ledger is None or not known or not _is_in_use(ledger, member):
                yield path, member


def _is_in_use(ledger: Readable, member: Member) -> bool:
    take = ledger.live_take(member.name.partition(".")[0])
    return take is not None and take.name == member.name


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
