"""The sound of a chapter on its way into a delivery: read in stretches, mastered, never held whole."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias

from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.errors import BatchttsError
from batchtts.export.audiobook.placement import MasteredChapter

STRETCH_BYTES = 1 << 20
"""How much is read at once: 22 seconds at 24 kHz."""

Change: TypeAlias = Callable[[Iterable[bytes], int], Iterator[bytes]]
"""What mastering does to samples of a rate; there are as many afterwards."""


class MasterChanged(BatchttsError):
    """A master is not what the ledger says, so nothing is made of it; `path` is that of its audio."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not what was stitched; nothing is made of it",
            hint="Run the same command again: it is stitched anew.",
        )
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What is done to a chapter on its way: `form` says so in outputs, `change` does it."""

    form: tuple[dict[str, object], ...] = ()
    change: Change | None = field(default=None, compare=False)


def read(path: Path, chapter: MasteredChapter) -> Iterator[bytes]:
    """Yield the samples of a master in stretches.

    Raises `MasterChanged` at the end if its bytes were not those that the ledger knows.
    """
    digest = hashlib.sha256()
    with _opened(path, chapter) as stream:
        digest.update(stream.read(chapter.audio.n_bytes - chapter.n_samples * SAMPLE_BYTES))
        while stretch := stream.read(STRETCH_BYTES):
            digest.update(stretch)
            yield stretch
    if digest.hexdigest() != chapter.audio.sha256:
        raise MasterChanged(chapter.audio.path)


def mastered(path: Path, chapter: MasteredChapter, treated: Treated) -> Iterator[bytes]:
    """Yield the samples of a chapter as they go into deliveries."""
    stretches = read(path, chapter)
    return stretches if treated.change is None else treated.change(stretches, chapter.sample_rate)


def _opened(path: Path, chapter: MasteredChapter) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise MasterChanged(chapter.audio.path) from None
