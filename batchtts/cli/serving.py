"""What the command `serve` does: read the keys, listen, and stop in good order when a signal comes."""

import asyncio
import logging
import os
import signal
import sys

import click

from batchtts.cli.signals import listen
from batchtts.errors import InputError, Interrupted, Problem
from batchtts.server.running import ServeOptions, serve_until

KEYS = "BATCHTTS_SERVE_KEYS"
"""The environment variable with keys, parted by commas: arguments can be seen by other users of the machine."""


def keys_of(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys that were given, as arguments and in the environment.

    Raises `InputError` for a key that is empty, and for a variable without any: whoever meant to protect a server
    must not get an open one.
    """
    listed = os.environ[KEYS].split(",") if KEYS in os.environ else []
    keys = [key.strip() for key in (*given, *listed)]
    if not all(keys):
        where = "--key" if not all(key.strip() for key in given) else KEYS
        hint = "Give a key, or leave it out: then the server takes any key, and listens on this machine only."
        raise InputError([Problem(where=where, what="a key is empty", hint=hint)])
    if not all(key.isascii() and key.isprintable() for key in keys):
        what = "a key has characters that no header can carry"
        raise InputError([Problem(where="--key", what=what, hint="Use letters, digits and signs of ASCII.")])
    return tuple(dict.fromkeys(keys))


def serve(options: ServeOptions) -> None:
    """Serve until a signal comes.  SIGTERM is how a server is meant to end; Ctrl-C raises `Interrupted`."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", level=logging.INFO)
    heard = asyncio.run(_serve(options))
    if signal.SIGINT in heard:
        raise Interrupted("interrupted by SIGINT; what was in flight has been answered")


async def _serve(options: ServeOptions) -> list[signal.Signals]:
    stop = asyncio.Event()
    heard = listen(lambda _: stop.set())
    await serve_until(stop, options, _announce)
    return heard


def _announce(url: str) -> None:
    """Print the address, at once also into a pipe: others wait for it."""
    click.echo(f"Serving on {url}")
    sys.stdout.flush()
