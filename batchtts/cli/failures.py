"""Where errors become text and exit codes; nowhere else does that happen."""

import errno
from collections.abc import Sequence
from typing import Any

import click

from batchtts.errors import BatchttsError, InputError, Interrupted, StoppedEarly

EXIT_CODES = """\b
Exit codes:
  0    done
  1    a bug, or an error of this machine such as a full disk
  2    wrong usage, manifest or document; nothing was spent
  3    ended, but some segments have no take
  4    the engine would not speak (key, credit, voice), or stayed away
  5    the ledger, or the storage that the output goes to, cannot be used
  6    a gate failed: files or measures are not as they should be
  75   stopped in good order by a limit; the same command goes on
  130  interrupted; work in flight was stored
"""

_NOT_OURS = {
    errno.ENOENT,
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE),
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG),
}
"""Errors of the system that say something about this machine, and nothing about this program."""


class Command(click.Command):
    """A command whose help ends with the exit codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", EXIT_CODES)
        super().__init__(*args, **kwargs)


class Commands(click.Group):
    """A group that shows our errors as a line or two and an exit code, never a traceback."""

    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BatchttsError as error:
            show(error)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:  # while a job is planned: nothing is in flight yet
            click.echo("Interrupted. The same command goes on from here.", err=True)
            ctx.exit(Interrupted.exit_code)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            click.echo(f"Error: {error}", err=True)
            click.echo("Nothing that was stored is lost; mend this and run the same command again.", err=True)
            ctx.exit(1)


def show(error: BatchttsError) -> None:
    """Print an error, and what to do about it, on stderr."""
    if isinstance(error, InputError):
        for problem in error.problems:
            click.echo(str(problem), err=True)
            _hint(problem.hint)
        click.echo(_counted(error.problems), err=True)
    else:
        stopped = isinstance(error, StoppedEarly | Interrupted)
        click.echo(f"Stopped: {error}" if stopped else f"Error: {error}", err=True)
        _hint(error.hint)


def _hint(hint: str | None) -> None:
    if hint:
        click.echo(f"    {hint}", err=True)


def _counted(problems: Sequence[object]) -> str:
    n = len(problems)
    return f"{n} problem{'s' * (n != 1)}; nothing was begun and nothing was spent."
