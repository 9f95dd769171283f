"""The programs that read our exports, and what each of them reads.

Each has a function in a module here, from an `ExportedFolder` to a `Reading`.  None of them is needed to write anything: those
that are not installed are said to be absent.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from batchtts.export.formats import FORMATS, Material
from batchtts.export.verification import kaldi
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Outcome, Reading, Verdict

_MOST_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A program: its `package` as it is installed, None if it is our own; `check` is a function in a module here.

    A program that is no package is found by a variable of the environment, `root`, which names its folder.
    """

    name: str
    check: str
    formats: tuple[str, ...]
    package: str | None = None
    root: str | None = None

    def verdict(self, folder: ExportedFolder) -> Verdict:
        """Let it read an export."""
        name = folder.format.name
        found = None
        if self.root is not None and not os.environ.get(self.root):
            why = f"{self.root} does not say where it is"
            return Verdict(
                format=name, reader=self.name, version=None, outcome=Outcome.ABSENT, problems=(why,)
            )
        if self.package is not None:
            try:
                found = version(self.package)
            except PackageNotFoundError:
                why = f"{self.package} is not installed"
                return Verdict(
                    format=name, reader=self.name, version=None, outcome=Outcome.ABSENT, problems=(why,)
                )
        reading = self._reading(folder)
        return Verdict(
            format=name,
            reader=self.name,
            version=found,
            outcome=reading.outcome,
            compared=reading.compared,
            problems=tuple(reading.problems) if reading.unable is None else (reading.unable,),
            n_problems=reading.n_problems,
        )

    def _reading(self, folder: ExportedFolder) -> Reading:
        command = [sys.executable, "-m", "batchtts.export.verification", self.check, str(folder.path)]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            return Reading.failed(f"it has not ended in {_MOST_SECONDS} s")
        if ran.returncode:
            said = ran.stderr.decode(errors="replace").strip().splitlines()
            return Reading.failed(f"it crashed: {said[-1] if said else ran.returncode}")
        try:
            return Reading(**json.loads(ran.stdout.splitlines()[-1]))
        except (ValueError, IndexError):
            return Reading.failed(f"it said something else at its end: {ran.stdout[-200:]!r}")


_DATASETS = tuple(name for name, form in FORMATS.items() if form.material is Material.UTTERANCES)
_WITH_SOUNDS = ("ljspeech", "piper", "nemo", "kaldi", "libritts", "mfa", "lhotse", "audiofolder", "croissant")
"""Datasets in which each row has a file of sound."""

READERS = (
    Reader(name="batchtts, bytes", check="sums:check", formats=tuple(FORMATS)),
    Reader(name="batchtts, alignment", check="tiling:check", formats=tuple(FORMATS)),
    Reader(name="batchtts, splits", check="dividing:check", formats=_DATASETS),
    Reader(
        name="Praat (parselmouth)",
        check="textgrids:by_praat",
        formats=("textgrid", "mfa"),
        package="praat-parselmouth",
    ),
    Reader(name="praatio", check="textgrids:by_praatio", formats=("textgrid", "mfa"), package="praatio"),
    Reader(name="textgrid", check="textgrids:by_textgrid", formats=("textgrid", "mfa"), package="TextGrid"),
    Reader(name="tgt", check="textgrids:by_tgt", formats=("textgrid", "mfa"), package="tgt"),
    Reader(name="tabs, as Audacity", check="timelines:labels", formats=("audacity",)),
    Reader(name="json, as aeneas", check="timelines:sync_maps", formats=("aeneas",)),
    Reader(name="lhotse, CTM", check="timelines:ctm", formats=("ctm",), package="lhotse"),
    Reader(name="srt", check="subtitles:by_srt", formats=("srt",), package="srt"),
    Reader(name="pysubs2", check="subtitles:by_pysubs2", formats=("srt", "webvtt", "ass"), package="pysubs2"),
    Reader(name="webvtt-py", check="subtitles:by_webvtt", formats=("webvtt",), package="webvtt-py"),
    Reader(
        name="ffmpeg",
        check="subtitles:by_ffmpeg",
        formats=("srt", "webvtt", "ass", "lrc"),
        package="imageio-ffmpeg",
    ),
    Reader(name="epubcheck", check="epubs:by_epubcheck", formats=("epub",), package="epubcheck"),
    Reader(name="batchtts, clips", check="overlays:check", formats=("epub",)),
    Reader(name="webvtt-py, cues", check="pages:cues", formats=("html",), package="webvtt-py"),
    Reader(name="batchtts, guided navigation", check="pages:guided_navigation", formats=("readium",)),
    Reader(name="soundfile", check="sounds:by_soundfile", formats=_WITH_SOUNDS, package="soundfile"),
    Reader(name="csv, as readers of LJSpeech", check="tables:ljspeech", formats=("ljspeech",)),
    Reader(name="csv, as piper", check="tables:piper", formats=("piper",)),
    Reader(name="json, as NeMo", check="tables:nemo", formats=("nemo",)),
    Reader(name="the rules of Kaldi", check="tables:kaldi", formats=("kaldi",)),
    Reader(name="Kaldi", check="kaldi:by_kaldi", formats=("kaldi",), root=kaldi.ROOT),
    Reader(name="transcripts, as MFA", check="tables:mfa", formats=("mfa",)),
    Reader(
        name="datasets",
        check="hub:by_datasets",
        formats=("audiofolder", "parquet"),
        package="datasets",
    ),
    Reader(
        name="json and soundfile",
        check="hub:by_lines",
        formats=("audiofolder", "croissant"),
        package="soundfile",
    ),
    Reader(name="webdataset", check="hub:by_webdataset", formats=("webdataset",), package="webdataset"),
    Reader(name="mlcroissant", check="hub:by_mlcroissant", formats=("croissant",), package="mlcroissant"),
    Reader(name="lhotse", check="lhotse_manifests:check", formats=("lhotse", "shar"), package="lhotse"),
    Reader(
        name="lhotse, recipe",
        check="recipes:by_lhotse",
        formats=("ljspeech", "libritts", "kaldi"),
        package="lhotse",
    ),
    Reader(
        name="torchaudio",
        check="recipes:by_torchaudio",
        formats=("ljspeech", "libritts"),
        package="torchaudio",
    ),
)
"""All of them; what is not ours is in the extras `verify` and `verify-torch`."""


def verdicts(folder: ExportedFolder) -> Iterator[Verdict]:
    """Yield what comes of each reader that knows the format of an export."""
    for reader in READERS:
        if folder.format.name in reader.formats:
            yield reader.verdict(folder)
