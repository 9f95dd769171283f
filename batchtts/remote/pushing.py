"""How an output folder gets into storage: what others name first, what names the others last.

A push that ends anywhere leaves the generation before, or the one after.  Packs go by the hash of their bytes, so
nothing that was paid for is ever overwritten, and packs that no generation names are found by the next pull.
"""

import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from batchtts.files import PART, Workspace, sha256_of
from batchtts.remote.errors import RemoteUnavailable
from batchtts.remote.generation import GENERATION, Generation, Kept, following, is_pack, new_id, pack_object
from batchtts.remote.inventory import REPORT, inventory, kept_now
from batchtts.remote.record import Record, record_for, seen_now
from batchtts.remote.seen import Seen, look, refuse_unseen
from batchtts.remote.store import Listed, Store, Superseded
from batchtts.remote.transfers import AT_ONCE, at_once

_REMEMBERED_BYTES = 32 << 20
"""After how many bytes what was sent is written down, so that a kill costs no more than that once more."""

_COPIED_BYTES = 1 << 20
_COMPRESSION = 1
"""A ledger gets to a third of its size with 1, at 85 MB/s; with 6 it takes three times as long and saves 4 % more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A ledger that is to be put into storage: `write` makes a copy of it that is whole.

    `substance` is the digest of what it says of takes and requests, `inputs` that of what its plan was made from.
    """

    job: str
    substance: str | None
    inputs: str | None
    write: Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What was put into storage, and removed from it; `gone` are files that were in it and are no more."""

    generation: Generation
    n_sent: int = 0
    n_bytes: int = 0
    n_removed: int = 0
    gone: tuple[str, ...] = ()


def push(
    workspace: Workspace,
    store: Store,
    snapshot: Snapshot,
    *,
    force: bool = False,
    tell: Callable[[str], None],
) -> Pushed:
    """Put what has changed in an output folder into storage; nobody may write to the folder meanwhile.

    Raises `RemoteChanged` if another generation is there than the one seen last, unless told to `force`; packs
    are in the storage by then, and the next pull finds them.  Raises `RemoteError` if the storage fails.
    """
    record = record_for(workspace, store.address)
    seen = look(store, snapshot.job)
    going = _Push(workspace, store, snapshot, record, seen, tell)
    if seen.generation is not None and going.is_up_to_date(seen.generation):
        return going.send_report(Pushed(generation=seen.generation))
    going.send_packs()
    if not force:
        refuse_unseen(store, seen.generation, record)
    return going.send_report(going.finish())


class _Push:
    """One push: what is here, what is there, and what has been done so far."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        snapshot: Snapshot,
        record: Record,
        seen: Seen,
        tell: Callable[[str], None],
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._snapshot = snapshot
        self._record = record
        self._seen = seen
        self._tell = tell
        self._here = inventory(workspace, record)
        self._sent: dict[str, Kept] = {}
        self._n_sent = self._n_bytes = self._n_unremembered = 0

    def is_up_to_date(self, generation: Generation) -> bool:
        """Return whether a generation is what is here, to the byte, and nothing that it names was lost since."""
        here = {name: kept.sha256 for name, kept in {**self._record.files, **self._here}.items()}
        return (
            self._record.generation is not None
            and generation.id == self._record.generation.id
            and generation.substance == self._snapshot.substance
            and generation.inputs == self._snapshot.inputs
            and here == {name: kept.sha256 for name, kept in generation.files.items()}
            and all(self._is_intact(kept) for kept in generation.files.values())
        )

    def send_packs(self) -> None:
        """Send the packs that are not there yet, whoever may have put them there."""
        self._send_all(filter(is_pack, list(self._here)), most=1)  # each is sent in several parts at once

    def finish(self) -> Pushed:
        """Send the rest, then the ledger, then the generation that names them; remove what is left over."""
        self._send_all(name for name in list(self._here) if not is_pack(name))
        away = {name: kept for name, kept in self._record.files.items() if name not in self._here}
        gone = {name for name, kept in away.items() if not self._is_there(kept)}
        files = {name: kept for name, kept in {**away, **self._here}.items() if name not in gone}
        parent = self._seen.generation
        id_ = new_id()
        generation = following(
            parent,
            id=id_,
            job=self._snapshot.job,
            substance=self._snapshot.substance,
            inputs=self._snapshot.inputs,
            ledger=self._send_ledger(id_),
            files=files,
        )
        generation = replace(generation, leaving=self._leaving(parent, generation))
        self._write(generation)
        report = {name: kept for name, kept in self._record.sent.items() if name == REPORT}
        self._record, self._sent = replace(seen_now(self._store.address, generation), sent=report), {}
        self._record.write(self._workspace)
        n_removed = self._clear(parent, generation)
        return Pushed(generation=generation, n_removed=n_removed, gone=tuple(sorted(gone)))

    def send_report(self, pushed: Pushed) -> Pushed:
        """Send the report of the last run here, if there was one since the last push; return all that was done."""
        if self._workspace.report.exists() and self._record.known(self._workspace, REPORT) is None:
            self._here[REPORT] = kept_now(self._workspace, REPORT)
            self._send_all([REPORT])
        return replace(pushed, n_sent=self._n_sent, n_bytes=self._n_bytes)

    def _send_all(self, names: Iterable[str], *, most: int = AT_ONCE) -> None:
        """Send those of the files that the storage does not have as they are."""
        changed = []
        for name in names:
            kept = self._here[name]
            listed = self._seen.objects.get(kept.object)
            if listed is not None and self._is_same(kept, listed):
                self._here[name] = replace(kept, tag=listed.tag)
            else:
                changed.append(name)
        try:
            for name, listed in at_once(self._send, changed, most=most):
                self._note_sent(name, listed)
        finally:
            self._remember()

    def _send(self, name: str) -> Listed:
        return self._store.send(self._workspace.path(name), self._here[name].object)

    def _is_same(self, kept: Kept, listed: Listed) -> bool:
        """Return whether an object is what we would send: a pack by its name, all else by what it was when sent."""
        if listed.n_bytes != kept.n_bytes:
            return False
        return kept.object == pack_object(kept.sha256) or kept.tag == listed.tag != ""

    def _is_there(self, kept: Kept) -> bool:
        listed = self._seen.objects.get(kept.object)
        return listed is not None and listed.n_bytes == kept.n_bytes

    def _is_intact(self, kept: Kept) -> bool:
        """Return whether an object is still what was sent, as far as a look at it tells."""
        listed = self._seen.objects.get(kept.object)
        if listed is None or listed.n_bytes != kept.n_bytes:
            return False
        return not kept.tag or not listed.tag or kept.tag == listed.tag

    def _note_sent(self, name: str, listed: Listed) -> None:
        kept = replace(self._here[name], tag=listed.tag)
        self._here[name] = self._sent[name] = kept
        self._count(kept)
        if is_pack(name):
            self._tell(f"{name}: {kept.n_bytes / 1e6:.1f} MB sent")
        if self._n_unremembered >= _REMEMBERED_BYTES:
            self._remember()

    def _count(self, kept: Kept) -> None:
        self._n_sent += 1
        self._n_bytes += kept.n_bytes
        self._n_unremembered += kept.n_bytes

    def _remember(self) -> None:
        """Write down what was sent, so that whoever goes on from here need not send it again."""
        if self._n_unremembered:
            replace(self._record, sent={**self._record.sent, **self._sent}).write(self._workspace)
            self._n_unremembered = 0

    def _send_ledger(self, id_: str) -> Kept:
        """Send a copy of the ledger that is whole, under a name that no other generation has."""
        with _snapshot_file(self._workspace, self._snapshot) as path:
            status = path.stat()
            kept = Kept(
                sha256=sha256_of(path),
                n_bytes=status.st_size,
                mtime_ns=status.st_mtime_ns,
                object=f".batchtts/ledger-{id_}.db.gz",
            )
            listed = self._store.send(path, kept.object)
        self._count(kept)
        return replace(kept, tag=listed.tag)

    def _leaving(self, parent: Generation | None, generation: Generation) -> tuple[str, ...]:
        """Return the objects of a parent that are needed no more.

        Of a parent that we have not seen, nothing is removed that holds takes or records.
        """
        if parent is None:
            return ()
        is_ours = self._record.generation is not None and self._record.generation.id == parent.id
        idle = parent.objects.keys() - generation.objects.keys()
        return tuple(sorted(name for name in idle if is_ours or not name.startswith(".batchtts/")))

    def _write(self, generation: Generation) -> None:
        """Make a generation the one that holds, unless somebody else has been faster."""
        data = generation.encode()
        try:
            self._store.write(GENERATION, data, replacing=self._seen.tag)
        except Superseded:
            now = look(self._store, generation.job).generation
            # An answer that was lost made us ask again: then it is our own that is in the way.
            if now is None or now.id != generation.id:
                refuse_unseen(self._store, now, self._record)
                raise RemoteUnavailable(
                    f"{self._store.address}: what is there changes while it is written",
                    hint="Run the same command again.",
                ) from None
        self._n_sent += 1
        self._n_bytes += len(data)

    def _clear(self, parent: Generation | None, generation: Generation) -> int:
        """Remove what is left over, also what a push before this one did not get to."""
        idle = {*generation.leaving, *(parent.leaving if parent is not None else ())}
        names = sorted((idle & self._seen.objects.keys()) - generation.objects.keys())
        self._store.remove(names)
        return len(names)


@contextmanager
def _snapshot_file(workspace: Workspace, snapshot: Snapshot) -> Iterator[Path]:
    """Yield a file with a copy of the ledger, compressed; it is gone afterwards."""
    plain = workspace.state / f"snapshot.db{PART}"
    packed = workspace.state / f"snapshot.db.gz{PART}"
    try:
        plain.unlink(missing_ok=True)
        snapshot.write(plain)
        with plain.open("rb") as source, gzip.open(packed, "wb", _COMPRESSION) as target:
            shutil.copyfileobj(source, target, _COPIED_BYTES)
        yield packed
    finally:
        plain.unlink(missing_ok=True)
        packed.unlink(missing_ok=True)
