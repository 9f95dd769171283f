"""`batchtts merge`: what shards have rendered and spent, joined in the folder of the whole job.

What is in use here stays in use; of two folders that have different takes of one text, the first that is
named wins.  Nothing is taken out of a folder, and a take is read to its last byte before it is trusted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from batchtts.errors import GateFailed, PlanError, Problem
from batchtts.files import Workspace
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.merging import Copied, at_rest
from batchtts.ledger.reading import LedgerReader
from batchtts.ledger.scope import EVERYTHING
from batchtts.model import TAKES, Take, TakeRecord
from batchtts.pipeline.planning.drafting import planned_ledger
from batchtts.pipeline.planning.lessons import is_long
from batchtts.pipeline.planning.settling import Settled, workspace_of
from batchtts.pipeline.restoring import Restored, journaled_drops, note_intact, restore, unrecorded
from batchtts.takes.form import TakeDamaged
from batchtts.takes.form import record as recorded
from batchtts.takes.packing import Packer
from batchtts.takes.reading import damaged, load

_BATCH = 256
"""How many takes share one transaction, and one sync of their pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFolder:
    """What came of one folder: takes that were brought, were here already, or that no segment needs.

    `left` names takes that stay where they are, and `damaged` those that cannot be used, each with the reason.
    """

    folder: Path
    n_brought: int
    n_present: int
    n_unneeded: int
    left: tuple[tuple[str, str], ...]
    damaged: tuple[tuple[str, str], ...]
    copied: Copied


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came of all folders, and how many segments of the plan have a take now."""

    folders: tuple[MergedFolder, ...]
    restored: Restored
    n_segments: int
    n_done: int

    def raise_if_damaged(self) -> None:
        """Raise `GateFailed` if any take could not be used."""
        n_damaged = sum(len(folder.damaged) for folder in self.folders)
        if n_damaged:
            raise GateFailed(
                f"damaged or missing takes: {n_damaged}; all others are merged",
                hint="Merge an intact copy of them, or let `batchtts run` render what is missing.",
            )


def merge(settled: Settled, folders: Sequence[Path], *, everything: bool = False) -> Merged:
    """Bring the takes and the records of other output folders of the same job into this one.

    With `everything`, also takes that no segment of the plan needs.  Raises `PlanError` for a folder that is
    no other output folder of this job, and `LedgerBusy` if somebody writes to one; what was merged until then
    stays merged.
    """
    sources = _sources(settled, folders)
    workspace = settled.workspace
    with planned_ledger(settled) as ledger:
        restored = restore(ledger, workspace)
        with Packer(workspace, known=ledger.packs()) as packer:
            merger = _Merger(settled, ledger, packer, everything=everything)
            merged = tuple(merger.merge(source) for source in sources)
        note_intact(ledger, workspace, [f"{TAKES}/{pack}" for pack in packer.sealed])
        counts = ledger.counts(EVERYTHING)
    return Merged(folders=merged, restored=restored, n_segments=sum(counts.values()), n_done=counts["done"])


def _sources(settled: Settled, folders: Sequence[Path]) -> list[Workspace]:
    """Return the folders, each once; raise `PlanError` with all that is wrong with them."""
    sources = {folder.resolve(): workspace_of(folder) for folder in folders}
    problems = [
        Problem(where=str(source.root), what=what, hint=hint)
        for path, source in sources.items()
        for what, hint in _refusals(settled, path, source)
    ]
    if problems:
        raise PlanError(problems)
    return list(sources.values())


def _refusals(settled: Settled, path: Path, source: Workspace) -> Iterator[tuple[str, str]]:
    if path == settled.workspace.root.resolve():
        yield "this is the folder to merge into", "Name the folders of the others."
    elif not source.state.is_dir():
        yield (
            "no run has had its output here",
            "Name output folders, such as `--output` of a shard; `.batchtts` in them is needed, a hidden folder.",
        )
    else:
        with LedgerReader.open(source.state) or nullcontext() as ledger:
            chapters = ledger.planned_chapters() if ledger is not None else []
        other = next((id_ for id_ in chapters if not id_.startswith(f"{settled.job.name}-ch")), None)
        if other is not None:
            yield f"it holds another job, {other.rpartition('-ch')[0]!r}", "Leave it out."


class _Merger:
    """Holds what is here against what is in one folder after the other."""

    def __init__(self, settled: Settled, ledger: Ledger, packer: Packer, *, everything: bool) -> None:
        self._settled = settled
        self._workspace = settled.workspace
        self._ledger = ledger
        self._packer = packer
        self._everything = everything
        self._drops = journaled_drops(settled.workspace)
        self._dropped = {(take.fingerprint, take.number): take for take in ledger.dropped_takes()}
        self._other: LedgerReader | None = None
        self._counts: Counter[str] = Counter()
        self._left: list[tuple[str, str]] = []
        self._damaged: list[tuple[str, str]] = []

    def merge(self, source: Workspace) -> MergedFolder:
        """Bring what is in use in a folder, and put its runs and attempts on record."""
        self._counts, self._left, self._damaged = Counter(), [], []
        with at_rest(source.state) as other:
            copied = self._ledger.copy_history(source.state) if other else Copied()
            self._other = other
            found = _in_use(source, other)
            while batch := list(islice(found, _BATCH)):
                self._bring(source, batch)
        return MergedFolder(
            folder=source.root,
            n_brought=self._counts["brought"],
            n_present=self._counts["present"],
            n_unneeded=self._counts["unneeded"],
            left=tuple(self._left),
            damaged=tuple(self._damaged),
            copied=copied,
        )

    def _bring(self, source: Workspace, takes: Sequence[Take]) -> None:
        """Bring those of the takes that nothing speaks against.

        Their bytes are whole and on the disk before the ledger says that they are.
        """
        accepted: dict[str, TakeRecord] = {}
        for take in takes:
            record = self._accepted(source, take, accepted)
            if record is not None:
                accepted[take.fingerprint] = record
        copies = self._packer.copy([record.take for record in accepted.values()], source)
        records = []
        for record, copy in zip(accepted.values(), copies, strict=True):
            if isinstance(copy, TakeDamaged):
                self._damaged.append((copy.name, copy.reason))
            else:
                records.append(replace(record, take=copy))
        self._ledger.adopt_all(records)
        self._counts["brought"] += len(records)

    def _accepted(
        self, source: Workspace, take: Take, accepted: Mapping[str, TakeRecord]
    ) -> TakeRecord | None:
        """Return the record of a take that is intact, and that nothing here speaks against."""
        if not self._is_needed(take):
            self._counts["unneeded"] += 1
            return None
        live = self._ledger.live_take(take.fingerprint)
        if live is None and (rival := accepted.get(take.fingerprint)) is not None:
            live = rival.take
        if live is not None and live.name == take.name:
            self._counts["present"] += 1
            return None
        if (why := self._objection(take, live)) is not None:
            self._left.append((take.name, why))
            return None
        try:
            stored = load(source, take)
        except TakeDamaged as error:
            self._damaged.append((take.name, error.reason))
            return None
        return recorded(stored, sha256=take.sha256, n_bytes=take.n_bytes, pack=take.pack, start=take.start)

    def _is_needed(self, take: Take) -> bool:
        """Return whether a take is for a segment of the plan, or of that which follows if a text was too long there."""
        if self._everything or self._ledger.is_planned(take.fingerprint):
            return True
        if self._settled.job.limits.max_seconds is None:
            return False
        is_planned_there = self._other is not None and self._other.is_planned(take.fingerprint)
        return is_planned_there or is_long(take, self._settled)

    def _objection(self, take: Take, live: Take | None) -> str | None:
        """Return why a take is not wanted here."""
        if live is not None:
            return f"another take of the same text is in use here, {live.name}"
        if take.name in self._drops:
            return f"it was dropped here ({self._drops[take.name]})"
        dropped = self._dropped.get((take.fingerprint, take.number))
        if dropped is not None and not any(damaged(self._workspace, [dropped])):
            return f"it was dropped here, as {dropped.name}"
        asked = self._ledger.retake_seed(take.fingerprint, take.seed)
        if asked != take.seed:
            return f"a retake with seed {asked} was asked for here, and its seed is {take.seed}"
        return None


def _in_use(source: Workspace, ledger: LedgerReader | None) -> Iterator[Take]:
    """Yield the takes of a folder that were not dropped there: those on record, then those that are not."""
    dropped = journaled_drops(source)
    if ledger is not None:
        yield from (take for take in ledger.live_takes() if take.name not in dropped)
    for record in unrecorded(source, ledger):
        if record.take.name not in dropped:
            yield record.take
