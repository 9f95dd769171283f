"""Running a server: from options to an address, and back to nothing in good order."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from batchtts.engine import Engine
from batchtts.engines.registry import open_engine
from batchtts.errors import InputError, Problem
from batchtts.server.admission import Admission
from batchtts.server.answering import HTTP_LOG
from batchtts.server.app import CLOSING_SECONDS, make_app
from batchtts.server.faults_file import read_faults
from batchtts.server.health import is_loopback
from batchtts.server.keyring import Keyring
from batchtts.server.metrics import Metrics
from batchtts.server.service import Service
from batchtts.server.speaking import Speaker
from batchtts.server.usage import Usage
from batchtts.server.voices import VoiceStore, read_voices, voices_of_engine

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8484
GRACE_SECONDS = 30.0
"""How long requests in flight may take when the server stops."""

_BACKLOG = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What is served, and where.  Port 0 takes any that is free; without keys any key will do."""

    engine: str = "hibari"
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    keys: tuple[str, ...] = field(default=(), repr=False)
    voices: Path | None = None
    faults: Path | None = None
    grace_seconds: float = GRACE_SECONDS


def check_exposure(host: str, keys: Collection[str]) -> None:
    """Raise `InputError` where everybody on the network could use the server."""
    if keys or is_loopback(host):
        return
    raise InputError(
        [
            Problem(
                where="serve",
                what=f"{host or 'every address'} can be reached from other machines, and no key is asked for",
                hint="Give a key with --key or BATCHTTS_SERVE_KEYS, or listen on 127.0.0.1.",
            )
        ]
    )


async def make_service(
    engine: Engine,
    *,
    keys: Collection[str] = (),
    voices: Path | None = None,
    faults: Path | None = None,
) -> Service:
    """Return what the server needs to answer with an engine.

    Raises `InputError` for a file that is wrong, and `EngineError` where the engine cannot say what its voices are.
    """
    speaker = Speaker(engine)
    known = await speaker.voices()
    listed = voices_of_engine(known) if voices is None else read_voices(voices, known)
    return Service(
        speaker=speaker,
        voices=VoiceStore(listed, voices),
        keyring=Keyring(keys),
        admission=Admission(n_slots=engine.traits.max_concurrency),
        metrics=Metrics(),
        usage=Usage(),
        faults=None if faults is None else read_faults(faults),
    )


@asynccontextmanager
async def serving(
    service: Service,
    *,
    host: str = DEFAULT_HOST,
    port: int = 0,
    grace_seconds: float = GRACE_SECONDS,
) -> AsyncIterator[str]:
    """Serve while the block lasts; yield the base URL, with the port that was found for 0.

    At the end nothing new is accepted, sessions are closed with 1001, and requests in flight have
    `grace_seconds` to end.  Raises `InputError` where the address cannot be had.
    """
    runner = web.AppRunner(
        make_app(service, closing_seconds=min(grace_seconds, CLOSING_SECONDS)),
        access_log=None,
        logger=HTTP_LOG,
        handler_cancellation=True,
        shutdown_timeout=grace_seconds,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=_BACKLOG)
        try:
            await site.start()
        except OSError as error:
            raise _no_address(host, port, error) from error
        yield _url(host, runner)
    finally:
        await runner.cleanup()


def _no_address(host: str, port: int, error: OSError) -> InputError:
    taken = error.errno == errno.EADDRINUSE
    hint = "Choose another with --port; 0 takes any that is free." if taken else None
    what = "another program listens there" if taken else f"cannot listen there: {error.strerror or error}"
    return InputError([Problem(where=f"{host}:{port}", what=what, hint=hint)])


def _url(host: str, runner: web.AppRunner) -> str:
    found = runner.addresses[0]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{found[1]}"


@asynccontextmanager
async def serving_options(options: ServeOptions) -> AsyncIterator[str]:
    """Open the engine and serve as the options say while the block lasts; yield the base URL."""
    check_exposure(options.host, options.keys)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(options.engine, {}))
        service = await make_service(engine, keys=options.keys, voices=options.voices, faults=options.faults)
        running = serving(service, host=options.host, port=options.port, grace_seconds=options.grace_seconds)
        yield await stack.enter_async_context(running)


async def serve_until(stop: asyncio.Event, options: ServeOptions, announce: Callable[[str], None]) -> None:
    """Serve until `stop` is set; `announce` is told the base URL as soon as the server listens."""
    async with serving_options(options) as url:
        announce(url)
        await stop.wait()


@contextmanager
def serving_in_thread(options: ServeOptions) -> Iterator[str]:
    """Serve in a thread of its own while the block lasts: for programs that block, such as other SDKs."""
    started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        await serve_until(stop, options, lambda url: started.set_result((url, loop, stop)))

    with ThreadPoolExecutor(1, thread_name_prefix="batchtts-server") as thread:
        ended = thread.submit(lambda: asyncio.run(serve()))
        either: list[Future[Any]] = [started, ended]
        wait(either, return_when=FIRST_COMPLETED)
        if ended.done():
            ended.result()
        url, loop, stop = started.result()
        try:
            yield url
        finally:
            if not ended.done():
                loop.call_soon_threadsafe(stop.set)
            ended.result()
