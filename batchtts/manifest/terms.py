"""What records of a manifest have in common: kinds of values, and what is known of the place of a record."""

from batchtts.job import LengthPolicy
from batchtts.manifest.kinds import Choice, Number, Text, Whole
from batchtts.manifest.nodes import Node
from batchtts.manifest.review import Review

LINE = Text()
SPEED = Number(least=0.25, most=4)
SEED = Whole(least=0, most=2**32 - 1)
LENGTH_POLICY = Choice(options=tuple(str(policy) for policy in LengthPolicy))


def mark(node: Node, review: Review) -> dict[str, object]:
    """Return where a record stands."""
    return {"mark": review.mark(node)}


def mark_and_name(node: Node, review: Review) -> dict[str, object]:
    """Return where a record stands, and the name under which it does."""
    return {"mark": review.mark(node), "name": review.path[-1]}


def mark_and_folder(node: Node, review: Review) -> dict[str, object]:
    """Return where a record stands, and what paths in it are relative to."""
    return {"mark": review.mark(node), "folder": review.folder}
