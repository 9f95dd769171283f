"""ZIP archives that have the same bytes whenever and wherever they are made.

Nothing is compressed.  Sound is as small as it gets, and what compression makes of texts depends on the
library that does it.  Members have no times.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from batchtts.export.folder import ExportFolder
from batchtts.files import sha256_of

_STRETCH_BYTES = 1 << 20
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


class Archive:
    """Takes in files, which lie in it in that order."""

    def __init__(self, into: ZipFile) -> None:
        self._zip = into

    def write(self, name: str, data: bytes) -> None:
        """Add a file with these bytes."""
        self._zip.writestr(_member(name), data)

    def copy(self, name: str, source: Path) -> None:
        """Add what lies in another file."""
        info = _member(name)
        info.file_size = source.stat().st_size  # tells whether the entry needs 64 bits
        with source.open("rb") as stream, self._zip.open(info, "w") as member:
            while stretch := stream.read(_STRETCH_BYTES):
                member.write(stretch)


@contextmanager
def archive(folder: ExportFolder, name: str) -> Iterator[Archive]:
    """Write an archive into an export."""
    path = folder.path / name
    with ZipFile(path, "x", ZIP_STORED) as into:
        yield Archive(into)
    folder.add(name, sha256_of(path), path.stat().st_size)


def _member(name: str) -> ZipInfo:
    info = ZipInfo(name)  # whose time is the beginning of 1980
    info.create_system, info.external_attr = _UNIX, _PLAIN_FILE
    return info
