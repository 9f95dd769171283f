"""Chapters are stitched as soon as their last take is there, while others still render."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from batchtts.events import ChapterStitched, Listener, NoteTaken
from batchtts.ledger.ledger import Ledger
from batchtts.model import Chapter, Master, Take
from batchtts.pipeline.restoring import is_intact, note_intact
from batchtts.pipeline.surveying import Survey
from batchtts.stitch.assembling import assemble, recipe
from batchtts.takes import TakeDamaged, load

T = TypeVar("T")


class Stitcher:
    """Watches takes arrive, and stitches each chapter that is whole and not yet as it should be.

    It shares the survey's takes, and drops from them those that turn out damaged.
    """

    def __init__(self, survey: Survey, ledger: Ledger, tell: Listener) -> None:
        self._plan = survey.settled.plan
        self._workspace = survey.settled.workspace
        self._ledger = ledger
        self._tell = tell
        self._takes = survey.takes
        self._waiting: dict[str, list[Chapter]] = defaultdict(list)
        self._missing: dict[str, int] = {}
        self._queue: asyncio.Queue[Chapter | None] = asyncio.Queue()
        self.stitched: list[Master] = []
        self.found_damage = False
        masters, verified = ledger.masters(), ledger.verified()
        for chapter in survey.chapters:
            missing = {segment.fingerprint for segment in chapter.segments} - self._takes.keys()
            self._missing[chapter.id] = len(missing)
            for fingerprint in missing:
                self._waiting[fingerprint].append(chapter)
            if not missing and not self._is_current(chapter, masters.get(chapter.id), verified):
                self._queue.put_nowait(chapter)

    def add(self, take: Take) -> None:
        """Take note of a take that was just kept, and is among those of the survey by now."""
        for chapter in self._waiting.pop(take.fingerprint, ()):
            self._missing[chapter.id] -= 1
            if not self._missing[chapter.id]:
                self._queue.put_nowait(chapter)

    def finish(self, *, drain: bool) -> None:
        """Let `work` end: after the chapters that are whole, or else after the one at hand."""
        while not drain and not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def work(self) -> None:
        """Stitch chapters until `finish` is called."""
        while (chapter := await self._queue.get()) is not None:
            if any(segment.fingerprint not in self._takes for segment in chapter.segments):
                continue  # it shares a take that has turned out damaged; the next pass gets to it
            try:
                master = await _to_its_end(self._stitch, chapter)
            except TakeDamaged:
                for note in await _to_its_end(self._drop_damaged, chapter):
                    self._tell(note)
                self.found_damage = True
            else:
                self.stitched.append(master)
                seconds = master.n_samples / master.sample_rate
                self._tell(ChapterStitched(chapter=chapter.title, path=master.files[0].path, seconds=seconds))

    def _stitch(self, chapter: Chapter) -> Master:
        master = assemble(self._plan, chapter, self._takes, self._workspace)
        self._ledger.keep_master(master)
        note_intact(self._ledger, self._workspace, [file.path for file in master.files])
        return master

    def _drop_damaged(self, chapter: Chapter) -> list[NoteTaken]:
        """Read every take of a chapter, and drop those whose bytes have changed; return what is to be told."""
        notes = []
        for fingerprint in {segment.fingerprint for segment in chapter.segments}:
            try:
                load(self._workspace, self._takes[fingerprint])
            except TakeDamaged as error:
                del self._takes[fingerprint]
                self._ledger.drop(error.name, error.reason)
                notes.append(NoteTaken(text=f"{error}; it is rendered again"))
        return notes

    def _is_current(
        self, chapter: Chapter, master: Master | None, verified: dict[str, tuple[int, int]]
    ) -> bool:
        """Return whether a chapter's files are what would be stitched now, to the byte."""
        return (
            master is not None
            and master.recipe == recipe(self._plan, chapter, self._takes)
            and all(is_intact(self._ledger, self._workspace, file, verified) for file in master.files)
        )


async def _to_its_end(work: Callable[[Chapter], T], chapter: Chapter) -> T:
    """Do work in a thread, and wait for it even when cancelled: the ledger must not be closed under it."""
    task = asyncio.ensure_future(asyncio.to_thread(work, chapter))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
