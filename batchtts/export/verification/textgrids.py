"""TextGrids, read by Praat itself (through parselmouth), praatio, textgrid and tgt.

Every boundary and label is held against ours: a time in seconds leads back to one sample only.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from batchtts.alignment import Level
from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import Stretch, phones, utterances, words

_KINDS = {"utterances": utterances, "words": words, "phones": phones}
"""What stands in tiers, by their kind."""

Tier: TypeAlias = list[tuple[float, float, str]]
"""Intervals: from which second, to which, and the label; silence is left out."""


def by_praat(folder: ExportedFolder) -> Reading:
    """Let Praat read them."""
    import parselmouth

    def tiers_in(path: Path) -> dict[str, Tier]:
        grid = parselmouth.Data.read(str(path))
        call = parselmouth.praat.call
        return {
            str(call(grid, "Get tier name", tier)): [
                (
                    float(call(grid, "Get start time of interval", tier, index)),
                    float(call(grid, "Get end time of interval", tier, index)),
                    str(call(grid, "Get label of interval", tier, index)),
                )
                for index in range(1, int(call(grid, "Get number of intervals", tier)) + 1)
            ]
            for tier in range(1, int(call(grid, "Get number of tiers")) + 1)
        }

    return _compared(folder, tiers_in)


def by_praatio(folder: ExportedFolder) -> Reading:
    """Let praatio read them, which refuses gaps, overlaps and intervals of no length."""
    from praatio import textgrid

    def tiers_in(path: Path) -> dict[str, Tier]:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")
        return {
            name: [(float(start), float(end), label) for start, end, label in grid.getTier(name).entries]
            for name in grid.tierNames
        }

    return _compared(folder, tiers_in)


def by_textgrid(folder: ExportedFolder) -> Reading:
    """Let textgrid read them."""
    from textgrid import TextGrid

    def tiers_in(path: Path) -> dict[str, Tier]:
        return {
            tier.name: [(float(each.minTime), float(each.maxTime), each.mark) for each in tier]
            for tier in TextGrid.fromFile(str(path))
        }

    return _compared(folder, tiers_in)


def by_tgt(folder: ExportedFolder) -> Reading:
    """Let tgt read them."""
    from tgt.io3 import read_textgrid

    def tiers_in(path: Path) -> dict[str, Tier]:
        grid = read_textgrid(str(path), include_empty_intervals=True)
        return {
            tier.name: [(float(each.start_time), float(each.end_time), each.text) for each in tier]
            for tier in grid.tiers
        }

    return _compared(folder, tiers_in)


def _compared(folder: ExportedFolder, tiers_in: Callable[[Path], dict[str, Tier]]) -> Reading:
    if folder.statement["options"].get("form", "textgrid") in {"json", "csv"}:
        return Reading(unable="The alignments are in another form.")
    reading = Reading()
    for path, truths in _files(folder):
        if not path.is_file():
            reading.complain(f"{path.name}: there is no such file")
            continue
        rate = truths[0].alignment.sample_rate
        found: dict[tuple[str, str], list[Stretch]] = {}
        for name, tier in tiers_in(path).items():
            own = [(round(start * rate), round(end * rate), label) for start, end, label in tier if label]
            found.setdefault(_told_by(name), []).extend(own)
        reading.expect("tiers", path.name, {kind for _, kind in found}, _kinds(folder, truths))
        for (speaker, kind), own in found.items():
            wanted = sorted(_wanted(speaker, kind, truths))
            reading.expect_all(
                f"{kind} with both boundaries", f"{path.name} {speaker} {kind}", sorted(own), wanted
            )
    if not reading.compared:
        reading.complain("there is nothing to read")
    return reading


def _files(folder: ExportedFolder) -> Iterator[tuple[Path, list[Truth]]]:
    """Yield the TextGrids of an export, each with what it should hold."""
    if folder.format.name == "textgrid":
        for chapter, truths in folder.chapters.items():
            yield folder.path / f"{chapter}.TextGrid", truths
    else:
        for truth in folder.truths():
            # Folders are called as speakers are in plain letters.
            name = f"{truth.id}.TextGrid"
            yield next((folder.path / "aligned").glob(f"*/{name}"), folder.path / "aligned" / name), [truth]


def _told_by(tier: str) -> tuple[str, str]:
    """Return the speaker of a tier, if it names one, and its kind; a speaker may have several, such as `anna 2`."""
    lane, _, kind = tier.rpartition(" - ")
    return lane.partition(" ")[0], kind


def _wanted(speaker: str, kind: str, truths: Iterable[Truth]) -> list[Stretch]:
    """Return what the tiers of a speaker should hold; of everybody, if there is no name."""
    return _KINDS[kind]([truth for truth in truths if not speaker or truth.speaker == speaker])


def _kinds(folder: ExportedFolder, truths: Iterable[Truth]) -> set[str]:
    """Return the kinds of tiers that there should be."""
    kinds = {"words"}
    if folder.statement["options"].get("utterances") == "yes":
        kinds.add("utterances")
    if all(truth.alignment.level is Level.PHONEME for truth in truths):
        kinds.add("phones")
    return kinds
