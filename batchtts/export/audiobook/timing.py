"""`batchtts.delivery/1`: what is spoken when in a delivery, in samples of that very file.

It is written while the alignment files of the chapters are read, one segment after another, so it fits books of any
length.  Its JSON Schema lies in `batchtts/schemas`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchtts.audio.resampling import scaled
from batchtts.export.audiobook.editions import Edition
from batchtts.export.audiobook.placement import Place, length
from batchtts.export.audiobook.sound import Treated
from batchtts.files import HashingFile, Workspace
from batchtts.model import OutputFile

SCHEMA = "batchtts.delivery/1"

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that was made: where its chapters lie in it, and what was done to each on its way."""

    edition: Edition
    file: OutputFile
    places: tuple[Place, ...]
    treated: Sequence[Treated]
    encoder: str


def write_times(out: HashingFile, workspace: Workspace, written: Written) -> None:
    """Write what is spoken when in a file."""
    head = ",\n".join(f" {json.dumps(key)}: {_compact(value)}" for key, value in _head(written).items())
    out.write(("{\n" + head + ',\n "chapters": [').encode())
    for index, (place, treated) in enumerate(zip(written.places, written.treated, strict=True)):
        opening = _compact(_chapter(place, treated))[:-1]
        out.write(f'{"," if index else ""}\n  {opening},"segments":['.encode())
        for number, segment in enumerate(_segments(workspace, place, written.edition.coding.sample_rate)):
            out.write(f"{',' if number else ''}\n   {_compact(segment)}".encode())
        out.write(b"\n  ]}")
    out.write(b"\n ]\n}\n")


def _head(written: Written) -> dict[str, object]:
    edition, coding = written.edition, written.edition.coding
    return {
        "schema": SCHEMA,
        "file": {
            "path": written.file.path,
            "sha256": written.file.sha256,
            "n_bytes": written.file.n_bytes,
        },
        "format": edition.file_format,
        "codec": {
            "name": coding.codec,
            "bits_per_second": coding.bits_per_second,
            "packet_samples": coding.packet_samples,
            "encoder": f"ffmpeg {written.encoder}",
        },
        "sample_rate": coding.sample_rate,
        "n_samples": length(written.places),
        "priming": coding.n_priming,
        "master": edition.master,
        "synthetic": edition.tags.synthetic,
    }


def _chapter(place: Place, treated: Treated) -> dict[str, object]:
    chapter = place.chapter
    return {
        "id": chapter.id,
        "number": chapter.number,
        "title": chapter.title,
        "start": place.start,
        "n_samples": place.n_samples,
        "master": {
            "path": chapter.audio.path,
            "sha256": chapter.audio.sha256,
            "sample_rate": chapter.sample_rate,
            "n_samples": chapter.n_samples,
        },
        "processing": list(treated.form),
    }


def _segments(workspace: Workspace, place: Place, sample_rate: int) -> Iterator[dict[str, object]]:
    """Yield the segments of a chapter as they lie in the file."""
    chapter = place.chapter
    timeline = json.loads(workspace.brought(chapter.timeline.path).read_bytes())["timeline"]
    with workspace.brought(chapter.segments.path).open("rb") as lines:
        for entry, line in zip(timeline, lines, strict=True):
            clock = _Clock(place, sample_rate, entry["start"], entry["num_samples"], entry["trim"][0])
            record = json.loads(line)
            yield {
                "segment": entry["segment"],
                **clock.stretch(clock.lead, clock.n_samples),
                "words": [
                    _word(item, clock) for item in record["alignment"]["items"] if item["kind"] == "word"
                ],
            }


def _word(item: Mapping[str, Any], clock: "_Clock") -> dict[str, object]:
    return {"text": item["text"], **clock.stretch(item["start"], item["duration"])}


@dataclass(frozen=True, slots=True)
class _Clock:
    """Tells where samples of a take lie in a file: of the take, `n_samples` are heard after the first `lead`."""

    place: Place
    sample_rate: int
    start: int
    n_samples: int
    lead: int

    def stretch(self, start: int, n_samples: int) -> dict[str, int]:
        """Return where a stretch of the take lies, as far as it is heard."""
        first, last = self._at(start), self._at(start + n_samples)
        return {"start": first, "n_samples": last - first}

    def _at(self, position: int) -> int:
        heard = min(max(position - self.lead, 0), self.n_samples)
        chapter = self.place.chapter
        return self.place.start + scaled(self.start + heard, chapter.sample_rate, self.sample_rate)
