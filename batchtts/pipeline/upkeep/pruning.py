"""`batchtts prune`: what nothing needs any more is deleted, and nothing else.

Takes lie in packs, so a pack that holds one too many is written anew without it.  A kill between any two
steps leaves every take in use where the ledger says that it is; the next prune does the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.files import PART, Workspace, leftovers
from batchtts.ledger.ledger import Ledger
from batchtts.model import AUDIOBOOK, TAKES, Delivery, Take
from batchtts.pipeline.deliveries.asking import paths_of
from batchtts.pipeline.planning.drafting import planned_ledger
from batchtts.pipeline.planning.lessons import is_long
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.restoring import note_intact, reconcile
from batchtts.takes.form import TakeDamaged
from batchtts.takes.packing import Packer
from batchtts.takes.packs import Member, members, packs
from batchtts.takes.reading import damaged

_OUTPUTS = ("chapters/", "alignment/", f"{AUDIOBOOK}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was deleted, or would be: paths relative to the output folder, and their size in all."""

    paths: tuple[str, ...]
    n_bytes: int


@dataclass(frozen=True, slots=True)
class _Pack:
    """A pack with what in it is needed, and what is not."""

    path: Path
    kept: Sequence[Take]
    surplus: Sequence[Member]

    @property
    def sizes(self) -> dict[str, int]:
        """Return what is deleted, by name: takes, or the pack itself if it holds none."""
        name = f"{TAKES}/{self.path.name}"
        if not self.kept and not self.surplus:
            return {name: self.path.stat().st_size}
        return {f"{name}/{member.name}": member.n_bytes for member in self.surplus}


def prune(settled: Settled, *, unused: bool, dry_run: bool) -> Pruned:
    """Delete dropped takes, leftovers, outputs of chapters that the plan no longer has, and deliveries no longer asked for.

    With `unused`, also live takes that no segment of the plan asks for: undoing an edit then costs a render.
    """
    workspace = settled.workspace
    if not workspace.state.is_dir():
        return Pruned(paths=(), n_bytes=0)
    sizes: dict[str, int] = {}
    with planned_ledger(settled) as ledger:
        reconcile(ledger, workspace)
        for pack in _crowded(settled, ledger, unused=unused):
            sizes |= pack.sizes
            lost = _unreadable(workspace, pack) if dry_run else _rewrite(workspace, ledger, pack)
            sizes |= {f"{TAKES}/{pack.path.name}/{take.name}": take.n_bytes for take in lost}
        sizes |= (files := dict(_idle_files(settled, ledger)))
        if not dry_run:
            workspace.forget(files)
            for name in files:
                workspace.path(name).unlink(missing_ok=True)
                ledger.forget_verified(name)
            # The rows of dropped takes go last: a take without a row would be taken for one that was never recorded.
            ledger.forget_dropped()
            ledger.forget_masters(ledger.masters().keys() - set(ledger.planned_chapters()))
            ledger.forget_deliveries(ledger.deliveries().keys() - _wanted_deliveries(settled, ledger).keys())
    return Pruned(paths=tuple(sorted(sizes)), n_bytes=sum(sizes.values()))


def _crowded(settled: Settled, ledger: Ledger, *, unused: bool) -> Iterator[_Pack]:
    """Yield the packs in which something lies that is not needed."""
    # What was too long has to be known as such, else its text would be asked for again.
    unwanted = [take for take in ledger.unused_takes() if not is_long(take, settled)] if unused else []
    surplus = {take.name for take in unwanted}
    for pack in {take.pack for take in (*unwanted, *ledger.dropped_takes())}:
        settled.workspace.brought(f"{TAKES}/{pack}")
    for path in packs(settled.workspace):
        kept = [take for take in ledger.live_takes(path.name) if take.name not in surplus]
        starts = {take.start for take in kept}
        others = [member for member in members(path) if member.start not in starts]
        if others or not kept:
            yield _Pack(path, kept, others)


def _unreadable(workspace: Workspace, pack: _Pack) -> list[Take]:
    """Return what is needed of a pack and has rotted in it unnoticed."""
    return [take for take, _ in damaged(workspace, pack.kept)]


def _rewrite(workspace: Workspace, ledger: Ledger, pack: _Pack) -> list[Take]:
    """Put what is needed of a pack into another, and delete it; return what has rotted in it unnoticed."""
    kept = {take.start for take in pack.kept}
    ledger.drop_all([take for take in ledger.live_takes(pack.path.name) if take.start not in kept], "pruned")
    with Packer(workspace, known=ledger.packs()) as packer:
        copies = packer.copy(pack.kept, workspace)
    lost = [take for take, copy in zip(pack.kept, copies, strict=True) if isinstance(copy, TakeDamaged)]
    ledger.drop_all(lost, "damaged")
    ledger.move(copy for copy in copies if not isinstance(copy, TakeDamaged))
    note_intact(ledger, workspace, [f"{TAKES}/{name}" for name in packer.sealed])
    workspace.forget([f"{TAKES}/{pack.path.name}"])
    pack.path.unlink()
    ledger.forget_verified(f"{TAKES}/{pack.path.name}")
    return lost


def _idle_files(settled: Settled, ledger: Ledger) -> Iterator[tuple[str, int]]:
    """Yield the files besides packs that nothing needs any more, here or elsewhere, and their sizes in bytes."""
    workspace = settled.workspace
    for path in _idle_paths(settled, ledger):
        name = workspace.name(path)
        if path.exists():
            yield name, path.stat().st_size
        elif (file := workspace.found_elsewhere(name)) is not None:
            yield name, file.n_bytes


def _wanted_deliveries(settled: Settled, ledger: Ledger) -> dict[str, Delivery]:
    """Return the deliveries that the job asks for, and those that the last run was asked for by its command line."""
    paths = set(paths_of(settled.job, ledger, settled.job.output.audiobook))
    return {
        path: delivery
        for path, delivery in ledger.deliveries().items()
        if path in paths or delivery.asked == "run"
    }


def _apart(outdated: Iterable[Path], kept: Iterable[Path]) -> Iterator[Path]:
    """Yield those paths that lead to no file that is kept.

    Where capitals do not count, the name that a book had may lead to the file that has its new one.
    """
    folded = {str(path).casefold(): path for path in kept}
    for path in outdated:
        other = folded.get(str(path).casefold())
        if other is None or not (path.exists() and other.exists() and path.samefile(other)):
            yield path


def _idle_packets(workspace: Workspace, deliveries: Iterable[Delivery]) -> Iterator[Path]:
    """Yield what was encoded once and is no part of a delivery any more."""
    used = {name for delivery in deliveries for name in delivery.packets}
    for path in sorted(workspace.encoded.glob("*")):
        if workspace.name(path) not in used and path.suffix != PART:
            yield path


def _idle_paths(settled: Settled, ledger: Ledger) -> Iterator[Path]:
    """Yield old outputs and leftovers, whether they are there or not."""
    workspace = settled.workspace
    planned = set(ledger.planned_chapters())
    outputs = {id_: {file.path for file in master.files} for id_, master in ledger.masters().items()}
    kept = {path for id_, paths in outputs.items() if id_ in planned for path in paths}
    deliveries = _wanted_deliveries(settled, ledger)
    kept |= {file.path for delivery in deliveries.values() for file in delivery.files}
    delivered = {file.path for delivery in ledger.deliveries().values() for file in delivery.files}
    written = {path for path in ledger.verified() if path.startswith(_OUTPUTS)}
    outdated = map(workspace.path, written.union(delivered, *outputs.values()) - kept)
    yield from _apart(outdated, [workspace.path(path) for path in kept if path.startswith(f"{AUDIOBOOK}/")])
    yield from _idle_packets(workspace, deliveries.values())
    yield from leftovers(workspace.folders)
    yield from workspace.state.glob("ledger.db.damaged-*")
