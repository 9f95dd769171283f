"""At the end of a run whose chapters are all whole, the deliveries are made that are asked for.

Chapters are encoded on all cores, each once, and only those whose sound or treatment has changed; then each file
is joined from packets.  A kill at any moment leaves every file as it was or as it should be.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from batchtts.audio.ffmpeg import FfmpegError, version
from batchtts.events import DeliveryMade, Listener, NoteTaken
from batchtts.export.audiobook import treating
from batchtts.export.audiobook.coding import Coding
from batchtts.export.audiobook.editions import Book, Edition, editions, packets_name, recipe
from batchtts.export.audiobook.encoding import encode, in_thread
from batchtts.export.audiobook.joining import join
from batchtts.export.audiobook.lossless import write_flac, write_wav
from batchtts.export.audiobook.naming import times_path
from batchtts.export.audiobook.packets import ENDING, Encoded, load
from batchtts.export.audiobook.placement import MasteredChapter, Place, lay_out, length
from batchtts.export.audiobook.sound import MasterChanged, Treated, mastered
from batchtts.export.audiobook.timing import Written, write_times
from batchtts.export.containers.streams import StreamError
from batchtts.files import PART, HashingFile, Workspace, writing
from batchtts.ledger.ledger import Ledger
from batchtts.machine import n_cores
from batchtts.model import Delivery, OutputFile
from batchtts.pipeline.deliveries.asking import CUT_SHORT, Asked, Deliveries, book_of, unusable
from batchtts.pipeline.finishing import to_its_end
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.restoring import is_intact, note_intact
from batchtts.render.stopping import Stop

_CORES_A_METER = 4
"""More chapters measured at once would wait for the interpreter, and keep encoders waiting that are fed by it."""

TreatedOf: TypeAlias = dict[str, Treated]
"""What mastering does to chapters, by their ids."""

PacketsOf: TypeAlias = dict[tuple[str, Coding], Encoded]
"""The packets of a chapter, by its id, in one coding."""


async def deliver(
    settled: Settled, ledger: Ledger, asked: Asked, *, tell: Listener, stop: Stop
) -> Deliveries:
    """Make the deliveries of a book whose chapters are all stitched; no error of ffmpeg is raised.

    What was encoded is kept, so the same command goes on from there.
    """
    made: list[Delivery] = []
    try:
        book = book_of(settled.job, ledger)
        if note := unusable(ledger.plan(settled.job).metadata.cover):
            tell(NoteTaken(text=note))
        deliverer = Deliverer(settled.workspace, ledger, book, tell, made)
        files = await stop.unless_requested(deliverer.deliver(asked))
    except (FfmpegError, StreamError) as error:
        return Deliveries(made=tuple(made), lacking="ffmpeg failed", error=error)
    except MasterChanged as error:
        ledger.forget_verified(error.path)
        return Deliveries(made=tuple(made), lacking="a chapter has changed", error=error)
    if files is None:
        return replace(CUT_SHORT, made=tuple(made))
    return Deliveries(files=tuple(files), made=tuple(made))


class Deliverer:
    """Makes the files of a book that are not there yet as they should be."""

    def __init__(
        self, workspace: Workspace, ledger: Ledger, book: Book, tell: Listener, made: list[Delivery]
    ) -> None:
        """`made` grows by every file that is made."""
        self._workspace = workspace
        self._ledger = ledger
        self._book = book
        self._tell = tell
        self._encoder = version()
        self._verified = ledger.verified()
        self._known = ledger.deliveries()
        self._cores = asyncio.Semaphore(n_cores())
        # Chapters that sound alike share a file; who comes second finds it there.
        self._one_of: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._meters = asyncio.Semaphore(max(1, n_cores() // _CORES_A_METER))
        self._made = made

    async def deliver(self, asked: Asked) -> list[Delivery]:
        """Have all files that are asked for be there; return them.

        Raises `FfmpegError` if there is no ffmpeg or it fails, and `MasterChanged` if a master is not what was
        stitched.  What was encoded until then is kept.
        """
        wanted = list(editions(self._book, asked.formats, asked.master))
        specification = treating.specification(asked.master)
        recipes = {edition.path: recipe(edition, specification, self._encoder) for edition in wanted}
        stale = [edition for edition in wanted if not self._is_current(edition, recipes[edition.path])]
        if stale:
            treated, packets = await self._prepared(stale, asked.master)
            for edition in stale:
                written, times = await self._write(edition, treated, packets)
                self._keep(written, times, recipes[edition.path], packets)
        self._ledger.ask_deliveries({edition.path: asked.by for edition in wanted})
        known = self._ledger.deliveries()
        return [known[edition.path] for edition in wanted]

    def _is_current(self, edition: Edition, own: str) -> bool:
        known = self._known.get(edition.path)
        return (
            known is not None
            and known.recipe == own
            and all(is_intact(self._ledger, self._workspace, file, self._verified) for file in known.files)
        )

    async def _prepared(self, stale: Sequence[Edition], master: str) -> tuple[TreatedOf, PacketsOf]:
        """Return what mastering does to each chapter that is needed, and its packets by coding.

        While one chapter is measured others are encoded, the longest first.  What mastering cannot mend is told.
        """
        codings: dict[MasteredChapter, dict[Coding, bool]] = {}
        for edition in stale:
            for chapter in edition.chapters:
                codings.setdefault(chapter, {})[edition.coding] = edition.is_packed
        treated: TreatedOf = {}
        packets: PacketsOf = {}

        async def prepare(chapter: MasteredChapter) -> None:
            async with self._one_of[treating.kept_as(chapter, master) or chapter.id], self._meters:
                treated[chapter.id] = await to_its_end(
                    partial(treating.settle, self._workspace, chapter, master)
                )
            wanted = [coding for coding, is_packed in codings[chapter].items() if is_packed]
            await _together([settle(chapter, coding) for coding in wanted])

        async def settle(chapter: MasteredChapter, coding: Coding) -> None:
            own = treated[chapter.id]
            name = packets_name(chapter, coding, own, self._encoder)
            async with self._one_of[name], self._cores:
                packets[chapter.id, coding] = await self._packets(name, chapter, coding, own)

        await _together([prepare(chapter) for chapter in sorted(codings, key=lambda own: -own.n_samples)])
        for chapter in codings:
            for operation in treated[chapter.id].form:
                if operation["note"]:
                    self._tell(NoteTaken(text=f"{chapter.title}: {operation['note']}"))
        return treated, packets

    async def _packets(
        self, name: str, chapter: MasteredChapter, coding: Coding, treated: Treated
    ) -> Encoded:
        path = self._workspace.encoded / f"{name}{ENDING}"
        encoded = await asyncio.to_thread(load, path)
        if encoded is None:
            sound = await asyncio.to_thread(self._sound, chapter, treated)
            encoded = await encode(in_thread(sound), chapter, coding, path)
        return encoded

    def _sound(self, chapter: MasteredChapter, treated: Treated) -> Iterator[bytes]:
        return mastered(self._workspace.brought(chapter.audio.path), chapter, treated)

    async def _write(
        self, edition: Edition, treated: TreatedOf, packets: PacketsOf
    ) -> tuple[Written, OutputFile]:
        """Write a file and what tells of it, whole or not at all."""
        workspace, places = self._workspace, lay_out(edition.chapters, edition.coding)
        times = times_path(edition.path)
        with ExitStack() as stack:
            # Files get their names in the reverse order: the sound first, then what describes it.
            page = stack.enter_context(writing(workspace.path(times)))
            out = stack.enter_context(writing(workspace.path(edition.path)))
            if edition.is_packed:
                own = [packets[chapter.id, edition.coding] for chapter in edition.chapters]
                await to_its_end(partial(join, out, edition, own, places))
            else:
                await self._write_lossless(out, edition, places, treated)
            written = Written(
                edition=edition,
                file=OutputFile(path=edition.path, sha256=out.sha256, n_bytes=out.n_bytes),
                places=places,
                treated=[treated[chapter.id] for chapter in edition.chapters],
                encoder=self._encoder,
            )
            await to_its_end(partial(write_times, page, workspace, written))
        return written, OutputFile(path=times, sha256=page.sha256, n_bytes=page.n_bytes)

    async def _write_lossless(
        self, out: HashingFile, edition: Edition, places: Sequence[Place], treated: TreatedOf
    ) -> None:
        sounds = [self._sound(chapter, treated[chapter.id]) for chapter in edition.chapters]
        if edition.file_format == "wav":
            await write_wav(out, edition, places, sounds)
        else:
            raw = self._workspace.encoded / f"whole.flac{PART}"
            await write_flac(out, edition, places, sounds, raw=raw)

    def _keep(self, written: Written, times: OutputFile, own: str, packets: PacketsOf) -> None:
        """Put a file on record, which is whole and synced."""
        edition = written.edition
        kept = [treating.kept_as(chapter, edition.master) for chapter in edition.chapters]
        used = [self._workspace.encoded / name for name in kept if name is not None]
        if edition.is_packed:
            used += [packets[chapter.id, edition.coding].path for chapter in edition.chapters]
        delivery = Delivery(
            path=edition.path,
            recipe=own,
            asked="run",
            sample_rate=edition.coding.sample_rate,
            n_samples=length(written.places),
            files=(written.file, times),
            packets=tuple(dict.fromkeys(map(self._workspace.name, used))),
        )
        self._ledger.keep_delivery(delivery)
        note_intact(self._ledger, self._workspace, [file.path for file in delivery.files])
        self._made.append(delivery)
        seconds = delivery.n_samples / delivery.sample_rate
        self._tell(DeliveryMade(path=delivery.path, seconds=seconds, n_bytes=written.file.n_bytes))


async def _together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it at once; the first error ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
