"""What commands print: tables for people, JSON for scripts."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.durations import duration

if TYPE_CHECKING:
    from batchtts.engine import VoiceInfo
    from batchtts.ledger.queries import ChapterState, RunInfo, Spending
    from batchtts.ledger.reading import LedgerReader
    from batchtts.pipeline.outcome import Outcome
    from batchtts.pipeline.surveying import Survey
    from batchtts.pipeline.upkeep.keeping import Checked
    from batchtts.plan.estimate import Cost

Row = Sequence[object]


def print_json(form: object) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(form, ensure_ascii=False, indent=2))


def table(header: Row, rows: Sequence[Row]) -> None:
    """Print rows under a header: numbers to the right, everything else to the left."""
    cells = [[_cell(value) for value in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    right = [
        bool(rows) and all(isinstance(row[column], int | float) for row in rows)
        for column in range(len(header))
    ]
    for row in cells:
        fields = (
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(row, widths, right, strict=True)
        )
        click.echo("  ".join(fields).rstrip())


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


# --- plan ------------------------------------------------------------------------------------------------


def survey_form(survey: "Survey") -> dict[str, object]:
    """Return a survey as JSON."""
    from batchtts.export.audiobook.naming import times_path

    job = survey.settled.job
    form: dict[str, object] = {
        "job": job.name,
        "title": survey.plan.metadata.title,
        "author": survey.plan.metadata.author,
        "language": survey.plan.language,
        "output": str(job.output.folder),
        "shard": None if survey.shard is None else [survey.shard.number, survey.shard.count],
        "chapters": list(map(_chapter_form, survey.chapters)),
        "voices": list(_voice_forms(survey)),
        "totals": {
            "chapters": len(survey.chapters),
            "segments": survey.count(),
            "characters": sum(chapter.n_characters for chapter in survey.chapters),
            "estimated_seconds": round(sum(chapter.seconds for chapter in survey.chapters), 1),
            "failed": survey.count("failed"),
            "to_ask": sum(voice.n_to_ask for voice in survey.voices),
            "characters_to_ask": sum(voice.characters_to_ask for voice in survey.voices),
            "estimated_seconds_to_ask": round(sum(voice.seconds_to_ask for voice in survey.voices), 1),
            "costs_to_ask": [asdict(cost) for cost in survey.costs(survey.voices)],
        },
        "lengths": survey.lengths.form,
        "deliveries": [{"file": path, "times": times_path(path)} for path in survey.deliveries],
        "warnings": list(survey.warnings),
    }
    if survey.reasons is not None:
        form["reasons"] = [{"segment": id_, "why": why} for id_, why in survey.reasons]
    return form


def _chapter_form(chapter: "ChapterState") -> dict[str, object]:
    return {
        "number": chapter.number,
        "id": chapter.id,
        "title": chapter.title,
        "file": f"chapters/{chapter.slug}.wav",
        "document": chapter.document,
        "segments": sum(chapter.states.values()),
        "characters": chapter.n_characters,
        "estimated_seconds": round(chapter.seconds, 1),
        "done": chapter.states["done"],
        "failed": chapter.states["failed"],
        "pending": chapter.states["pending"] + chapter.states["rendering"],
    }


def _titles(chapters: "Sequence[ChapterState]") -> dict[str, str]:
    """Return titles for tables, by id; an id tells those apart that several chapters have."""
    counts = Counter(chapter.title for chapter in chapters)
    return {
        each.id: each.title[:44] if counts[each.title] == 1 else f"{each.title[:36]} ({each.id})"
        for each in chapters
    }


def _voice_forms(survey: "Survey") -> Iterator[dict[str, Any]]:
    voices = survey.settled.job.voices
    for share in sorted(survey.voices, key=lambda share: (voices[share.name].engine, share.name)):
        yield {
            "engine": voices[share.name].engine,
            "voice": voices[share.name].voice,
            "name": share.name,
            "segments": share.n_segments,
            "characters": share.n_characters,
            "to_ask": share.n_to_ask,
            "characters_to_ask": share.characters_to_ask,
            "costs_to_ask": [asdict(cost) for cost in survey.costs([share])],
        }


def print_survey(survey: "Survey") -> None:
    """Print what a job is, what of it is there, and what a run would ask for."""
    form = survey_form(survey)
    totals = form["totals"]
    assert isinstance(totals, dict)
    click.echo(
        f"{form['title'] or form['job']}  ({form['language']}) into {place(survey.settled.job.output.folder)}"
    )
    if survey.shard is not None:
        everything = counted(survey.n_characters_in_all, "character")
        click.echo(f"Only {survey.shard}: {totals['characters']:,} of {everything}.")
    titles = _titles(survey.chapters)
    table(
        ("chapter", "title", "segments", "characters", "about", "done", "failed"),
        [
            (
                chapter.number,
                titles[chapter.id],
                sum(chapter.states.values()),
                chapter.n_characters,
                duration(chapter.seconds),
                chapter.states["done"],
                chapter.states["failed"],
            )
            for chapter in survey.chapters
        ],
    )
    for row in _voice_forms(survey):
        click.echo(
            f"{row['engine']} {row['voice']} ({row['name']}): {_segments(row['segments'])}; "
            f"to ask: {_segments(row['to_ask'])}, {counted(row['characters_to_ask'], 'character')}"
        )
    _print_costs(survey.costs(survey.voices))
    _print_promised(survey.deliveries)
    for warning in survey.warnings:
        click.echo(f"Warning: {warning}")
    click.echo(_to_do(totals))
    if survey.n_unrecorded:
        found = counted(survey.n_unrecorded, "take")
        click.echo(
            f"Note: {found} on disk not in the ledger; a run adopts what it can before it asks for anything."
        )
    for id_, why in survey.reasons or ():
        click.echo(f"  {id_}: {why}")


def _print_promised(paths: Sequence[str]) -> None:
    """Print which files will be made of the book: those of all chapters one by one, those of one chapter as one line."""
    whole = [path for path in paths if path.count("/") == 1]
    for path in whole:
        click.echo(f"Delivers: {path}")
    if single := [path for path in paths if path not in whole]:
        click.echo(f"Delivers: {single[0]}" + (f" and {len(single) - 1:,} more" if len(single) > 1 else ""))


def _print_costs(costs: "Sequence[Cost]") -> None:
    for cost in costs:
        if cost.n_characters:
            amount = money(cost.amount, cost.currency)
            click.echo(f"Cost: about {amount} for {counted(cost.n_characters, 'character')}.")


def money(amount: float, currency: str) -> str:
    """Return an amount with its currency: to the cent, or as exactly as it takes to show that it is not nothing."""
    return f"{currency} {amount:,.2f}" if amount >= 0.1 or not amount else f"{currency} {amount:,.4f}"


def _to_do(totals: Mapping[str, Any]) -> str:
    if not totals["to_ask"]:
        failed = totals["failed"]
        again = f" {failed} failed: with --retry-failed, `run` asks for them again." if failed else ""
        return f"Nothing to ask for.{again}"
    about = duration(float(str(totals["estimated_seconds_to_ask"])))
    characters = counted(totals["characters_to_ask"], "character")
    return f"To ask for: {_segments(totals['to_ask'])}, {characters}, about {about}."


def _segments(number: int) -> str:
    return counted(number, "segment")


# --- run -------------------------------------------------------------------------------------------------


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is due."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def place(folder: Path) -> str:
    """Return a folder as a person would write it: from where they are, if it is below."""
    here, there = Path.cwd(), folder.resolve()
    return str(there.relative_to(here) if there.is_relative_to(here) else there)


def print_outcome(outcome: "Outcome", folder: Path) -> None:
    """Print what came of a run, with the holes if there are any."""
    if outcome.shard is not None:
        click.echo(_shard_line(outcome))
    there = counted(len(outcome.masters), "chapter") if outcome.has_chapters else _segments(outcome.n_done)
    whole = f"{there}, {duration(outcome.audio_seconds)} of audio, in {place(folder)}"
    if not outcome.n_kept and not outcome.stitched and not outcome.holes and not outcome.n_left:
        click.echo(f"Nothing to render: all segments ({outcome.n_segments:,}) are up to date; {whole}.")
        _print_deliveries(outcome, folder)
        return
    stitched = f"; stitched {counted(len(outcome.stitched), 'chapter')}" if outcome.has_chapters else ""
    rate = outcome.rendered_seconds / max(outcome.wall_seconds, 1e-6)
    if outcome.n_kept:
        click.echo(
            f"Rendered {counted(outcome.n_kept, 'segment')}, {duration(outcome.rendered_seconds)} of speech, "
            f"in {duration(outcome.wall_seconds)} ({rate:.0f} times realtime){stitched}."
        )
    else:
        lacking = outcome.n_left + len(outcome.holes)
        rendered = (
            f"Rendered none of {counted(lacking, 'segment')}" if lacking else "Nothing had to be rendered"
        )
        click.echo(f"{rendered}{stitched}.")
    if outcome.masters or not outcome.has_chapters or outcome.error is None:
        click.echo(f"{'Complete' if outcome.error is None else 'Whole so far'}: {whole}.")
    _print_spent(outcome.spending)
    _print_deliveries(outcome, folder)
    if outcome.n_left:
        click.echo(f"Left: {counted(outcome.n_left, 'segment')}.")
    print_holes(outcome)


def _print_deliveries(outcome: "Outcome", folder: Path) -> None:
    """Print which files were made of the whole book, or why none were."""
    found = outcome.deliveries
    if found.lacking is not None:
        click.echo(f"No audiobook: {found.lacking}.")
    if found.files and not found.made:
        click.echo(f"Up to date: {counted(len(found.files), 'file')} in {place(folder / 'audiobook')}.")
    elif found.made:
        click.echo(f"Delivered {counted(len(found.made), 'file')} in {place(folder / 'audiobook')}.")


def _shard_line(outcome: "Outcome") -> str:
    name = str(outcome.shard).capitalize()
    if not outcome.n_segments:
        return f"{name}: no segment belongs to it."
    is_done = outcome.n_done == outcome.n_segments
    merging = "; `batchtts merge` joins it with the others" if is_done else ""
    return f"{name}: {outcome.n_done:,} of its {counted(outcome.n_segments, 'segment')} done{merging}."


def print_holes(outcome: "Outcome", *, err: bool = False) -> None:
    """Print every segment that has no take, and why."""
    if outcome.holes:
        click.echo("No take of:", err=err)
    for hole in outcome.holes:
        click.echo(f"  {hole}", err=err)


def _print_spent(rows: "Sequence[Spending]") -> None:
    """Print what was spent, apart from what may have been: nobody knows what lost answers have cost."""
    from batchtts.pipeline.spending import spent

    for found in spent(rows):
        perhaps = f", and perhaps {money(found.possible, found.currency)} more" if found.possible else ""
        click.echo(f"Spent: {money(found.certain, found.currency)}{perhaps}.")


# --- status ----------------------------------------------------------------------------------------------


def status_form(ledger: "LedgerReader") -> dict[str, object]:
    """Return what the ledger knows as JSON."""
    from batchtts.pipeline.spending import spent

    last = ledger.last_run()
    spending = ledger.spending()
    return {
        "last_run": None if last is None else asdict(last),
        "states": dict(ledger.counts()),
        "chapters": [asdict(chapter) for chapter in ledger.chapter_states()],
        "holes": [asdict(hole) for hole in ledger.holes(only_failed=True)],
        "attempts": [asdict(row) for row in spending],
        "spent": [asdict(found) for found in spent(spending)],
    }


def _end(run: "RunInfo") -> str:
    if run.ended_at is None:
        return f"{'going on' if _is_alive(run) else 'killed'} (process {run.pid} on {run.host})"
    why = f" ({run.reason})" if run.reason else ""
    return f"ended {run.ended_at}: {run.outcome}{why}"


def _is_alive(run: "RunInfo") -> bool:
    """Return whether the process of a run is there, as far as this machine can tell."""
    if run.host != platform.node() or os.name != "posix":
        return True
    try:
        os.kill(run.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def print_status(ledger: "LedgerReader") -> None:
    """Print how far a job is, by what its ledger says."""
    last = ledger.last_run()
    if last is not None:
        click.echo(f"Last run: began {last.started_at}, {_end(last)}")
    states = ("done", "rendering", "failed", "pending")
    chapters = ledger.chapter_states()
    titles = _titles(chapters)
    table(
        ("chapter", "title", *states, "speech"),
        [
            (
                chapter.number,
                titles[chapter.id],
                *(chapter.states.get(state, 0) for state in states),
                duration(chapter.audio_seconds),
            )
            for chapter in chapters
        ],
    )
    spending = ledger.spending()
    for outcome in dict.fromkeys(
        row.outcome for row in spending
    ):  # one that has prices has a row for each currency
        rows = [row for row in spending if row.outcome == outcome]
        n_attempts, n_characters = sum(row.n_attempts for row in rows), sum(row.n_characters for row in rows)
        click.echo(f"attempts {outcome or 'open'}: {n_attempts:,}, {counted(n_characters, 'character')}")
    _print_spent(spending)
    for hole in ledger.holes(only_failed=True):
        click.echo(
            f"failed: {hole.segment} ({hole.document}: {hole.locator}) {hole.text[:60]!r}: {hole.detail}"
        )


# --- check, voices ---------------------------------------------------------------------------------------


def check_form(checked: "Checked") -> dict[str, object]:
    """Return what a comparison of files with the ledger gave as JSON."""
    return {
        "files": checked.n_files,
        "bytes": checked.n_bytes,
        "wrong": [{"path": path, "what": what} for path, what in checked.wrong],
    }


def print_check(checked: "Checked") -> None:
    """Print what a comparison of files with the ledger gave."""
    for path, what in checked.wrong:
        click.echo(f"{path}: {what}")
    right = checked.n_files - len(checked.wrong)
    click.echo(
        f"{right:,} of {counted(checked.n_files, 'file')} {'is' if right == 1 else 'are'} as the ledger says "
        f"({checked.n_bytes / 1e6:.1f} MB)."
    )


def voices_form(found: "Mapping[str, Sequence[VoiceInfo]]") -> list[dict[str, object]]:
    """Return voices as JSON."""
    return [{"engine": engine, **asdict(voice)} for engine, voices in found.items() for voice in voices]


def print_voices(found: "Mapping[str, Sequence[VoiceInfo]]") -> None:
    """Print voices."""
    rows = [
        (engine, voice.id, ", ".join(voice.languages) or "any", voice.gender, voice.description)
        for engine, voices in found.items()
        for voice in voices
    ]
    table(("engine", "voice", "languages", "gender", "what it is"), rows)
