"""How the segments of subtitles fit into their slots, as the reports of a job's chapters tell."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchtts.errors import LedgerError
from batchtts.files import Workspace
from batchtts.model import Master

SUFFIX = ".slots.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReport:
    """The report of one chapter: the path of its audio, and what `batchtts.slots/1` says of its slots."""

    audio: str
    form: dict[str, Any]


def read_reports(workspace: Workspace, masters: Iterable[Master]) -> list[SlotReport]:
    """Return the reports of those chapters that have slots; raise `LedgerError` if one is damaged."""
    paths = [
        (master.files[0].path, file.path)
        for master in masters
        for file in master.files
        if file.path.endswith(SUFFIX)
    ]
    return [SlotReport(audio=audio, form=_read(workspace.brought(path), path)) for audio, path in paths]


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        form: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise LedgerError(f"{name} is not what was written", hint="`batchtts run` writes it anew.") from error
    return form
