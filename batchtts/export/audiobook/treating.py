"""What mastering does to a chapter on its way into deliveries: measured once, kept for as long as the chapter is the same.

Where no peak reaches the ceiling, what comes of a gain is known without listening.  Else the limiter takes a little of
the loudness, so what came of it is measured, and made good once.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from batchtts.audio.mastering import Loudness, Treatment, measure, treated
from batchtts.export.audiobook.placement import MasteredChapter
from batchtts.export.audiobook.sound import Treated, read
from batchtts.export.audiobook.targets import TARGETS, shortfall, treatment_for
from batchtts.files import Workspace, write_atomically
from batchtts.model import canonical_json

RECIPE = "batchtts.master/1"
"""Changes when this program would master the same chapter otherwise."""

ENDING = ".treatment"
_MOST_CORRECTIONS = 2
_DECIMALS = 2
_NEAR_DB = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Levels:
    """A treatment, what a chapter was before it, and what it is after it."""

    treatment: Treatment
    before: Loudness
    after: Loudness


def specification(master: str) -> list[object]:
    """Return what a specification asks for, in the form of JSON, to be hashed."""
    target = TARGETS.get(master)
    return [] if target is None else [RECIPE, master, asdict(target)]


def kept_as(chapter: MasteredChapter, master: str) -> str | None:
    """Return how the file is called that keeps the treatment of a chapter; None if there is nothing to keep."""
    if master == "none":
        return None
    form = [chapter.audio.sha256, *specification(master)]
    return sha256(canonical_json(form).encode()).hexdigest() + ENDING


def settle(workspace: Workspace, chapter: MasteredChapter, master: str) -> Treated:
    """Return what is done to a chapter; raise `MasterChanged` if its master is not what was stitched."""
    name = kept_as(chapter, master)
    if name is None:
        return Treated()
    path = workspace.encoded / name
    form = _known(path)
    if form is None:
        levels = _levels(workspace.brought(chapter.audio.path), chapter, master)
        text = canonical_json(_form(master, levels))
        write_atomically(path, text.encode())
        form = json.loads(text)  # as the next run finds it, down to the order of the keys
    return Treated(form=(form,), change=partial(treated, treatment=_treatment(form)))


def _treatment(form: Mapping[str, Any]) -> Treatment:
    """Return what is done; nobody watches for peaks where none comes near the ceiling, which costs as much again."""
    peak = form["before"]["true_peak_dbtp"]
    is_limited = peak is not None and peak + form["gain_db"] > form["ceiling_dbtp"] - _NEAR_DB
    return Treatment(gain_db=form["gain_db"], ceiling_dbtp=form["ceiling_dbtp"] if is_limited else None)


def _known(path: Path) -> dict[str, Any] | None:
    """Return what was kept of an earlier measurement; what cannot be read is measured again."""
    try:
        form = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return (
        form
        if isinstance(form, dict) and {"gain_db", "ceiling_dbtp", "before", "note"} <= form.keys()
        else None
    )


def _levels(path: Path, chapter: MasteredChapter, master: str) -> _Levels:
    before = measure(read(path, chapter), chapter.sample_rate)
    found = _foretold(before, treatment_for(master, before))
    corrections = 0
    while (
        found.treatment.ceiling_dbtp is not None
        and _reaches_ceiling(found)
        and corrections < _MOST_CORRECTIONS
    ):
        found = _heard(path, chapter, found)
        if shortfall(master, found.after) is None:
            break
        found = replace(found, treatment=treatment_for(master, found.after, found.treatment))
        corrections += 1
    return found if corrections < _MOST_CORRECTIONS else _heard(path, chapter, found)


def _reaches_ceiling(levels: _Levels) -> bool:
    ceiling = levels.treatment.ceiling_dbtp
    return ceiling is not None and levels.before.true_peak_dbtp + levels.treatment.gain_db > ceiling


def _foretold(before: Loudness, treatment: Treatment) -> _Levels:
    """Return what a gain makes of a sound, if nothing else happens to it."""
    after = Loudness(**{name: value + treatment.gain_db for name, value in asdict(before).items()})
    return _Levels(treatment=treatment, before=before, after=after)


def _heard(path: Path, chapter: MasteredChapter, levels: _Levels) -> _Levels:
    """Return what a treatment makes of a sound, measured."""
    sound = treated(read(path, chapter), chapter.sample_rate, levels.treatment)
    return replace(levels, after=measure(sound, chapter.sample_rate))


def _form(master: str, levels: _Levels) -> dict[str, Any]:
    return {
        "op": "master",
        "target": master,
        **levels.treatment.form,
        "before": _rounded(levels.before),
        "after": _rounded(levels.after),
        "note": shortfall(master, levels.after),
    }


def _rounded(loudness: Loudness) -> Mapping[str, float | None]:
    """Return measures in the form of JSON, which cannot hold the level of digital silence."""
    return {
        name: round(value, _DECIMALS) if isfinite(value) else None for name, value in asdict(loudness).items()
    }
