"""`batchtts verify`: exports are read back by our own checks, and by the real readers that are installed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.errors import GateFailed
from batchtts.export.folder import STATEMENT
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.readers import verdicts
from batchtts.export.verification.reading import Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of all readers for all exports."""

    verdicts: tuple[Verdict, ...]

    def raise_if_wrong(self) -> None:
        """Raise `GateFailed` if a reader does not find what was written."""
        failed = [verdict for verdict in self.verdicts if verdict.outcome is Outcome.FAILED]
        if failed:
            first = failed[0]
            raise GateFailed(
                f"not as it was written: {len(failed)} of {len(self.verdicts)} readings; {first.format}, read by "
                f"{first.reader}: {first.problems[0]}",
                hint="`batchtts export` writes it anew; if that reads the same, this is a fault of ours.",
            )


def verify(folder: Path) -> Verified:
    """Have an export read back, or all that lie in a folder; raise `GateFailed` if there is none."""
    return Verified(
        verdicts=tuple(
            verdict for each in _exports(folder) for verdict in verdicts(ExportedFolder.open(each))
        )
    )


def _exports(folder: Path) -> Sequence[Path]:
    if (folder / STATEMENT).is_file():
        return [folder]
    found = sorted(_below(folder))
    if not found:
        raise GateFailed(
            f"{folder}: there is no export in it",
            hint="Name a folder that `batchtts export` wrote, or one above.",
        )
    return found


def _below(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (each for each in folder.iterdir() if (each / STATEMENT).is_file())
