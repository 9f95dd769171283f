"""Reading a manifest: a path becomes a job, or a list of everything that is wrong."""

from pathlib import Path

from batchtts.errors import ManifestError, Problem
from batchtts.job import Job
from batchtts.manifest.fields import MANIFEST
from batchtts.manifest.loading import MOST_BYTES, load
from batchtts.manifest.nodes import MappingNode, Node, is_null
from batchtts.manifest.review import Review
from batchtts.manifest.written import NARRATOR


def read_job(path: Path) -> Job:
    """Return the job that the manifest at `path` describes.

    Raises ManifestError with all problems at once, in the order of the file: `file:line:column: key: …`.
    """
    review = Review(path)
    root = load(_read(path), review)
    if root is not None:
        review.voices = _voice_names(root)
        if (manifest := MANIFEST.check(root, review)) and not review.has_problems:
            return manifest.settle(path)
    elif not review.has_problems:
        review.complain_of_file("is empty", hint="Name at least one text under documents.")
    raise review.error()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "Name the manifest itself, a YAML or JSON file." if path.is_dir() else None
        raise ManifestError([Problem(where=path.as_posix(), what=reason, hint=hint)]) from error


def _voice_names(root: Node) -> tuple[str, ...] | None:
    """Return the names that can be referred to anywhere, even where the voices themselves are wrong."""
    written = root.entries.get("voices") if isinstance(root, MappingNode) else None
    if written is None or is_null(written[1]):
        return (NARRATOR.name,)
    voices = written[1]
    return (tuple(voices.entries) or (NARRATOR.name,)) if isinstance(voices, MappingNode) else None
