"""`batchtts export`: formats of a job, several in one pass over what it has, each written whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from batchtts.errors import IncompleteRun, LedgerError, PlanError, Problem
from batchtts.export.boundaries import ALIGNMENT, of_segment, of_utterance
from batchtts.export.datasets.card import CARD, card
from batchtts.export.datasets.speakers import SPEAKERS, speakers
from batchtts.export.folder import STATEMENT, ExportFolder, ListedLines, scratch
from batchtts.export.formats import Format
from batchtts.export.formats import Material as MadeOf
from batchtts.export.rejects import Reject, Rejects
from batchtts.export.rows.leakage import Leakage, Proof, Seen
from batchtts.export.statement import Counts, Rows, statement
from batchtts.export.statistics.form import STATISTICS, form
from batchtts.export.statistics.gathering import Statistics
from batchtts.export.statistics.page import REPORT, page
from batchtts.export.writing import Target
from batchtts.files import PART
from batchtts.model import canonical_json
from batchtts.pipeline.exporting.asking import Wanted
from batchtts.pipeline.exporting.keeping import Kept
from batchtts.pipeline.exporting.material import Material
from batchtts.pipeline.exporting.utterances import NO_TAKE
from batchtts.pipeline.planning.drafting import planned
from batchtts.pipeline.planning.settling import Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A folder that was written."""

    format: str
    path: Path
    counts: Counts
    n_files: int
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """All folders that were written, and the names of those formats that need not be."""

    folders: tuple[Exported, ...]
    current: tuple[str, ...] = ()

    def raise_if_incomplete(self) -> None:
        """Raise `IncompleteRun` if segments have no take, so that sets lack them."""
        n_holes = max((each.counts.rejected.get(NO_TAKE, 0) for each in self.folders), default=0)
        if n_holes:
            raise IncompleteRun(
                f"segments without a take: {n_holes:,}; the sets are written without them",
                hint="`batchtts run` renders them, and `rejected.jsonl` names them.",
            )


def export(settled: Settled, wanted: Sequence[Wanted], folder: Path, *, only_stale: bool = False) -> Exports:
    """Write the formats that are wanted, each into a folder of its name; nobody is asked for any speech.

    With `only_stale`, those are left alone that were written from what there is now.

    Raises `LedgerError` if nothing was rendered yet, `PlanError` for formats that need finer alignments than there
    are, and `IncompleteRun` for those made of chapters while these are not all stitched.
    """
    with planned(settled) as (plan, ledger):
        if ledger is None:
            where = settled.job.output.folder
            raise LedgerError(f"{where}: nothing was rendered here yet", hint="`batchtts run` renders it.")
        kept = Kept(settled.workspace.export_record, folder, ledger) if plan is ledger else None
        chosen = kept.stale(wanted) if kept is not None and only_stale else wanted
        made = _written(Material(settled, plan, ledger), chosen, folder)
        if kept is not None and chosen:
            kept.keep(chosen)
    current = [each.format.name for each in wanted if each not in chosen]
    return Exports(folders=tuple(made), current=tuple(current))


def _written(material: Material, wanted: Sequence[Wanted], folder: Path) -> list[Exported]:
    """Write formats, in one pass for each kind of material."""
    _refuse_too_coarse(material, wanted)
    made: list[Exported] = []
    for kind, write in ((MadeOf.CHAPTERS, _write_chapters), (MadeOf.UTTERANCES, _write_utterances)):
        own = [each for each in wanted if each.format.material is kind]
        if own:
            with _Folders(own, folder, material) as folders:
                written = write(material, folders)
            made += written
    return made


def _refuse_too_coarse(material: Material, wanted: Iterable[Wanted]) -> None:
    level = material.corpus.level
    if level is None:  # there is no take, and with it no time that could be too coarse
        return
    problems = [
        Problem(
            where=material.where,
            what=f"{what} needs the times of {finer}s, and of these takes those of {level}s are known",
            hint="Leave it out, or let an engine speak that tells more.",
        )
        for each in wanted
        for what, finer in each.format.lacking(level, each.options)
    ]
    if problems:
        raise PlanError(problems)


class _Folders:
    """The folders that are written in one pass; each has the alignment of all that is in it."""

    def __init__(self, wanted: Sequence[Wanted], folder: Path, material: Material) -> None:
        self._wanted = wanted
        self._corpus = material.corpus
        self._folders = [ExportFolder(folder / each.format.name) for each in wanted]
        self._scratch = folder / f"shared{PART}"
        self._stack = ExitStack()
        self._lines: list[ListedLines] = []

    def __enter__(self) -> Self:
        """Begin with empty folders."""
        with ExitStack() as stack:  # which undoes what was begun if one of them cannot be
            for folder in self._folders:
                stack.enter_context(folder)
            stack.enter_context(scratch(self._scratch))
            self._stack = stack.pop_all()
        self._lines = [folder.lines(ALIGNMENT) for folder in self._folders]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the folders their names if all went well."""
        self._stack.__exit__(kind, error, trace)

    def targets(self) -> Iterator[tuple[Format, Target]]:
        """Yield what writers are opened with."""
        for each, folder in zip(self._wanted, self._folders, strict=True):
            yield (
                each.format,
                Target(folder=folder, corpus=self._corpus, scratch=self._scratch, options=each.options),
            )

    def write(self, name: str, data: bytes) -> None:
        """Write a file into each."""
        for folder in self._folders:
            folder.write(name, data)

    def write_cards(self, statistics: Statistics, leakage: Leakage) -> None:
        """Write what people read of each dataset."""
        for each, folder in zip(self._wanted, self._folders, strict=True):
            folder.write(CARD, card(each.format, self._corpus, statistics, leakage))

    def rejects(self) -> list[Rejects]:
        """Return the lists of what is left out."""
        return [Rejects(folder) for folder in self._folders]

    def align(self, form: dict[str, object]) -> None:
        """Add a line to the alignments."""
        line = canonical_json(form).encode() + b"\n"
        for lines in self._lines:
            lines.write(line)

    def finish(self, counts: Counts, rows: Rows | None = None) -> list[Exported]:
        """Write what each says of itself; return all of them."""
        for lines in self._lines:
            lines.close()
        return [
            self._stated(each, folder, replace(counts, changed_texts=folder.n_changes), rows)
            for each, folder in zip(self._wanted, self._folders, strict=True)
        ]

    def _stated(self, each: Wanted, folder: ExportFolder, counts: Counts, rows: Rows | None) -> Exported:
        folder.write(STATEMENT, statement(each.format, each.options, self._corpus, counts, rows))
        return Exported(
            format=each.format.name,
            path=folder.final,
            counts=counts,
            n_files=folder.n_files,
            n_bytes=folder.n_bytes,
        )


def _write_chapters(material: Material, folders: _Folders) -> list[Exported]:
    writers = [form.open_chapters(target) for form, target in folders.targets()]
    n_chapters = 0
    for chapter in material.chapters():
        n_chapters += 1
        for segment in chapter.segments():
            folders.align(of_segment(chapter, segment))
        for writer in writers:
            writer.add(chapter)
    for writer in writers:
        writer.finish()
    return folders.finish(Counts(planned=n_chapters, exported=n_chapters))


def _write_utterances(material: Material, folders: _Folders) -> list[Exported]:
    writers = [form.open_utterances(target) for form, target in folders.targets()]
    rejects = folders.rejects()
    statistics, proof = Statistics(), Proof()
    for row in material.utterances():
        if isinstance(row, Reject):
            statistics.reject(row)
            for listed in rejects:
                listed.add(row)
            continue
        statistics.add(row)
        proof.add(Seen(row.split, row.text, row.pcm_sha256, row.speaker.id))
        folders.align(of_utterance(row))
        for writer in writers:
            writer.add(row)
    for writer in writers:
        writer.finish()
    for listed in rejects:
        listed.finish()
    leakage = proof.leakage()
    folders.write(STATISTICS, form(statistics, material.corpus))
    folders.write(REPORT, page(statistics, material.corpus, leakage))
    folders.write(SPEAKERS, speakers(material.corpus, statistics))
    n_rows, rejected = statistics.whole.rows, statistics.rejects
    folders.write_cards(statistics, leakage)
    divided = Rows(splits={name: share.form() for name, share in statistics.splits.items()}, leakage=leakage)
    counts = Counts(planned=n_rows + rejected.total(), exported=n_rows, rejected=rejected)
    return folders.finish(counts, divided)
