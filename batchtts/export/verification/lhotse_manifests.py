"""Manifests and shards of Lhotse, read by lhotse: validated, their sounds loaded, every word and phoneme in its place."""

import hashlib
from collections.abc import Iterator
from typing import Any

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import phones, plain, words

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
        for kind, wanted in (("word", words([truth])), ("phone", phones([truth]))):
            own = (supervision.alignment or {}).get(kind, [])
            found = [(round(each.start * rate), round(each.end * rate), plain(each.symbol)) for each in own]
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
