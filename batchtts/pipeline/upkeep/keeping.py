"""What may be done to an output folder between runs: check it, and ask for retakes."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from batchtts.errors import GateFailed, LedgerBusy, PlanError, Problem
from batchtts.files import Workspace, matches
from batchtts.job import Job
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import Readable
from batchtts.model import TAKES, OutputFile, Segment
from batchtts.pipeline.planning.drafting import planned_ledger
from batchtts.pipeline.planning.loading import read_ledger
from batchtts.pipeline.planning.settling import Settled, workspace_of
from batchtts.pipeline.restoring import adopt, journal_retake
from batchtts.takes.reading import damaged


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
                hint="`batchtts run` makes them anew.",
            )


def check(job: Job) -> Checked:
    """Compare every take and every output with the ledger, to the byte; what lies elsewhere is brought here."""
    workspace = workspace_of(job.output.folder)
    wrong: list[tuple[str, str]] = []
    changed: list[str] = []
    n_files = n_bytes = 0
    with read_ledger(job) as ledger:
        for pack in ledger.packs():
            for take in ledger.live_takes(pack):
                n_files, n_bytes = n_files + 1, n_bytes + take.n_bytes
            for take, error in damaged(workspace, ledger.live_takes(pack)):
                wrong.append((f"{TAKES}/{pack}/{take.name}", error.reason))
                changed.append(f"{TAKES}/{pack}")
        for file in _written(ledger):
            n_files, n_bytes = n_files + 1, n_bytes + file.n_bytes
            if not matches(workspace.brought(file.path), file):
                is_there = workspace.path(file.path).exists()
                wrong.append((file.path, "it has changed" if is_there else "it is missing"))
                changed.append(file.path)
    _forget(workspace, dict.fromkeys(changed))
    return Checked(n_files=n_files, n_bytes=n_bytes, wrong=tuple(wrong))


def _written(ledger: Readable) -> Iterator[OutputFile]:
    """Yield the files of all chapters and deliveries."""
    for master in ledger.masters().values():
        yield from master.files
    for delivery in ledger.deliveries().values():
        yield from delivery.files


def _forget(workspace: Workspace, paths: Collection[str]) -> None:
    """Make the next run read these files, whatever their size and time say.

    While a run is going on, it has the ledger; it reads every take that it stitches anyway.
    """
    if not paths:
        return
    with suppress(LedgerBusy), Ledger.open(workspace.state) as ledger:
        for path in paths:
            ledger.forget_verified(path)


def retake(settled: Settled, segments: Sequence[str], *, why: str, seed: int | None) -> list[tuple[str, int]]:
    """Drop the takes of these segments, so that the next run asks for others; return the seeds it will use.

    Without a seed, the one after the dropped take's is used: an engine that is deterministic would say the
    same again with the same.
    """
    workspace = settled.workspace
    seeds: dict[str, int] = {}
    with planned_ledger(settled) as ledger:
        adopt(ledger, workspace)
        named = _named(ledger, settled.job, segments)
        for segment in named:
            if segment.fingerprint in seeds:
                continue  # equal texts share a take
            take = ledger.live_take(segment.fingerprint)
            used = take.seed if take else ledger.retake_seed(segment.fingerprint, segment.seed)
            new = seeds[segment.fingerprint] = used + 1 if seed is None else seed
            journal_retake(
                workspace,
                fingerprint=segment.fingerprint,
                seed=new,
                why=why,
                dropped=take.name if take else None,
            )
            ledger.ask_retake(segment.fingerprint, why=why, seed=new)
    return [(segment.id, seeds[segment.fingerprint]) for segment in named]


def _named(ledger: Ledger, job: Job, names: Sequence[str]) -> list[Segment]:
    """Return the segments with these ids; the job's name may be left out."""
    found = {name: ledger.segment(name, job) or ledger.segment(f"{job.name}-{name}", job) for name in names}
    unknown = [name for name, segment in found.items() if segment is None]
    if unknown:
        example = ledger.example_id()
        raise PlanError(
            [
                Problem(where=name, what="there is no such segment", hint=f"An id looks like {example}.")
                for name in unknown
            ]
        )
    return [segment for segment in found.values() if segment is not None]
