"""WebDataset: tar files in which the sound, the text and the columns of a row stand one after another, with one name.

A name ends at its first dot, so ids have none.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from batchtts.export.datasets.lines import compact
from batchtts.export.datasets.rows import columns
from batchtts.export.datasets.shards import Shards
from batchtts.export.datasets.tar import Tar
from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class _Shard:
    """A tar file; where it has no row there is none, since readers stumble over one that is empty."""

    def __init__(self, folder: ExportFolder, name: str, extra: Mapping[str, str]) -> None:
        self._stack = ExitStack()
        self._open = partial(self._stack.enter_context, folder.writing(name))
        self._tar: Tar | None = None
        self._extra = extra

    def add(self, utterance: Utterance) -> None:
        if self._tar is None:
            self._tar = Tar(self._open())
        self._tar.add(f"{utterance.id}.{utterance.audio_format}", utterance.sound)
        self._tar.add(f"{utterance.id}.json", compact(columns(utterance, self._extra)).encode())
        self._tar.add(f"{utterance.id}.txt", utterance.text.encode())

    def close(self) -> None:
        if self._tar is not None:
            self._tar.close()
        self._stack.close()


class WebDatasetWriter:
    """Writes `SPLIT-NUMBER.tar`."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._shards = Shards(target.corpus, self._opened)

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        self._shards.of(utterance).add(utterance)

    def finish(self) -> None:
        """End the last shards."""
        self._shards.finish()

    def _opened(self, split: str, number: int, _: int) -> _Shard:
        return _Shard(self._target.folder, f"{split}-{number:06}.tar", self._target.corpus.extra)


def open_writer(target: Target) -> WebDatasetWriter:
    """Begin an export."""
    return WebDatasetWriter(target)
