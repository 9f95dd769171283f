"""Our own check of the splits: nothing of one part is in another, by what lies in the export itself."""

from batchtts.export.rows.leakage import Seen, leakage
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading


def check(folder: ExportedFolder) -> Reading:
    """Look for texts and recordings in more than one split; where speakers are divided, texts may be in several."""
    reading = Reading()
    by = folder.statement["divided"]["by"]
    found = leakage(
        Seen(truth.split or "", truth.text, truth.pcm_sha256 or "", truth.speaker)
        for truth in folder.truths()
    )
    parts = {"texts": found.texts if by != "speaker" else 0, "recordings": found.sounds}
    if by == "speaker":
        parts["speakers"] = found.speakers
    reading.count("rows", folder.n_exported)
    for what, n in parts.items():
        if n:
            reading.complain(f"{n:,} {what} are in more than one split")
    return reading
