"""The command line."""

import gc

# While modules load next to nothing becomes garbage, but the collector would look for it dozens of times.
gc.set_threshold(10_000, 10, 10)

import batchtts.cli.commands  # noqa: E402, F401
from batchtts.cli.group import main  # noqa: E402

__all__ = ["main"]
