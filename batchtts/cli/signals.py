"""What Ctrl-C, SIGTERM and a lost terminal do: the first ends the work in good order, the second at once."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TypeVar

import click

from batchtts.errors import Interrupted
from batchtts.render.stopping import Stop

T = TypeVar("T")

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""SIGHUP comes when a terminal or its connection is lost; Windows has none."""


def run_until_signal(work: Coroutine[object, object, T], stop: Stop) -> T:
    """Run a coroutine; ask `stop` for the end at the first signal, leave the process at the second."""

    async def guarded() -> T:
        def end(number: signal.Signals) -> None:
            hint = "The same command goes on from here."
            stop.request(Interrupted(f"interrupted by {number.name}", hint=hint))

        listen(end)
        return await work

    return asyncio.run(guarded())


def listen(end: Callable[[signal.Signals], None]) -> list[signal.Signals]:
    """Call `end` at the first signal from now on, leave the process at the second; return those heard so far."""
    heard: list[signal.Signals] = []

    def hear(number: signal.Signals) -> None:
        heard.append(number)
        # What a limit has already stopped still has requests in flight, so it is signals that count.
        if len(heard) > 1:
            # Everything that is stored survives any crash, so leaving without ceremony loses nothing more
            # than what is in flight.
            with suppress(OSError):
                click.echo("Stopped at once.", err=True)
                sys.stderr.flush()
            os._exit(Interrupted.exit_code)
        with suppress(OSError):  # after SIGHUP there may be nobody to read it
            click.echo(f"{number.name}: finishing what is in flight; once more to stop at once.", err=True)
        end(number)

    loop = asyncio.get_running_loop()
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:  # nohup asks us not to hear it
            continue
        try:
            loop.add_signal_handler(number, hear, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_, number=number: loop.call_soon_threadsafe(hear, number))
    return heard
