"""`--remux`: the track of a job's subtitles goes into a copy of the film that they belong to."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.audio import film
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.documents.patterns import find_files
from batchtts.errors import IncompleteRun, InputError, Problem
from batchtts.export.containers.languages import three_letters
from batchtts.files import PART, Workspace, sync_folder
from batchtts.job import Job
from batchtts.ledger.ledger import Ledger
from batchtts.pipeline.deliveries.dubbing import SlotReport
from batchtts.pipeline.planning.settling import Settled

OPTION = "--remux"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remuxed:
    """A film's copy: its path relative to the output folder, and its size in bytes."""

    path: str
    n_bytes: int


def check_film(job: Job, path: Path) -> None:
    """Raise `InputError` for a film that cannot be copied, or a job whose subtitles are not those of one film.

    This is before anything is spent.
    """
    problems = [Problem(where=OPTION, what=what, hint=hint) for what, hint in _complaints_of_job(job)]
    where = f"{OPTION} {path}"
    problems += [Problem(where=where, what=what, hint=hint) for what, hint in _complaints_of_film(job, path)]
    if problems:
        raise InputError(problems)


def _complaints_of_job(job: Job) -> Iterator[tuple[str, str]]:
    files = [file for source in job.sources if source.pattern is not None for file in find_files(source)]
    n_tracks = sum(file.suffix.lower() in (".srt", ".vtt") for file in files)
    if n_tracks == 0:
        yield (
            "the job has no subtitles, so nothing of it belongs to a film",
            "Name an .srt or .vtt file under documents.",
        )
    elif n_tracks > 1:
        yield (
            f"the job has {n_tracks} subtitle files, and a film has one track",
            "Keep each film's subtitles in a manifest of their own.",
        )


def _complaints_of_film(job: Job, path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix.lower() not in film.CONTAINERS:
        known = ", ".join(film.CONTAINERS)
        yield f"films that end in {path.suffix!r} cannot be copied", f"Known are {known}."
    elif path.resolve().parent == Workspace(job.output.folder).chapters.resolve():
        yield "this is where the copy goes, not the film", "Keep the film in another folder."
    else:
        try:
            asyncio.run(film.find_pictures(path))
        except FfmpegError as error:
            yield (
                str(error),
                error.hint or "Does it have pictures? `batchtts` copies films that ffmpeg can read.",
            )


async def remux(settled: Settled, reports: Sequence[SlotReport], path: Path) -> Remuxed:
    """Write a copy of the film at `path` beside the chapters, with the track of the one report as its first sound.

    Meanwhile nobody else writes here: whoever began to would sweep away what is half written.  Raises `IncompleteRun`
    if there is no report, `LedgerError` if somebody else writes, and `FfmpegError` for a film that cannot be copied.
    """
    if not reports:
        what = f"{OPTION}: the track is not among the chapters of this run, so the film was not copied"
        raise IncompleteRun(what, hint="Run all of the job; join shards by `batchtts merge` before.")
    workspace = settled.workspace
    sound = workspace.brought(reports[0].audio)
    target = sound.with_name(f"{sound.stem}{path.suffix.lower()}")
    part = target.with_name(target.name + PART)
    keep_sound = all(source.fit is None or source.fit.keep_original_audio for source in settled.job.sources)
    container = film.CONTAINERS[path.suffix.lower()]
    with Ledger.open(workspace.state) as ledger:
        language = three_letters(ledger.plan(settled.job).language)
        try:
            await film.dub(path, sound, part, container=container, language=language, keep_sound=keep_sound)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(target)
            sync_folder(target.parent)
        except FfmpegError as error:
            hint = "Is there room for another film? The chapters are whole, and the same command goes on."
            raise FfmpegError(f"{OPTION} {path}: {error}", hint=error.hint or hint) from error
        finally:
            part.unlink(missing_ok=True)
    return Remuxed(path=workspace.name(target), n_bytes=target.stat().st_size)
