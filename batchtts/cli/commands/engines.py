"""The engines, apart from any job."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.group import main
from batchtts.cli.parameters import AS_JSON

if TYPE_CHECKING:
    pass


@main.command()
@click.option("--engine", help="Only the voices of this engine.")
@AS_JSON
def voices(engine: str | None, *, as_json: bool) -> None:
    """List the voices of the installed engines."""
    from batchtts.cli.reports import voices as voices_report
    from batchtts.cli.reports.printing import print_json
    from batchtts.pipeline.speaking import list_voices

    found = list_voices(engine)
    if as_json:
        print_json(voices_report.voices_form(found.by_engine))
    else:
        voices_report.print_voices(found.by_engine)
    for note in found.notes:
        click.echo(f"Note: {note}", err=True)


@main.command()
@click.argument("text")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("speech.wav"),
    show_default=True,
    help="The file to write; its ending tells the format (wav, mp3, flac, opus, ogg, m4a).",
)
@click.option("--engine", default="hibari", show_default=True, help="The engine that speaks.")
@click.option("--voice", help="One of its voices; by default its first.")
@click.option("--speed", type=click.FloatRange(0.25, 4.0), default=1.0, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the alignment as JSON.")
def say(text: str, output: Path, *, as_json: bool, **settings: Any) -> None:
    """Speak TEXT into a file."""
    from batchtts.alignment import to_json
    from batchtts.cli.reports.printing import print_json
    from batchtts.pipeline.speaking import speak

    speech = speak(text, output, **settings)
    if as_json:
        print_json(to_json(speech.alignment))
    else:
        click.echo(f"{output}  {speech.audio.seconds:.2f} s")


@main.command()
@click.option("--engine", default="hibari", show_default=True, help="The engine that speaks.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8484,
    show_default=True,
    help="The port to listen on; 0 takes any that is free.",
)
@click.option("--key", "keys", multiple=True, help="A key that clients may use. May be repeated.")
@click.option(
    "--voices",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The voices that clients see, as JSON; by default the engine's own.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What goes wrong on purpose, as JSON.",
)
def serve(*, keys: tuple[str, ...], **settings: Any) -> None:
    """Serve LMNT's protocol with an engine of this machine, until a signal comes.

    Keys can also be in the variable BATCHTTS_SERVE_KEYS, parted by commas.
    """
    from batchtts.cli import serving
    from batchtts.server.running import ServeOptions

    serving.serve(ServeOptions(keys=serving.keys_of(keys), **settings))


@main.command()
def schema() -> None:
    """Print the JSON Schema of manifests, for editors."""
    from batchtts.cli.reports.printing import print_json
    from batchtts.manifest.schema import json_schema

    print_json(json_schema())
