"""What may be done to an output folder between runs: check it, ask for retakes, prune it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batchtts.errors import GateFailed, LedgerBusy, LedgerError, PlanError, Problem
from batchtts.files import Workspace, leftovers, matches
from batchtts.job import Job
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader
from batchtts.model import OutputFile, Plan, Segment
from batchtts.pipeline.restoring import adopt, journal_retake, refuse_other_job
from batchtts.pipeline.settling import Settled
from batchtts.takes import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many files were compared with the ledger, and what is wrong with which."""

    n_files: int
    n_bytes: int
    wrong: tuple[tuple[str, str], ...]

    def raise_if_wrong(self) -> None:
        """Raise `GateFailed` if any file is not what the ledger says."""
        if self.wrong:
            raise GateFailed(
                f"not as the ledger says: {len(self.wrong)} of {self.n_files} files",
                hint="`batchtts run` renders and stitches them anew.",
            )


def read_ledger(job: Job) -> LedgerReader:
    """Open the ledger of a job for reading; raise `LedgerError` if there is none."""
    folder = job.output.folder
    ledger = LedgerReader.open(Workspace(folder).state)
    if ledger is None:
        raise LedgerError(f"{folder}: nothing was rendered here yet", hint="`batchtts run` renders it.")
    return ledger


def check(job: Job) -> Checked:
    """Compare every take and every output with the ledger, to the byte."""
    workspace = Workspace(job.output.folder)
    with read_ledger(job) as ledger:
        files = [
            OutputFile(path=take.path, sha256=take.sha256, n_bytes=take.n_bytes)
            for take in ledger.live_takes().values()
        ]
        files += [file for master in ledger.masters().values() for file in master.files]
    wrong = tuple(
        (file.path, "it has changed" if workspace.path(file.path).exists() else "it is missing")
        for file in files
        if not matches(workspace.path(file.path), file)
    )
    if wrong:
        _forget(workspace, [path for path, _ in wrong])
    return Checked(n_files=len(files), n_bytes=sum(file.n_bytes for file in files), wrong=wrong)


def _forget(workspace: Workspace, paths: Sequence[str]) -> None:
    """Make the next run read these files, whatever their size and time say.

    While a run is going on, it has the ledger; it reads every take that it stitches anyway.
    """
    with suppress(LedgerBusy), Ledger.open(workspace.state) as ledger:
        for path in paths:
            ledger.forget_verified(path)


def retake(settled: Settled, segments: Sequence[str], *, why: str, seed: int | None) -> list[tuple[str, int]]:
    """Drop the takes of these segments, so that the next run asks for others; return the seeds it will use.

    Without a seed, the one after the dropped take's is used: an engine that is deterministic would say the
    same again with the same.
    """
    workspace = settled.workspace
    asked = []
    with Ledger.open(workspace.state) as ledger:
        refuse_other_job(ledger, settled)
        adopt(ledger, workspace)
        takes = ledger.live_takes()
        for segment in _named(settled.plan, segments):
            take = takes.get(segment.fingerprint)
            used = take.seed if take else ledger.retake_seeds().get(segment.fingerprint, segment.seed)
            new = used + 1 if seed is None else seed
            journal_retake(
                workspace,
                fingerprint=segment.fingerprint,
                seed=new,
                why=why,
                dropped=take.path if take else None,
            )
            ledger.ask_retake(segment.fingerprint, why=why, seed=new)
            asked.append((segment.id, new))
    return asked


def _named(plan: Plan, names: Sequence[str]) -> list[Segment]:
    """Return the segments with these ids; the job's name may be left out."""
    by_id = {segment.id: segment for segment in plan.segments()}
    by_id |= {segment.id.removeprefix(f"{plan.job.name}-"): segment for segment in plan.segments()}
    unknown = [name for name in names if name not in by_id]
    if unknown:
        example = next(plan.segments()).id
        raise PlanError(
            [
                Problem(where=name, what="there is no such segment", hint=f"An id looks like {example}.")
                for name in unknown
            ]
        )
    return [by_id[name] for name in dict.fromkeys(names)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was deleted, or would be: paths relative to the output folder, and their size in all."""

    paths: tuple[str, ...]
    n_bytes: int


def prune(settled: Settled, *, unused: bool, dry_run: bool) -> Pruned:
    """Delete dropped takes, leftovers, and outputs of chapters that the plan no longer has.

    With `unused`, also live takes that no segment of the plan asks for: undoing an edit then costs a render.
    """
    workspace = settled.workspace
    if not workspace.state.is_dir():
        return Pruned(paths=(), n_bytes=0)
    with Ledger.open(workspace.state) as ledger:
        refuse_other_job(ledger, settled)
        adopt(ledger, workspace)
        surplus = _surplus_takes(settled, ledger) if unused else []
        found = {
            workspace.name(path): path.stat().st_size
            for path in [*map(workspace.path, surplus), *_prunable(settled, ledger)]
            if path.exists()
        }
        if not dry_run:
            for name in surplus:
                ledger.drop(name, "pruned")
            for name in found:
                workspace.path(name).unlink()
                ledger.forget_verified(name)
            # The rows go last: a file without a row would be taken for a take that was never recorded.
            ledger.forget_dropped()
            ledger.forget_masters(ledger.masters().keys() - {chapter.id for chapter in settled.plan.chapters})
    return Pruned(paths=tuple(sorted(found)), n_bytes=sum(found.values()))


def _surplus_takes(settled: Settled, ledger: Ledger) -> list[str]:
    wanted = {segment.fingerprint for segment in settled.plan.segments()}
    return [take.path for fingerprint, take in ledger.live_takes().items() if fingerprint not in wanted]


def _prunable(settled: Settled, ledger: Ledger) -> Iterator[Path]:
    """Yield the files that nothing needs any more: takes out of use, old outputs, and leftovers."""
    workspace = settled.workspace
    yield from map(workspace.path, ledger.dropped_paths())
    known = ledger.take_paths()
    yield from (path for path in scan(workspace) if workspace.name(path) not in known)
    ids = {chapter.id for chapter in settled.plan.chapters}
    outputs = {id_: {file.path for file in master.files} for id_, master in ledger.masters().items()}
    kept = {path for id_, paths in outputs.items() if id_ in ids for path in paths}
    written = {path for path in ledger.verified() if path.startswith(("chapters/", "alignment/"))}
    yield from map(workspace.path, written.union(*outputs.values()) - kept)
    yield from leftovers(workspace.folders)
    yield from workspace.state.glob("ledger.db.damaged-*")
