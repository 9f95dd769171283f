"""A folder that was exported, as it lies on the disk: what it says of itself, and what is spoken when in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from batchtts import alignment as alignments
from batchtts.alignment import Alignment
from batchtts.errors import GateFailed
from batchtts.export.boundaries import ALIGNMENT
from batchtts.export.folder import CHANGES, STATEMENT
from batchtts.export.formats import FORMATS, Format
from batchtts.export.statement import SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is spoken when in one segment; in an export of chapters, `start` is where it begins in `chapter`.

    The times of `alignment` count from the beginning of the file of sound, which is the chapter's or the row's own.
    """

    id: str
    speaker: str
    text: str
    n_samples: int
    alignment: Alignment
    split: str | None = None
    pcm_sha256: str | None = None
    chapter: str | None = None
    chapter_n_samples: int | None = None
    start: int = 0


@dataclass(frozen=True, kw_only=True)
class ExportedFolder:
    """An export: its folder, and what `export.json` says."""

    path: Path
    statement: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what a folder says of itself; raise `GateFailed` if it is no export, or of a version unknown here."""
        try:
            statement = json.loads((path / STATEMENT).read_bytes())
            known = statement["schema"].partition(".")[0] == SCHEMA.partition(".")[0]
            is_ours = known and statement["schema"] == SCHEMA and statement["format"] in FORMATS
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise GateFailed(
                f"{path}: {STATEMENT} cannot be read ({error})", hint="Name a folder that an export wrote."
            ) from error
        if not is_ours:
            raise GateFailed(
                f"{path}: {STATEMENT} is of {statement['schema']} and {statement['format']}, which are unknown here",
                hint="Verify it with the batchtts that wrote it.",
            )
        return cls(path=path, statement=statement)

    @property
    def format(self) -> Format:
        """Return the format that it is in."""
        return FORMATS[self.statement["format"]]

    @property
    def n_exported(self) -> int:
        """Return how many rows or chapters it says that it has."""
        return int(self.statement["counts"]["exported"])

    def truths(self) -> Iterator[Truth]:
        """Yield what is spoken when, segment by segment, in the order of the plan."""
        path = self.path / ALIGNMENT
        if not path.exists():  # nothing at all was exported
            return
        with path.open("rb") as lines:
            for line in lines:
                form = json.loads(line)
                yield Truth(
                    id=form["id"],
                    speaker=form["speaker"],
                    text=form["text"],
                    n_samples=form["num_samples"],
                    alignment=alignments.from_json(form),
                    split=form.get("split"),
                    pcm_sha256=form.get("pcm_sha256"),
                    chapter=form.get("chapter"),
                    chapter_n_samples=form.get("chapter_num_samples"),
                    start=form.get("start", 0),
                )

    @cached_property
    def changes(self) -> dict[tuple[str, str], str]:
        """Return the texts that had to be changed, by the ids of their rows and the names of their fields."""
        path = self.path / CHANGES
        forms = [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
        return {(form["id"], form["field"]): form["after"] for form in forms}

    @cached_property
    def chapters(self) -> dict[str, list[Truth]]:
        """Return what is spoken when, by chapter; of an export of chapters, which are never very many."""
        found: dict[str, list[Truth]] = {}
        for truth in self.truths():
            found.setdefault(str(truth.chapter), []).append(truth)
        return found
