"""Classic layouts, read by the recipes of lhotse and the datasets of torchaudio."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from batchtts.export.datasets.libritts import ROOT, SUBSETS
from batchtts.export.normalized import normalized
from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading


def by_lhotse(folder: ExportedFolder) -> Reading:
    """Let lhotse prepare manifests of LJSpeech, LibriTTS or Kaldi as it does for the originals."""
    reading = Reading()
    truths = _known(folder)
    for id_, text, n_samples in _RECIPES[folder.format.name](folder):
        truth = truths.pop(id_)
        spoken = folder.format.name == "libritts"  # the recipe takes the normalized text
        wanted = _text(folder, truth, spoken=spoken), truth.n_samples
        reading.expect("rows", id_, (" ".join(text.split()), n_samples), wanted)
    for id_ in truths:
        reading.complain(f"{id_}: was not read")
    return reading


def _ljspeech(folder: ExportedFolder) -> Iterator[tuple[str, str, int]]:
    from lhotse.recipes import prepare_ljspeech

    yield from _rows(prepare_ljspeech(folder.path))


def _libritts(folder: ExportedFolder) -> Iterator[tuple[str, str, int]]:
    from lhotse.recipes import prepare_libritts

    parts = [name for name in SUBSETS.values() if (folder.path / ROOT / name).is_dir()]
    with TemporaryDirectory() as scratch:
        prepared = prepare_libritts(folder.path / ROOT, dataset_parts=parts, output_dir=scratch)
    for part in parts:
        yield from _rows(prepared[part])


def _kaldi(folder: ExportedFolder) -> Iterator[tuple[str, str, int]]:
    from lhotse.kaldi import load_kaldi_data_dir

    os.chdir(folder.path)  # paths in wav.scp count from where a program is called
    recordings, supervisions, _ = load_kaldi_data_dir(Path(), sampling_rate=_rate(folder))
    yield from _rows({"recordings": recordings, "supervisions": supervisions})


def _rows(manifests: Any) -> Iterator[tuple[str, str, int]]:
    recordings = {recording.id: recording for recording in manifests["recordings"]}
    for supervision in manifests["supervisions"]:
        yield supervision.id, supervision.text, recordings[supervision.recording_id].num_samples


_RECIPES = {"ljspeech": _ljspeech, "libritts": _libritts, "kaldi": _kaldi}


def by_torchaudio(folder: ExportedFolder) -> Reading:
    """Let torchaudio's datasets go through the rows; sounds are left to others."""
    _do_without_its_library()
    reading = Reading()
    truths = _known(folder)
    rows = _of_ljspeech(folder) if folder.format.name == "ljspeech" else _of_libritts(folder)
    for id_, text in rows:
        reading.expect("rows", id_, " ".join(text.split()), _text(folder, truths.pop(id_), spoken=False))
    for id_ in truths:
        reading.complain(f"{id_}: was not read")
    return reading


def _of_ljspeech(folder: ExportedFolder) -> Iterator[tuple[str, str]]:
    from torchaudio.datasets import LJSPEECH

    path = folder.path.resolve()
    dataset = LJSPEECH(path.parent, url=f"{path.name}.tar.bz2")
    for row in dataset._flist:  # what it gives besides is decoded sound
        yield row[0], row[1]


def _of_libritts(folder: ExportedFolder) -> Iterator[tuple[str, str]]:
    from torchaudio.datasets import LIBRITTS

    for subset in SUBSETS.values():
        if not (folder.path / ROOT / subset).is_dir():
            continue
        dataset = LIBRITTS(folder.path, url=subset, folder_in_archive=ROOT)
        for id_ in dataset._walker:
            speaker, chapter, *_ = id_.split("_")
            place = Path(dataset._path) / speaker / chapter
            yield id_, (place / f"{id_}{dataset._ext_original_txt}").read_text()


def _known(folder: ExportedFolder) -> dict[str, Truth]:
    """Return what was exported by the ids that the layout has for it."""
    truths = {truth.id: truth for truth in folder.truths()}
    if folder.format.name == "libritts":
        rows = (line.split("\t") for line in (folder.path / "ids.tsv").read_text().splitlines())
        return {row[0]: truths[row[1]] for row in rows}
    if folder.format.name == "kaldi":
        rows = (line.split(" ") for line in (folder.path / "utt2spk").read_text().splitlines())
        return {row[0]: truths[row[0].partition("-")[2]] for row in rows}
    return truths


def _text(folder: ExportedFolder, truth: Truth, *, spoken: bool) -> str:
    """Return the text of a row as the layout has it."""
    field, text = ("normalized", normalized(truth.text, truth.alignment)) if spoken else ("text", truth.text)
    return " ".join(folder.changes.get((truth.id, field), text).split())


def _do_without_its_library() -> None:
    """Let torchaudio believe that it was built without its library, which many wheels of it cannot load."""
    extension = ModuleType("torchaudio._extension")
    vars(extension).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        fail_if_no_align=lambda function: function,
        _check_cuda_version=lambda: None,
    )
    sys.modules["torchaudio._extension"] = extension


def _rate(folder: ExportedFolder) -> int:
    return next(truth.alignment.sample_rate for truth in folder.truths())
