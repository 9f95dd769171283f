"""Our own check of the bytes: every file is there as it was written, and there is no other."""

from batchtts.export.folder import SUMS
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading
from batchtts.files import sha256_of


def check(folder: ExportedFolder) -> Reading:
    """Hold every file against its hash in SHA256SUMS."""
    reading = Reading()
    listed: set[str] = set()
    path = folder.path / SUMS
    if not path.is_file():
        reading.complain(f"{SUMS} is missing")
        return reading
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            sha256, _, name = line.rstrip("\n").partition("  ")
            listed.add(name)
            file = folder.path / name
            if not file.is_file():
                reading.complain(f"{name}: it is missing")
            else:
                reading.expect("files", name, sha256_of(file), sha256)
    there = {each.relative_to(folder.path).as_posix() for each in folder.path.rglob("*") if each.is_file()}
    for name in sorted(there - listed - {SUMS}):
        reading.complain(f"{name}: no export wrote it")
    return reading
