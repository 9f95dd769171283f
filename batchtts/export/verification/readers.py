"""The programs that read our exports, and what each of them reads.

Each has a function in a module here, from an `ExportedFolder` to a `Reading`.  None of them is needed to write anything: those
that are not installed are said to be absent.
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
    """A program: its `package` as it is installed, None if it is our own; `check` names a function in `module`."""

    name: str
    package: str | None
    formats: tuple[str, ...]
    module: str
    check: str

    def verdict(self, folder: ExportedFolder) -> Verdict:
        """Let it read an export."""
        name = folder.format.name
        found = None
        if self.package is not None:
            try:
                found = version(self.package)
            except PackageNotFoundError:
                return Verdict(format=name, reader=self.name, version=None, outcome=Outcome.ABSENT)
        check: Callable[[ExportedFolder], Reading] = getattr(import_module(self.module), self.check)
        reading = check(folder)
        return Verdict(
            format=name,
            reader=self.name,
            version=found,
            outcome=reading.outcome,
            compared=reading.compared,
            problems=tuple(reading.problems) if reading.unable is None else (reading.unable,),
            n_problems=reading.n_problems,
        )


def _reader(name: str, check: str, *formats: str, package: str | None) -> Reader:
    module, _, function = check.partition(":")
    return Reader(
        name=name,
        package=package,
        formats=formats,
        module=f"batchtts.export.verification.{module}",
        check=function,
    )


READERS = (
    _reader("batchtts, bytes", "sums:check", *FORMATS, package=None),
    _reader("batchtts, alignment", "tiling:check", *FORMATS, package=None),
    _reader("Praat (parselmouth)", "textgrids:by_praat", "textgrid", "mfa", package="praat-parselmouth"),
    _reader("praatio", "textgrids:by_praatio", "textgrid", "mfa", package="praatio"),
    _reader("textgrid", "textgrids:by_textgrid", "textgrid", "mfa", package="TextGrid"),
    _reader("tgt", "textgrids:by_tgt", "textgrid", "mfa", package="tgt"),
    _reader("srt", "subtitles:by_srt", "srt", package="srt"),
    _reader("pysubs2", "subtitles:by_pysubs2", "srt", "webvtt", "ass", package="pysubs2"),
    _reader("webvtt-py", "subtitles:by_webvtt", "webvtt", package="webvtt-py"),
    _reader("ffmpeg", "subtitles:by_ffmpeg", "srt", "webvtt", "ass", "lrc", package="imageio-ffmpeg"),
)
"""All of them; what is not ours is in the extras `verify` and `verify-torch`."""


def verdicts(folder: ExportedFolder) -> Iterator[Verdict]:
    """Yield what comes of each reader that knows the format of an export."""
    for reader in READERS:
        if folder.format.name in reader.formats:
            yield reader.verdict(folder)
