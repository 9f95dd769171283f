"""Praat itself, through parselmouth, reads the tiers of a TextGrid."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading


def check(folder: ExportedFolder) -> Reading:
    """Hold words and phones as Praat reads them against ours, to the sample."""
    reading = Reading()
    for path, truths in textgrids(folder):
        import parselmouth

        grid = parselmouth.praat.call(
            parselmouth.Data.read(str(path)), "Down to Table", False, 17, True, False
        )
        rows = parselmouth.praat.call(grid, "List", False).splitlines()[1:]
        found = [row.split("\t") for row in rows]
        for tier, wanted in tiers(truths).items():
            own = [
                (round(float(start) * rate), round(float(end) * rate), label)
                for rate in [truths[0].alignment.sample_rate]
                for start, name, label, end in found
                if name == tier
            ]
            reading.expect_all(f"boundaries of {tier}", path.name, own, wanted)
    return reading


def textgrids(folder: ExportedFolder) -> Iterator[tuple[Path, list[Truth]]]:
    """Yield the TextGrids of an export, each with what it should hold."""
    if folder.format.name == "textgrid":
        for chapter, truths in folder.chapters.items():
            yield folder.path / f"{chapter}.TextGrid", truths
    else:
        for truth in folder.truths():
            yield folder.path / "aligned" / truth.speaker / f"{truth.id}.TextGrid", [truth]


def tiers(truths: Iterable[Truth]) -> dict[str, list[tuple[int, int, str]]]:
    """Return the intervals that are to be found in each tier, silence left out: first sample, last and label."""
    words = [item for truth in truths for item in truth.alignment.words if item.n_samples]
    found = {"words": [(item.start, item.end, " ".join(item.text.split())) for item in words]}
    if all(item.phonemes for item in words):
        found["phones"] = []
        for item in words:
            position = item.start
            for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
                if n_samples and phoneme != "sil":
                    found["phones"].append((position, position + n_samples, phoneme.strip()))
                position += n_samples
    return found
