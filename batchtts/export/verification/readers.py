"""The programs that read our exports, and what each of them reads.

Each has a module of its own here with a function `check`, from an `ExportedFolder` to a `Reading`.  None of them is
needed to write anything: those that are not installed are said to be absent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from batchtts.export.formats import FORMATS
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Outcome, Reading, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A program: its `package` as it is installed, None if it is our own; `module` is where its check is."""

    name: str
    package: str | None
    formats: tuple[str, ...]
    module: str

    def verdict(self, folder: ExportedFolder) -> Verdict:
        """Let it read an export."""
        name = folder.format.name
        found = None
        if self.package is not None:
            try:
                found = version(self.package)
            except PackageNotFoundError:
                return Verdict(format=name, reader=self.name, version=None, outcome=Outcome.ABSENT)
        check: Callable[[ExportedFolder], Reading] = import_module(self.module).check
        reading = check(folder)
        return Verdict(
            format=name,
            reader=self.name,
            version=found,
            outcome=Outcome.FAILED if reading.n_problems else Outcome.PASSED,
            compared=reading.compared,
            problems=tuple(reading.problems),
            n_problems=reading.n_problems,
        )


def _reader(name: str, module: str, *formats: str, package: str | None) -> Reader:
    return Reader(
        name=name,
        package=package,
        formats=formats,
        module=f"batchtts.export.verification.{module}",
    )


READERS = (
    _reader("batchtts, sums", "sums", *FORMATS, package=None),
    _reader("batchtts, alignment", "tiling", *FORMATS, package=None),
    _reader("parselmouth (Praat)", "praat", "textgrid", "mfa", package="praat-parselmouth"),
)


def verdicts(folder: ExportedFolder) -> Iterator[Verdict]:
    """Yield what comes of each reader that knows the format of an export."""
    for reader in READERS:
        if folder.format.name in reader.formats:
            yield reader.verdict(folder)
