"""Which files an entry under `documents` means: a path or a glob, in the order that people count in."""

import difflib
import glob
import os
import re
from pathlib import Path

from batchtts.documents.refusals import refusal
from batchtts.job import Source

_NUMBER = re.compile(r"([0-9]+)")


def find_files(source: Source) -> tuple[Path, ...]:
    """Return the files that a source's pattern means, in natural order, or raise DocumentError if none.

    A pattern that is the name of a file means that file, even if it looks like a glob.
    """
    pattern = source.pattern or ""
    path = source.folder / pattern
    if _is_file(path):
        return (path,)
    found = (source.folder / name for name in _matches(pattern, source.folder))
    files = sorted((file for file in found if _is_file(file)), key=_natural_order)
    if not files:
        raise refusal(str(source.mark), *_complaint(pattern, path))
    return tuple(files)


def document_name(path: Path, folder: Path) -> str:
    """Return a file's path relative to the manifest's folder, with forward slashes on every system."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive of a Windows machine
        return path.as_posix()


def _matches(pattern: str, folder: Path) -> list[str]:
    # Not Path.glob(), which takes no absolute patterns.
    return glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
        return False


def _natural_order(path: Path) -> tuple[list[tuple[bool, int, str]], str]:
    """Order "2" before "10": numbers by value, other text regardless of case."""
    pieces = _NUMBER.split(path.as_posix().casefold())
    return [
        (piece.isdigit(), int(piece) if piece.isdigit() else 0, piece) for piece in pieces
    ], path.as_posix()


def _complaint(pattern: str, path: Path) -> tuple[str, str]:
    if glob.has_magic(pattern):
        return f"no file matches {pattern!r}", f"It is looked for in {path.parent.as_posix()}."
    if path.is_dir():
        return f"{pattern!r} is a folder", f"Name the files in it, for example as {pattern.rstrip('/')}/*.md."
    parent = path.parent
    if not parent.is_dir():
        return f"there is no file {pattern!r}", f"There is no folder {parent.as_posix()} either."
    try:
        names = sorted(entry.name for entry in parent.iterdir())
    except OSError:
        names = []
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(path.name.casefold(), folded, n=1, cutoff=0.5)
    hint = f"Is it {Path(pattern).with_name(folded[close[0]]).as_posix()!r}?" if close else None
    return (
        f"there is no file {pattern!r}",
        hint or f"Paths are relative to the manifest; {parent} has no such name.",
    )
