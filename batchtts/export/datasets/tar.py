"""Tar files that hold nothing but names and bytes: the same members give the same file (POSIX.1-2001, pax)."""

import io
import tarfile

from batchtts.files import HashingFile


class Tar:
    """Adds members to a tar file as they come."""

    def __init__(self, file: HashingFile) -> None:
        self._file = file

    def add(self, name: str, data: bytes) -> None:
        """Add a member, without a time, an owner or rights of its own."""
        info = tarfile.TarInfo(name)
        info.size = len(data)
        info.mode = 0o644
        self._file.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict"))
        self._file.write(data)
        self._file.write(bytes(-len(data) % tarfile.BLOCKSIZE))

    def close(self) -> None:
        """Write the two empty blocks that end the file, filled up to a whole record as tar has it."""
        end = 2 * tarfile.BLOCKSIZE
        self._file.write(bytes(end + -(self._file.n_bytes + end) % tarfile.RECORDSIZE))


def members(data: bytes) -> dict[str, bytes]:
    """Return the members of a tar file by name."""
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        return {info.name: file.extractfile(info).read() for info in file}  # type: ignore[union-attr]
