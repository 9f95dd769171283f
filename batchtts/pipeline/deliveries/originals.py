"""The takes behind a delivery: of which each of its segments was made, and how much of it is heard."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from batchtts.export.audiobook.statement import StatedChapter
from batchtts.export.proof.comparing import Kept
from batchtts.files import Workspace, matches
from batchtts.ledger.reading import LedgerReader
from batchtts.model import Master, Take
from batchtts.takes.reading import TakeReader


class Outdated(ValueError):
    """A delivery was made of a chapter, or of a take, that is not what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A take in its master: from sample `lead` on, `n_samples` of it; other sound is mixed in at either end."""

    take: Take
    lead: int
    n_samples: int
    fade_in: int
    fade_out: int


@dataclass(frozen=True, slots=True)
class ChapterTakes:
    """The takes of a chapter by segment."""

    places: Mapping[str, Place]

    def kept(self, segment: str, reader: TakeReader) -> Kept:
        """Read the take of a segment.  Raises `Outdated` if there is none, `TakeDamaged` if it is not what was written."""
        if segment not in self.places:
            raise Outdated("it has no take any more")
        place = self.places[segment]
        return Kept(
            speech=reader.load(place.take).speech,
            lead=place.lead,
            n_samples=place.n_samples,
            fade_in=place.fade_in,
            fade_out=place.fade_out,
        )


class Originals:
    """The chapters and takes of an output folder."""

    def __init__(self, workspace: Workspace, ledger: LedgerReader) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._masters = ledger.masters()

    def reader(self) -> TakeReader:
        """Return a reader of takes, for one caller alone."""
        return TakeReader(self._workspace)

    def chapter(self, stated: StatedChapter) -> ChapterTakes:
        """Return the takes of a chapter.

        Raises `Outdated` if its master is not the one of which a delivery was made, or its alignment was changed.
        """
        master = self._masters.get(stated.id)
        if master is None or master.files[0].sha256 != stated.master_sha256:
            raise Outdated("the chapter was stitched anew since")
        for file in master.files[1:3]:
            if not matches(self._workspace.brought(file.path), file):
                raise Outdated(f"{file.path} is not what was stitched")
        takes = {take.name: take for take in self._ledger.takes(stated.id).values()}
        names = dict(self._names(master))
        timeline = json.loads(self._workspace.brought(master.files[1].path).read_bytes())["timeline"]
        return ChapterTakes(dict(_places(timeline, names, takes)))

    def _names(self, master: Master) -> list[tuple[str, str]]:
        """Return the name of the take of each segment, as the chapter's alignment has it."""
        with self._workspace.brought(master.files[2].path).open("rb") as lines:
            records = map(json.loads, lines)
            return [(record["id"], record["audio"]["path"]) for record in records]


def _places(
    timeline: Sequence[Mapping[str, Any]], names: Mapping[str, str], takes: Mapping[str, Take]
) -> Iterator[tuple[str, Place]]:
    """Yield where takes lie that are still there, by segment; in a dub they may lie over each other."""
    latest, starts = 0, [entry["start"] for entry in timeline[1:]]
    for entry, following in zip_longest(timeline, starts):
        id_, start, n_samples = entry["segment"], entry["start"], entry["num_samples"]
        end = start + n_samples
        fade_in = min(n_samples, max(entry["fade"][0], latest - start))
        fade_out = entry["fade"][1] if following is None else max(entry["fade"][1], end - following)
        if (take := takes.get(names[id_])) is not None:
            yield (
                id_,
                Place(
                    take=take,
                    lead=entry["trim"][0],
                    n_samples=n_samples,
                    fade_in=fade_in,
                    fade_out=min(n_samples - fade_in, fade_out),
                ),
            )
        latest = max(latest, end)
