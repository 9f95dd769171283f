"""What Ctrl-C and SIGTERM do to a run: the first ends it in good order, the second at once."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from typing import TypeVar

import click

from batchtts.errors import Interrupted
from batchtts.render.stopping import Stop

T = TypeVar("T")


def run_until_signal(work: Coroutine[object, object, T], stop: Stop) -> T:
    """Run a coroutine; ask `stop` for the end at the first signal, leave the process at the second."""

    async def guarded() -> T:
        heard: list[signal.Signals] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            _listen(number, stop, heard)
        return await work

    return asyncio.run(guarded())


def _listen(number: signal.Signals, stop: Stop, heard: list[signal.Signals]) -> None:
    def hear() -> None:
        heard.append(number)
        # A run that a limit has already stopped still has requests in flight, so it is signals that count.
        if len(heard) > 1:
            # Everything that is stored survives any crash, so leaving without ceremony loses nothing more
            # than what is in flight.
            click.echo("Stopped at once.", err=True)
            sys.stderr.flush()
            os._exit(Interrupted.exit_code)
        click.echo(f"{number.name}: finishing what is in flight; once more to stop at once.", err=True)
        stop.request(Interrupted(f"interrupted by {number.name}", hint="The same command goes on from here."))

    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, hear)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(hear))
