"""How what is in storage comes into an output folder, without losing anything that is only here.

The records come at once, the bytes of takes and deliveries when they are wanted.  Packs that no generation
names are what pushes that were cut short, or came second, have left: they are fetched, as they were paid for.
"""

import gzip
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from batchtts.files import PART, Workspace, placing, write_atomically
from batchtts.model import TAKES
from batchtts.remote.errors import RemoteError
from batchtts.remote.fetching import fetch
from batchtts.remote.generation import Generation, Kept, is_pack, pack_object
from batchtts.remote.inventory import JOURNAL, REPORT, inventory
from batchtts.remote.record import Record, record_for, seen_now
from batchtts.remote.renumbering import next_pack, renumber
from batchtts.remote.seen import Seen, look, refuse_unseen
from batchtts.remote.store import Store
from batchtts.remote.transfers import at_once

_PACKED = f".batchtts/pulled.db.gz{PART}"
_PLAIN = f".batchtts/pulled.db{PART}"
_COPIED_BYTES = 1 << 20


class Extent(Enum):
    """What is brought here at once; the rest is brought when it is needed."""

    RECORDS = "records"
    DELIVERIES = "deliveries"
    ALL = "all"

    def holds(self, name: str) -> bool:
        """Return whether a file is brought at once."""
        return self is Extent.ALL or (self is Extent.DELIVERIES and not is_pack(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHere:
    """The ledger of this folder: the digest of what it says, None if there is none, and how it is replaced by a file."""

    substance: str | None
    replace: Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What came from the storage: `found` are packs that no generation named, `gone` files that should be there."""

    generation: Generation | None
    is_new: bool = False
    n_fetched: int = 0
    n_bytes: int = 0
    found: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def pull(
    workspace: Workspace,
    store: Store,
    ledger: LedgerHere,
    *,
    job: str,
    extent: Extent = Extent.RECORDS,
    force: bool = False,
) -> Pulled:
    """Have an output folder follow the generation that is in storage; nobody may use the folder meanwhile.

    Raises `RemoteChanged` if there is something on record here that is not in the storage, and somebody else has
    changed what is there, unless told to `force`.  Raises `RemoteError` if the storage fails, or something
    that lies only there is gone.
    """
    record = record_for(workspace, store.address)
    seen = look(store, job)
    going = _Pull(workspace, store, record, seen)
    if (generation := seen.generation) is None:
        _refuse_loss(workspace, record)
        return going.finish(Extent.RECORDS, is_new=False)
    is_new = not _is_seen(generation, record)
    if is_new and not force and _is_unpushed(ledger, record, generation):
        refuse_unseen(store, generation, record)
    if is_new:
        going.make_room()
    if is_new or force or (ledger.substance is None and generation.substance is not None):
        going.replace_ledger(ledger)
    if is_new:
        going.follow()
    return going.finish(extent, is_new=is_new)


def _is_seen(generation: Generation, record: Record) -> bool:
    return record.generation is not None and record.generation.id == generation.id


def _is_unpushed(ledger: LedgerHere, record: Record, generation: Generation) -> bool:
    """Return whether something is on record here that never got into the storage."""
    known = {None, generation.substance}
    if record.generation is not None:
        known.add(record.generation.substance)
    return ledger.substance not in known


def _refuse_loss(workspace: Workspace, record: Record) -> None:
    if record.generation is not None and (away := record.away(workspace)):
        raise RemoteError(
            f"{record.address} is empty, though {record.generation} was there; {len(away)} files lay only there",
            hint="Restore them. Or delete `.batchtts/remote.json` in the local folder: then what they held is rendered anew.",
        )


class _Pull:
    """One pull: what is here, what is there, and what has been done so far."""

    def __init__(self, workspace: Workspace, store: Store, record: Record, seen: Seen) -> None:
        self._workspace = workspace
        self._store = store
        self._record = record
        self._generation = seen.generation
        self._objects = seen.objects
        self._files: Mapping[str, Kept] = seen.generation.files if seen.generation is not None else {}
        if self._generation is not None and _is_seen(self._generation, record):
            # What was forgotten here since stays forgotten.
            self._files = {name: kept for name, kept in self._files.items() if name in record.files}
        self._n_fetched = self._n_bytes = 0

    def make_room(self) -> None:
        """Give packs that are only here numbers that no pack there has."""
        here = inventory(self._workspace, self._record)
        self._remove_idle(here)
        renumber(self._workspace, {name: kept for name, kept in here.items() if is_pack(name)}, self._files)

    def replace_ledger(self, ledger: LedgerHere) -> None:
        """Put the ledger of the generation in the place of the one here."""
        if self._generation is None:
            return
        kept = self._generation.ledger
        if not fetch(self._store, self._workspace, _PACKED, kept):
            raise RemoteError(
                f"{self._store.address}/{kept.object} is missing or damaged, the ledger of {self._generation}",
                hint="If it was just replaced, run the same command again. Otherwise restore it, or remove "
                "`.batchtts/generation.json` there: the ledger is then made anew from the takes.",
            )
        self._count(kept)
        packed, plain = self._workspace.path(_PACKED), self._workspace.path(_PLAIN)
        try:
            with gzip.open(packed) as source, placing(plain) as target:
                shutil.copyfileobj(source, target, _COPIED_BYTES)
            ledger.replace(plain)
        finally:
            packed.unlink(missing_ok=True)
            plain.unlink(missing_ok=True)

    def follow(self) -> None:
        """Have the files that are here be those of the generation."""
        self._join_journals()
        for name, here in inventory(self._workspace, self._record).items():
            there = self._files.get(name)
            if there is None or name == JOURNAL:
                continue
            if there.sha256 == here.sha256:
                os.utime(self._workspace.path(name), ns=(there.mtime_ns, there.mtime_ns))
            elif not is_pack(name):
                self._fetch(name, there)

    def finish(self, extent: Extent, *, is_new: bool) -> Pulled:
        """Bring what is wanted at once, and remember where the rest is."""
        gone = tuple(name for name in self._files if not self._can_be_had(name))
        generation = self._generation
        if generation is not None:
            files = {name: kept for name, kept in self._files.items() if name not in gone}
            generation = replace(generation, files=files)
        record = seen_now(self._store.address, generation)
        replace(record, sent=self._record.sent).write(self._workspace)
        found = tuple(self._fetch_unnamed())
        away = record.away(self._workspace)
        for name, is_here in at_once(lambda name: self._bring(name, away[name]), filter(extent.holds, away)):
            self._count(away[name], is_here=is_here)
        if extent is not Extent.RECORDS:
            self._fetch_report()
        return Pulled(
            generation=generation,
            is_new=is_new,
            n_fetched=self._n_fetched,
            n_bytes=self._n_bytes,
            found=found,
            gone=gone,
        )

    def _remove_idle(self, here: dict[str, Kept]) -> None:
        """Remove what was part of the output when it was seen last, has not changed here, and is part of it no more."""
        for name in self._record.files.keys() - self._files.keys():
            if name in here and here[name].sha256 == self._record.files[name].sha256:
                del here[name]
                self._workspace.path(name).unlink()

    def _join_journals(self) -> None:
        """Have the journal hold all lines of both; those that are only here come last, as they are not on record."""
        kept = self._files.get(JOURNAL)
        if kept is None:
            return
        path = self._workspace.path(JOURNAL)
        there = (self._store.read(kept.object) or b"").splitlines()
        here = path.read_bytes().splitlines() if path.exists() else []
        ours = [line for line in here if line and line not in set(there)]
        write_atomically(path, b"".join(line + b"\n" for line in (*there, *ours)))
        if not ours:
            os.utime(path, ns=(kept.mtime_ns, kept.mtime_ns))

    def _can_be_had(self, name: str) -> bool:
        """Return whether what the generation names is in the storage, as it was when it was put there.

        A delivery that somebody has overwritten since is looked at: it may have the same bytes again.
        """
        kept = self._files[name]
        listed = self._objects.get(kept.object)
        if listed is None or listed.n_bytes != kept.n_bytes:
            return False
        if is_pack(name) or listed.tag == kept.tag or self._workspace.path(name).exists():
            return True
        return self._fetch(name, kept)

    def _fetch_unnamed(self) -> Iterator[str]:
        """Fetch packs that no generation names; yield what they are called here."""
        named = self._generation.objects.keys() | set(self._generation.leaving) if self._generation else set()
        files = inventory(self._workspace, self._record)
        packs = {name for name in files if is_pack(name)}
        named |= {files[name].object for name in packs}
        for object_, listed in sorted(self._objects.items()):
            sha256 = object_.removeprefix(f"{TAKES}/").removesuffix(".tar")
            if object_ in named or object_ != pack_object(sha256) or not _is_hash(sha256):
                continue
            name = next_pack([*packs, *self._files])
            kept = Kept(
                sha256=sha256, n_bytes=listed.n_bytes, mtime_ns=time.time_ns(), object=object_, tag=listed.tag
            )
            if self._fetch(name, kept):
                packs.add(name)
                yield name

    def _fetch_report(self) -> None:
        """Fetch the report of the run that pushed last, if this machine has none of its own."""
        if REPORT in self._objects and not self._workspace.report.exists():
            data = self._store.read(REPORT)
            write_atomically(self._workspace.report, data or b"")

    def _fetch(self, name: str, kept: Kept) -> bool:
        is_here = self._bring(name, kept)
        self._count(kept, is_here=is_here)
        return is_here

    def _bring(self, name: str, kept: Kept) -> bool:
        return fetch(self._store, self._workspace, name, kept)

    def _count(self, kept: Kept, *, is_here: bool = True) -> None:
        self._n_fetched += is_here
        self._n_bytes += kept.n_bytes * is_here


def _is_hash(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
