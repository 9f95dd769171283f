"""Reading a manifest: a path becomes a job, or a list of everything that is wrong."""

import hashlib
from pathlib import Path

from batchtts.errors import ManifestError, Problem
from batchtts.job import Job
from batchtts.manifest.fields import MANIFEST
from batchtts.manifest.keeping import check_columns
from batchtts.manifest.loading import MOST_BYTES, load
from batchtts.manifest.nodes import Node
from batchtts.manifest.review import Review
from batchtts.manifest.written import NARRATOR, Manifest


def read_job(path: Path) -> Job:
    """Return the job that the manifest at `path` describes.

    Raises ManifestError with all problems at once, in the order of the file: `file:line:column: key: …`.
    """
    review = Review(path)
    data = _read(path)
    manifest = load(data, review, lambda root: _check(root, review))
    if manifest is not None and not review.has_problems:
        return manifest.settle(path, hashlib.sha256(data).hexdigest())
    if not review.has_problems:
        review.complain_of_file("is empty", hint="Name at least one text under documents.")
    raise review.error()


def _check(root: Node, review: Review) -> Manifest | None:
    manifest = MANIFEST.check(root, review)
    review.know_voices((NARRATOR.name,))  # if no others were read
    if manifest is not None and manifest.dataset.keep is not None:
        check_columns(manifest.dataset.keep, manifest.documents, review)
    return manifest


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "Name the manifest itself, a YAML or JSON file." if path.is_dir() else None
        raise ManifestError([Problem(where=path.as_posix(), what=reason, hint=hint)]) from error
