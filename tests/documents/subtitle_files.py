"""Subtitle files for tests: written into a folder, read as documents."""

from pathlib import Path

from batchtts.documents.reading import read
from batchtts.job import Fit, Mark, Source
from batchtts.model import Document


def read_cues(folder: Path, text: str, *, name: str = "a.srt", fit: Fit | None = None) -> Document:
    """Return the document of a file with this text."""
    (folder / name).write_bytes(text.encode())
    source = Source(folder=folder, mark=Mark(file="job.yaml", line=3, column=5), pattern=name, fit=fit)
    [document] = read(source)
    assert isinstance(document, Document)
    return document


def spoken(document: Document) -> list[tuple[int, int, str | None, str]]:
    """Return start and end in milliseconds, speaker and text of each block."""
    [section] = document.sections
    return [
        (block.slot.start_ms, block.slot.end_ms, block.speaker, document.text[block.start : block.end])
        for block in section.blocks
        if block.slot is not None
    ]


def texts(document: Document) -> list[str]:
    return [text for *_, text in spoken(document)]
