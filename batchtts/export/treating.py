"""What mastering does to the chapters of a book on their way into deliveries."""

from collections.abc import Sequence

from batchtts.errors import PlanError, Problem
from batchtts.export.placement import MasteredChapter
from batchtts.export.sound import Treated
from batchtts.files import Workspace


def treated(workspace: Workspace, chapters: Sequence[MasteredChapter], master: str) -> dict[str, Treated]:
    """Return what is done to each chapter, by its id."""
    if master != "none":
        what = f"output.master: nothing here masters to {master} yet"
        raise PlanError([Problem(where=str(workspace.root), what=what)])
    return {chapter.id: Treated() for chapter in chapters}
