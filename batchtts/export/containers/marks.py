"""Chapters as files of sound name them: checked, shortened, and counted in other units."""

from collections.abc import Sequence

from batchtts.export.book import ChapterMark, Tags

GENRE = "Audiobook"


def check(marks: Sequence[ChapterMark], n_samples: int) -> None:
    """Raise `ValueError` unless chapters follow one another, each with a length, within so many samples."""
    end = 0
    for mark in marks:
        if mark.n_samples <= 0 or not end <= mark.start <= n_samples - mark.n_samples:
            raise ValueError(
                f"chapter {mark.title!r} at {mark.start}, {mark.n_samples} samples long, does not lie behind"
                f" {end} and before {n_samples}"
            )
        end = mark.start + mark.n_samples


def title_of(tags: Tags, marks: Sequence[ChapterMark]) -> str:
    """Return the title of a file: that of the book, or of the chapter where the file is one chapter."""
    return tags.title if tags.chapter is None or not marks else marks[0].title


def clipped(text: str, n_bytes: int) -> bytes:
    """Return a text in UTF-8, without the characters at its end for which so many bytes are too few."""
    return text.encode()[:n_bytes].decode(errors="ignore").encode()


def scaled(n_samples: int, sample_rate: int, units: int) -> int:
    """Return a time in samples in units of which a second has so many, rounded to the nearest."""
    return (2 * n_samples * units + sample_rate) // (2 * sample_rate)


def is_png(cover: bytes) -> bool:
    """Return whether a cover is a PNG; else it is a JPEG."""
    return cover.startswith(b"\x89PNG\r\n\x1a\n")
