"""One static page that lights up while it is heard: it opens from the disk, and fetches nothing from elsewhere."""

from batchtts.export.readalong.html.writer import open_writer

__all__ = ["open_writer"]
