"""Chapters are stitched as soon as their last take is there, while others still render."""

import asyncio
import threading
from collections.abc import Iterable
from functools import partial

from batchtts.events import ChapterStitched, Listener, NoteTaken
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.scope import Scope
from batchtts.model import Chapter, Master, Plan, Take
from batchtts.pipeline.finishing import to_its_end
from batchtts.pipeline.planning.lessons import is_long
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.restoring import is_intact, note_intact
from batchtts.stitch.assembling import assemble, recipe
from batchtts.takes.form import TakeDamaged
from batchtts.takes.reading import damaged

N_STITCHERS = 2
"""How many chapters are stitched at once: mostly they are hashed and synced, so one waits while another computes."""


class Stitcher:
    """Stitches each chapter within a scope that is whole and not yet as it should be."""

    def __init__(self, settled: Settled, ledger: Ledger, scope: Scope, tell: Listener) -> None:
        self._settled = settled
        self._job = settled.job
        self._workspace = settled.workspace
        self._ledger = ledger
        self._scope = scope
        self._tell = tell
        self._plan: Plan = ledger.plan(settled.job)
        self._masters = ledger.masters()
        self._verified = ledger.verified()
        self._dropping = threading.Lock()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self.stitched: list[Master] = []
        self.found_damage = False
        for chapter, has_current_master in ledger.whole_chapters(scope) if self._job.output.chapters else ():
            if not has_current_master or not self._is_written(self._masters[chapter]):
                self._queue.put_nowait(chapter)

    def add(self, chapters: Iterable[str]) -> None:
        """Take note of chapters that have just become whole."""
        for chapter in chapters if self._job.output.chapters else ():
            if self._scope.chapters is None or chapter in self._scope.chapters:
                self._queue.put_nowait(chapter)

    def finish(self, *, drain: bool) -> None:
        """Let all that `work` end: after the chapters that are whole, or else after those at hand."""
        while not drain and not self._queue.empty():
            self._queue.get_nowait()
        for _ in range(N_STITCHERS):
            self._queue.put_nowait(None)

    async def work(self) -> None:
        """Stitch one chapter after another until `finish` is called; `N_STITCHERS` are to do so at once."""
        while (chapter := await self._queue.get()) is not None:
            for event in await to_its_end(partial(self._settle, chapter)):
                self._tell(event)

    def _settle(self, id_: str) -> list[ChapterStitched | NoteTaken]:
        """Have a chapter's files be what its takes say; return what is to be told."""
        chapter, takes = self._ledger.chapter(id_, self._job), self._ledger.takes(id_)
        if any(segment.fingerprint not in takes for segment in chapter.segments):
            return []  # it shares a take that has turned out damaged; the next pass gets to it
        if any(is_long(take, self._settled) for take in takes.values()):
            return []  # it is split again before that
        try:
            master = self._written(chapter, takes)
            if master is not None:
                self._ledger.keep_master(master, basis=chapter.digest)
                return []
            master = assemble(self._plan, chapter, takes, self._workspace)
        except TakeDamaged:
            self.found_damage = True
            return self._drop_damaged(takes.values())
        self._ledger.keep_master(master, basis=chapter.digest)
        note_intact(self._ledger, self._workspace, [file.path for file in master.files])
        self.stitched.append(master)
        seconds = master.n_samples / master.sample_rate
        return [ChapterStitched(chapter=chapter.title, path=master.files[0].path, seconds=seconds)]

    def _drop_damaged(self, takes: Iterable[Take]) -> list[ChapterStitched | NoteTaken]:
        """Read all of the takes, and drop those whose bytes have changed; return what is to be told."""
        notes: list[ChapterStitched | NoteTaken] = []
        in_place = sorted(takes, key=lambda take: (take.pack, take.start))
        with self._dropping:  # chapters that are stitched at once may share a take
            for take, error in damaged(self._workspace, in_place):
                if self._ledger.live_take(take.fingerprint) == take:
                    self._ledger.drop(take, error.reason)
                    notes.append(NoteTaken(text=f"{error}; it is rendered again"))
        return notes

    def _written(self, chapter: Chapter, takes: dict[str, Take]) -> Master | None:
        """Return the master of a chapter if its files are what would be stitched now, to the byte."""
        master = self._masters.get(chapter.id)
        if master is None or master.recipe != recipe(self._plan, chapter, takes):
            return None
        return master if self._is_written(master) else None

    def _is_written(self, master: Master) -> bool:
        return all(is_intact(self._ledger, self._workspace, file, self._verified) for file in master.files)
