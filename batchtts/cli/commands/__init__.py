"""The commands: arguments in, one call, text out.  Everything heavy is imported by the command that needs it."""

from batchtts.cli.commands import engines, exporting, keeping, rendering, storing

__all__ = ["engines", "exporting", "keeping", "rendering", "storing"]
