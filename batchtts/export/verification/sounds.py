"""Files of sound, read by soundfile: the samples of every row are those that were exported."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

_ENDINGS = {".wav", ".flac"}


def by_soundfile(folder: ExportedFolder) -> Reading:
    """Let soundfile read them, and hold rate and samples against ours."""
    import soundfile

    reading = Reading()
    wanted = {truth.id: (truth.pcm_sha256, truth.alignment.sample_rate) for truth in folder.truths()}
    found: set[str] = set()
    for id_, path in _sounds(folder):
        samples, rate = soundfile.read(path, dtype="int16")
        sound = hashlib.sha256(samples.tobytes()).hexdigest()
        reading.expect("recordings", id_, (sound, rate), wanted.get(id_))
        found.add(id_)
    for id_ in sorted(wanted.keys() - found):
        reading.complain(f"{id_}: there is no recording of it")
    return reading


def _sounds(folder: ExportedFolder) -> Iterator[tuple[str, Path]]:
    """Yield the files of sound with the ids of their rows."""
    table = folder.path / "ids.tsv"
    names = dict(line.split("\t")[:2] for line in table.read_text().splitlines()) if table.exists() else {}
    for path in sorted(folder.path.rglob("*")):
        if path.suffix in _ENDINGS:
            yield names.get(path.stem, path.stem), path
