"""`batchtts check --deep`: deliveries are decoded, and held against what they say of themselves and the takes.

Nothing that made a file has a part in its proof: ffmpeg decodes it and lists its chapters, and words are looked for
in the sound by what the takes sound like.  A file is read once from beginning to end and never held.
"""

import asyncio
import hashlib
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from batchtts.audio import ffmpeg
from batchtts.audio.decoding import Decoding, Stretch, listing, open_decoding
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.audio.likeness import Likeness
from batchtts.errors import GateFailed
from batchtts.export.audiobook.naming import times_path
from batchtts.export.audiobook.statement import (
    StatedSegment,
    StatedWord,
    Statement,
    StatementError,
)
from batchtts.export.proof.comparing import AROUND_SECONDS, OtherWords, offsets
from batchtts.export.proof.findings import Proof
from batchtts.export.proof.listed_marks import ListedMark, MarksUnreadable, of_ffmpeg, of_wav
from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.ledger.reading import LedgerReader
from batchtts.machine import n_cores
from batchtts.model import Delivery
from batchtts.pipeline.deliveries.originals import ChapterTakes, Originals, Outdated
from batchtts.pipeline.planning.loading import read_ledger
from batchtts.pipeline.planning.settling import workspace_of
from batchtts.takes.form import TakeDamaged
from batchtts.takes.reading import TakeReader

Chosen: TypeAlias = Mapping[str, Collection[int]]
"""The words of a sample: for each segment with one of them, which of its words they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What was found of each delivery."""

    files: tuple[Proof, ...]

    def raise_if_wrong(self) -> None:
        """Raise `GateFailed` if any delivery is not what it says of itself."""
        wrong = [proof for proof in self.files if not proof.is_right]
        if wrong:
            first = wrong[0].misses[0]
            raise GateFailed(
                f"not as they say: {len(wrong)} of {len(self.files)} deliveries; {wrong[0].path}: "
                f"{first.where} {first.what}",
                hint="`batchtts run` makes files anew that have changed; if it makes none, this is a fault of ours.",
            )


def prove(job: Job, *, sample: int | None = None) -> Proofs:
    """Prove the deliveries of a job, or only so many words of each, which are chosen by hash.

    Raises `FfmpegError` where no ffmpeg can be run.
    """
    ffmpeg.version()
    workspace = workspace_of(job.output.folder)
    with read_ledger(job) as ledger:
        wanted = [delivery for delivery in ledger.deliveries().values() if delivery.asked != "before"]
        return Proofs(files=tuple(asyncio.run(_prove_all(workspace, ledger, wanted, sample))))


async def _prove_all(
    workspace: Workspace, ledger: LedgerReader, deliveries: Sequence[Delivery], sample: int | None
) -> list[Proof]:
    originals, cores = Originals(workspace, ledger), asyncio.Semaphore(n_cores())

    async def proved(delivery: Delivery) -> Proof:
        async with cores:
            return await prove_file(workspace, delivery.path, originals, sample=sample)

    async with asyncio.TaskGroup() as group:
        running = [group.create_task(proved(delivery)) for delivery in deliveries]
    return [task.result() for task in running]


async def prove_file(
    workspace: Workspace, path: str, originals: Originals, *, sample: int | None = None
) -> Proof:
    """Prove one delivery; whatever is wrong with it is in the proof."""
    proof = Proof(path=path)
    try:
        statement = Statement.open(workspace.brought(times_path(path)))
        proof.file_format, proof.sample_rate = statement.file_format, statement.sample_rate
        chosen = None if sample is None else await asyncio.to_thread(_choose, statement, sample)
        sound = workspace.brought(path)
        proof.compare_marks(list(statement.chapters()), await _listed(sound, statement.file_format))
        await _compare_sound(sound, statement, originals, chosen, proof)
    except (OSError, StatementError) as error:
        proof.miss("the file that tells its times", f"cannot be read: {error}")
    except (FfmpegError, MarksUnreadable) as error:
        proof.miss("the file", f"cannot be decoded: {error}")
    return proof


async def _compare_sound(
    sound: Path, statement: Statement, originals: Originals, chosen: Chosen | None, proof: Proof
) -> None:
    async with open_decoding(sound) as decoding:
        if decoding.sample_rate != statement.sample_rate:
            what = f"has {decoding.sample_rate} samples a second, not {statement.sample_rate}"
            proof.miss("the file", what)
            return
        await _compare_words(statement, decoding, originals, chosen, proof)
        n_samples = await decoding.count()
    if n_samples != statement.n_samples:
        proof.miss("the file", f"has {n_samples} samples, not {statement.n_samples}")


async def _compare_words(
    statement: Statement, decoding: Decoding, originals: Originals, chosen: Chosen | None, proof: Proof
) -> None:
    margin = round(AROUND_SECONDS * statement.sample_rate)
    with closing(originals.reader()) as reader:
        for where, chapter, segment in _comparable(statement, originals, proof):
            if chosen is not None and segment.id not in chosen:
                continue
            heard = await decoding.stretch(segment.start - margin, segment.end + margin)
            own = None if chosen is None else chosen[segment.id]
            try:
                found = await asyncio.to_thread(_compared, segment, chapter, reader, heard, own)
            except (Outdated, OtherWords, TakeDamaged) as error:
                proof.miss(where, f"cannot be compared: {error}")
                continue
            for word, ends in found:
                proof.hear(f"{where}, {word.text!r}", ends)


def _comparable(
    statement: Statement, originals: Originals, proof: Proof
) -> Iterator[tuple[str, ChapterTakes, StatedSegment]]:
    """Yield the segments whose takes are known, with their place; count what is not stated, or has changed since."""
    number, where = 0, ""
    chapter: ChapterTakes | None = None
    unstated: set[str] = set()
    for part in statement.parts():
        if isinstance(part, StatedSegment):
            if chapter is not None:
                unstated.discard(part.id)
                yield f"{where}, {part.id}", chapter, part
            continue
        proof.lack(where, unstated)
        number, chapter, unstated = number + 1, None, set()
        where = f"chapter {number} {part.title!r}"
        try:
            chapter = originals.chapter(part)
            unstated = set(chapter.places)
        except Outdated as error:
            proof.miss(where, f"cannot be compared: {error}")
    proof.lack(where, unstated)


Compared: TypeAlias = list[tuple[StatedWord, tuple[Likeness | None, Likeness | None]]]


def _compared(
    segment: StatedSegment,
    chapter: ChapterTakes,
    reader: TakeReader,
    heard: Stretch,
    chosen: Collection[int] | None,
) -> Compared:
    return list(offsets(segment, chapter.kept(segment.id, reader), heard, chosen))


def _choose(statement: Statement, n_words: int) -> Chosen:
    """Return so many words, those whose names have the smallest hashes: the same in every run."""
    names = (
        (hashlib.sha256(f"{part.id} {index}".encode()).digest(), part.id, index)
        for part in statement.parts()
        if isinstance(part, StatedSegment)
        for index in range(len(part.words))
    )
    chosen: dict[str, set[int]] = {}
    for _, segment, index in heapq.nsmallest(n_words, names):
        chosen.setdefault(segment, set()).add(index)
    return chosen


async def _listed(sound: Path, file_format: str) -> list[ListedMark]:
    """Return the chapters of a file as those see them who open it."""
    if file_format == "wav":
        return await asyncio.to_thread(of_wav, sound)
    return of_ffmpeg(await listing(sound))
