"""The command line."""

from batchtts.cli.commands import main

__all__ = ["main"]
