"""How this stage says no: one problem, named with the file and the place in it."""

from batchtts.errors import DocumentError, Problem


def refusal(where: str, what: str, hint: str | None = None) -> DocumentError:
    """Return the error for one thing that is wrong at `where`, which begins with the file's name."""
    return DocumentError([Problem(where=where, what=what, hint=hint)])
