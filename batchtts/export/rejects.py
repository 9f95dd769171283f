"""Rows that a dataset does not have though the plan does, each with the reason."""

from dataclasses import dataclass, field

from batchtts.export.folder import ExportFolder
from batchtts.job import Scalar

REJECTED = "rejected.jsonl"
"""The file that lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that is left out; `reason` is one word or a few, the same for all of a kind, `detail` a sentence."""

    number: int
    id: str
    text: str
    reason: str
    detail: str
    values: dict[str, Scalar] = field(default_factory=dict)


class Rejects:
    """Lists the rows that are left out of an export."""

    def __init__(self, folder: ExportFolder) -> None:
        self._lines = folder.lines(REJECTED)

    def add(self, reject: Reject) -> None:
        """List a row."""
        self._lines.add(
            {
                "id": reject.id,
                "text": reject.text,
                "reason": reject.reason,
                "detail": reject.detail,
                "values": reject.values,
            }
        )

    def finish(self) -> None:
        """End the list."""
        self._lines.close()
