"""A Readium audiobook, whose Guided Navigation Documents lead through text and sound together."""

from batchtts.export.readalong.readium.writer import open_writer

__all__ = ["open_writer"]
