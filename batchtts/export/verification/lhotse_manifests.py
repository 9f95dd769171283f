"""Manifests and shards of Lhotse, read by lhotse: validated, their sounds loaded, every word and phoneme in its place."""

import hashlib
from collections.abc import Iterator
from typing import Any

from batchtts.alignment import SILENCE
from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading

_FULL_SCALE = 32768


def check(folder: ExportedFolder) -> Reading:
    """Let lhotse load all cuts."""
    import lhotse

    lhotse.set_current_audio_backend("LibsndfileBackend")  # that of torchaudio needs a GPU's libraries
    reading = Reading()
    truths = {truth.id: truth for truth in folder.truths()}
    for cut in _cuts(folder):
        truth = truths.pop(cut.id)
        lhotse.validate(cut)
        samples = (cut.load_audio()[0] * _FULL_SCALE).round().astype("<i2")
        reading.expect("recordings", cut.id, hashlib.sha256(samples.tobytes()).hexdigest(), truth.pcm_sha256)
        [supervision] = cut.supervisions
        reading.expect("rows", cut.id, supervision.text, truth.text)
        rate = cut.sampling_rate
        for kind, wanted in (("word", _words(truth)), ("phone", _phones(truth))):
            own = (supervision.alignment or {}).get(kind, [])
            found = [(each.symbol, round(each.start * rate), round(each.end * rate)) for each in own]
            reading.expect_all(f"{kind}s with both boundaries", cut.id, found, wanted)
    for id_ in truths:
        reading.complain(f"{id_}: was not read")
    return reading


def _cuts(folder: ExportedFolder) -> Iterator[Any]:
    from lhotse import CutSet

    if folder.format.name == "lhotse":
        for path in sorted(folder.path.glob("*_cuts_*.jsonl.gz")):
            yield from CutSet.from_file(path).with_recording_path_prefix(folder.path)
    else:
        for split in sorted(each for each in folder.path.iterdir() if each.is_dir()):
            yield from CutSet.from_shar(in_dir=split)


def _words(truth: Truth) -> list[tuple[str, int, int]]:
    return [(item.text, item.start, item.end) for item in truth.alignment.words if item.n_samples]


def _phones(truth: Truth) -> list[tuple[str, int, int]]:
    found = []
    for item in truth.alignment.words:
        position = item.start
        for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
            if n_samples and phoneme != SILENCE:
                found.append((phoneme, position, position + n_samples))
            position += n_samples
    return found
