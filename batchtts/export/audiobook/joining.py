"""Packets of chapters become one file: nothing is encoded a second time, and nothing is held whole."""

from collections.abc import Sequence

from batchtts.export.audiobook.editions import Edition
from batchtts.export.audiobook.packets import Encoded
from batchtts.export.audiobook.placement import Place, length
from batchtts.export.book import ChapterMark, Track
from batchtts.export.containers import mp3, mp4, ogg
from batchtts.files import HashingFile


def join(out: HashingFile, edition: Edition, encoded: Sequence[Encoded], places: Sequence[Place]) -> None:
    """Write a file from the packets of its chapters, in order."""
    track, marks = _track(edition, encoded, places), _marks(places)
    match edition.file_format:
        case "m4b":
            mp4.write(out, track, marks, edition.tags)
        case "mp3":
            mp3.write(out, track, marks, edition.tags)
        case _:
            ogg.write(out, track, marks, edition.tags)


def _track(edition: Edition, encoded: Sequence[Encoded], places: Sequence[Place]) -> Track:
    coding = edition.coding
    return Track(
        sample_rate=coding.sample_rate,
        packet_samples=coding.packet_samples,
        n_priming=coding.n_priming,
        n_samples=length(places),
        packets=tuple(own.packets(coding, is_first=index == 0) for index, own in enumerate(encoded)),
        config=encoded[0].config,
    )


def _marks(places: Sequence[Place]) -> tuple[ChapterMark, ...]:
    return tuple(place.mark for place in places)
