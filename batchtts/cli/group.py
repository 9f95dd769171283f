"""The group that all commands belong to."""

import click

from batchtts import __version__
from batchtts.cli.failures import EXIT_CODES, Commands


@click.group(cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="batchtts")
def main() -> None:
    """Render text to speech in batches, and record when every word is spoken."""
