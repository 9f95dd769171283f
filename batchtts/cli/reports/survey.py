"""What `plan` prints: what a job is, what of it is there, and what a run would ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.durations import duration
from batchtts.cli.reports.printing import counted, money, place, segments, table, titles

if TYPE_CHECKING:
    from batchtts.ledger.queries import ChapterState
    from batchtts.pipeline.surveying import Survey
    from batchtts.plan.estimate import Cost


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
    named = titles(survey.chapters)
    table(
        ("chapter", "title", "segments", "characters", "about", "done", "failed"),
        [
            (
                chapter.number,
                named[chapter.id],
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
            f"{row['engine']} {row['voice']} ({row['name']}): {segments(row['segments'])}; "
            f"to ask: {segments(row['to_ask'])}, {counted(row['characters_to_ask'], 'character')}"
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


def _to_do(totals: Mapping[str, Any]) -> str:
    if not totals["to_ask"]:
        failed = totals["failed"]
        again = f" {failed} failed: with --retry-failed, `run` asks for them again." if failed else ""
        return f"Nothing to ask for.{again}"
    about = duration(float(str(totals["estimated_seconds_to_ask"])))
    characters = counted(totals["characters_to_ask"], "character")
    return f"To ask for: {segments(totals['to_ask'])}, {characters}, about {about}."
