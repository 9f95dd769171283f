"""Our own check of what is spoken when: items tile their sound, and there is a line for each row."""

from batchtts.alignment import faults
from batchtts.export.formats import Material
from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading


def check(folder: ExportedFolder) -> Reading:
    """Hold the alignments against the counts, the texts and the lengths of the recordings."""
    reading = Reading()
    for truth in folder.truths():
        reading.count("segments")
        reading.count("words", len(truth.alignment.words))
        for fault in _faults(truth):
            reading.complain(f"{truth.id}: {fault}")
    n_found = reading.compared.get("segments", 0)
    if folder.format.material is Material.UTTERANCES and n_found != folder.n_exported:
        reading.complain(f"{n_found} rows have an alignment, {folder.n_exported} were exported")
    return reading


def _faults(truth: Truth) -> list[str]:
    if truth.chapter is None:
        return faults(truth.alignment, text=truth.text, n_samples=truth.n_samples)
    position, found = truth.start, []
    for item in truth.alignment.items:
        if item.start != position:
            found.append(f"{item.text!r} begins at sample {item.start}, the one before it ends at {position}")
        position = item.end
    if position != truth.start + truth.n_samples:
        found.append(f"the items end at sample {position}, the segment at {truth.start + truth.n_samples}")
    return found
