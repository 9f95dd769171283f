"""`batchtts merge`: what shards have rendered and spent, joined in the folder of the whole job.

What is in use here stays in use; of two folders that have different takes of one text, the first that is
named wins.  Nothing is taken out of a folder, and a take is read to its last byte before it is trusted.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from batchtts.errors import GateFailed, PlanError, Problem
from batchtts.files import Workspace, sync_folder
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.merging import Copied, at_rest
from batchtts.ledger.reading import LedgerReader
from batchtts.model import TAKES, TakeRecord
from batchtts.pipeline.restoring import Restored, journaled_drops, note_intact, refuse_other_job, restore
from batchtts.pipeline.settling import Settled
from batchtts.takes import TakeDamaged, bring, recognize, scan

_BATCH = 256
"""How many takes share one transaction, and one sync of their folder."""

_READERS = 4
"""Threads that read, hash and sync takes: enough to keep a disk busy."""


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
    with Ledger.open(settled.workspace.state) as ledger:
        refuse_other_job(ledger, settled)
        ledger.replace_plan(settled.plan)
        restored = restore(ledger, settled.workspace)
        wanted = None if everything else {segment.fingerprint for segment in settled.plan.segments()}
        with ThreadPoolExecutor(_READERS) as threads:
            merger = _Merger(settled, ledger, wanted, threads)
            merged = tuple(merger.merge(source) for source in sources)
        done = ledger.live_takes().keys()
    states = [segment.fingerprint in done for segment in settled.plan.segments()]
    return Merged(folders=merged, restored=restored, n_segments=len(states), n_done=sum(states))


def _sources(settled: Settled, folders: Sequence[Path]) -> list[Workspace]:
    """Return the folders, each once; raise `PlanError` with all that is wrong with them."""
    sources = {folder.resolve(): Workspace(folder) for folder in folders}
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A take of another folder, by what its name says."""

    name: str
    fingerprint: str
    number: int


class _Merger:
    """Holds what is here against what is in one folder after the other."""

    def __init__(
        self, settled: Settled, ledger: Ledger, wanted: set[str] | None, threads: ThreadPoolExecutor
    ) -> None:
        self._workspace = settled.workspace
        self._ledger = ledger
        self._wanted = wanted
        self._threads = threads
        self._live = {fingerprint: take.path for fingerprint, take in ledger.live_takes().items()}
        self._dropped = ledger.dropped_numbers()
        self._drops = journaled_drops(settled.workspace)
        self._seeds = ledger.retake_seeds()
        self._left: list[tuple[str, str]] = []
        self._damaged: list[tuple[str, str]] = []

    def merge(self, source: Workspace) -> MergedFolder:
        """Bring what is in use in a folder, and put its runs and attempts on record."""
        self._left, self._damaged = [], []
        with at_rest(source.state) as other:
            copied = self._ledger.copy_history(source.state) if other else Copied()
            found = _in_use(source, other)
            needed = [take for take in found if self._wanted is None or take.fingerprint in self._wanted]
            absent = [take for take in needed if self._live.get(take.fingerprint) != take.name]
            batches = (absent[start : start + _BATCH] for start in range(0, len(absent), _BATCH))
            n_brought = sum(self._bring(source, batch) for batch in batches)
        return MergedFolder(
            folder=source.root,
            n_brought=n_brought,
            n_present=len(needed) - len(absent),
            n_unneeded=len(found) - len(needed),
            left=tuple(self._left),
            damaged=tuple(self._damaged),
            copied=copied,
        )

    def _bring(self, source: Workspace, takes: Sequence[_Found]) -> int:
        """Bring those of the takes that nothing speaks against; return how many they were.

        Their files are whole and on the disk before the ledger says that they are.
        """
        accepted = list(self._accepted(source, takes))
        names = [record.take.path for record in accepted]
        for _ in self._threads.map(lambda name: bring(source, self._workspace, name), names):
            pass  # what went wrong with one is raised here
        if names:
            sync_folder(self._workspace.takes)
            numbers = [(record.take.fingerprint, record.take.number) for record in accepted]
            replaced = [self._dropped.pop(number) for number in numbers if number in self._dropped]
            self._ledger.adopt_all(accepted, replaced=replaced)
            note_intact(self._ledger, self._workspace, names)
        return len(names)

    def _accepted(self, source: Workspace, takes: Iterable[_Found]) -> Iterator[TakeRecord]:
        """Yield the records of takes that are intact, and that nothing here speaks against."""
        welcome = [take for take in takes if not self._leave(take.name, self._objection(take))]
        readings = self._threads.map(lambda take: _read(source, take.name), welcome)
        for take, record in zip(welcome, readings, strict=True):
            if isinstance(record, TakeDamaged):
                self._damaged.append((take.name, record.reason))
            elif not self._leave(take.name, self._objection(take) or self._objection_to_seed(record)):
                self._live[take.fingerprint] = take.name
                yield record

    def _leave(self, name: str, why: str | None) -> bool:
        if why is not None:
            self._left.append((name, why))
        return why is not None

    def _objection(self, take: _Found) -> str | None:
        """Return why a take is not wanted here, as far as its name tells."""
        if (live := self._live.get(take.fingerprint)) is not None:
            return f"another take of the same text is in use here, {live}"
        if take.name in self._drops:
            return f"it was dropped here ({self._drops[take.name]})"
        dropped = self._dropped.get((take.fingerprint, take.number))
        if dropped is not None and not isinstance(_read(self._workspace, dropped), TakeDamaged):
            return f"it was dropped here, as {dropped}"
        return None

    def _objection_to_seed(self, record: TakeRecord) -> str | None:
        asked = self._seeds.get(record.take.fingerprint, record.take.seed)
        if asked == record.take.seed:
            return None
        return f"a retake with seed {asked} was asked for here, and its seed is {record.take.seed}"


def _in_use(source: Workspace, ledger: LedgerReader | None) -> list[_Found]:
    """Return the takes of a folder that were not dropped there: on disk, or missing though on record."""
    names = {source.name(path) for path in scan(source)} - journaled_drops(source).keys()
    if ledger is not None:
        names |= {take.path for take in ledger.live_takes().values()}
        names -= set(ledger.dropped_paths())
    found = [_Found(name, *_fingerprint_and_number(name)) for name in names]
    return sorted(found, key=lambda take: (take.fingerprint, -take.number, take.name))


def _fingerprint_and_number(name: str) -> tuple[str, int]:
    fingerprint, number, *_ = (*name.removeprefix(f"{TAKES}/").split("."), "")
    return fingerprint, int(number) if number.isdecimal() else 0


def _read(workspace: Workspace, name: str) -> TakeRecord | TakeDamaged:
    try:
        return recognize(workspace, workspace.path(name))
    except TakeDamaged as error:
        return error
