"""`--remux`: the track of a job's subtitles goes into a copy of the film that they belong to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.audio import film
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.errors import InputError, PlanError, Problem
from batchtts.files import PART, sync_folder
from batchtts.job import Job
from batchtts.pipeline.deliveries.dubbing import SlotReport
from batchtts.pipeline.planning.settling import Settled

OPTION = "--remux"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remuxed:
    """A film's copy: its path relative to the output folder, and its size in bytes."""

    path: str
    n_bytes: int


def check_film(job: Job, path: Path) -> None:
    """Raise `InputError` for a film that cannot be copied, or a job without subtitles, before anything is spent."""
    problems = []
    if path.suffix.lower() not in film.CONTAINERS:
        what = f"films that end in {path.suffix!r} cannot be copied"
        known = ", ".join(film.CONTAINERS)
        problems.append(Problem(where=f"{OPTION} {path}", what=what, hint=f"Known are {known}."))
    if not any((source.pattern or "").lower().endswith((".srt", ".vtt")) for source in job.sources):
        what = "the job has no subtitles, so nothing of it belongs to a film"
        problems.append(Problem(where=OPTION, what=what, hint="Name an .srt or .vtt file under documents."))
    if problems:
        raise InputError(problems)


async def remux(settled: Settled, reports: Sequence[SlotReport], path: Path) -> Remuxed:
    """Write a copy of the film at `path` beside the chapters, with the track of the one report as its first sound.

    Raises `PlanError` if several chapters have slots, and `InputError` for a film that cannot be read.
    """
    if len(reports) != 1:
        what = f"{len(reports)} chapters have slots, and a film has one track"
        hint = "Keep each film's subtitles in a manifest of their own."
        raise PlanError([Problem(where=OPTION, what=what, hint=hint)])
    workspace = settled.workspace
    sound = workspace.brought(reports[0].audio)
    target = sound.with_name(f"{sound.stem}{path.suffix.lower()}")
    if target.exists() and target.samefile(path):
        raise InputError([Problem(where=f"{OPTION} {path}", what="this is the copy itself, not the film")])
    part = target.with_name(target.name + PART)
    keep_sound = all(source.fit is None or source.fit.keep_original_audio for source in settled.job.sources)
    container = film.CONTAINERS[path.suffix.lower()]
    try:
        await film.dub(path, sound, part, container=container, keep_sound=keep_sound)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)
    except FfmpegError as error:
        hint = "Does it have pictures? `batchtts` copies films that ffmpeg can read."
        raise InputError([Problem(where=f"{OPTION} {path}", what=str(error), hint=hint)]) from error
    finally:
        part.unlink(missing_ok=True)
    return Remuxed(path=workspace.name(target), n_bytes=target.stat().st_size)
