"""The publication as one file: a ZIP as the Readium Packaging Format has it, of the media type `application/audiobook+zip`.

Nothing is compressed.  Sound is as small as it gets, and what compression makes of texts depends on the
library that does it: the same job would not give the same bytes everywhere.
"""

from collections.abc import Iterable
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from batchtts.export.folder import ExportFolder
from batchtts.files import sha256_of

_STRETCH_BYTES = 1 << 20
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def pack(folder: ExportFolder, name: str, members: Iterable[str]) -> None:
    """Write files of a folder into a package in the same folder, in this order."""
    path = folder.path / name
    with ZipFile(path, "x", ZIP_STORED) as package:
        for member in members:
            _add(package, folder, member)
    folder.add(name, sha256_of(path), path.stat().st_size)


def _add(package: ZipFile, folder: ExportFolder, member: str) -> None:
    info = ZipInfo(member)  # whose time is the beginning of 1980
    info.create_system, info.external_attr = _UNIX, _PLAIN_FILE
    path = folder.written(member)
    info.file_size = path.stat().st_size  # tells whether the entry needs 64 bits
    with path.open("rb") as source, package.open(info, "w") as target:
        while stretch := source.read(_STRETCH_BYTES):
            target.write(stretch)
