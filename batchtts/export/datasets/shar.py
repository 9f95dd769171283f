"""Lhotse Shar: cuts in one file, their sounds in a tar file of the same number, both in the same order.

In the tar file, the sound of a cut comes first, and then its recording as JSON.  The recordings in both places have no path but say
that the sound is at hand.  Its reader takes each file in a folder for a shard, so those of a split have a folder of their own.
"""

from contextlib import ExitStack

from batchtts.export.datasets.cuts import cut_lines
from batchtts.export.datasets.lines import JsonLines
from batchtts.export.datasets.shards import Shards
from batchtts.export.datasets.tar import Tar
from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_AT_HAND = {"type": "shar", "channels": [0], "source": ""}


class _Shard:
    """A file of cuts and its file of sounds."""

    def __init__(self, folder: ExportFolder, split: str, number: int) -> None:
        self._stack = ExitStack()
        self._cuts = JsonLines(folder, f"{split}/cuts.{number:06}.jsonl.gz")
        self._tar = Tar(self._stack.enter_context(folder.writing(f"{split}/recording.{number:06}.tar")))

    def add(self, utterance: Utterance) -> None:
        lines = cut_lines(utterance, _AT_HAND)
        self._cuts.write(lines.cut)
        self._tar.add(f"{utterance.id}.{utterance.audio_format}", utterance.sound)
        self._tar.add(f"{utterance.id}.json", f"{lines.recording}\n".encode())

    def close(self) -> None:
        self._cuts.close()
        self._tar.close()
        self._stack.close()


class SharWriter:
    """Writes a folder for each split."""

    def __init__(self, target: Target) -> None:
        folder = target.folder
        self._shards = Shards(target.corpus, lambda split, number, _: _Shard(folder, split, number))

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        self._shards.of(utterance).add(utterance)

    def finish(self) -> None:
        """End the last shards."""
        self._shards.finish()


def open_writer(target: Target) -> SharWriter:
    """Begin an export."""
    return SharWriter(target)
