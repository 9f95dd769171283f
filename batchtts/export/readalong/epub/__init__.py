"""EPUB 3 with media overlays (EPUB 3.3, section 9): a book whose sentences, or words, light up while they are heard."""

from batchtts.export.readalong.epub.writer import open_writer

__all__ = ["open_writer"]
