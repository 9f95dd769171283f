"""Opens the way to a cluster, one that is there or one of this machine, and closes it again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from batchtts.cluster.executor import Executor
from batchtts.cluster.link import Link
from batchtts.errors import EngineRefused, EngineUnavailable, InputError, Problem
from batchtts.render.stopping import Stop

if TYPE_CHECKING:
    from distributed import Client, LocalCluster, Security

_SECONDS_TO_CONNECT = 10.0
_LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado.application")
_SILENT = logging.CRITICAL + 1

_LOCAL_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.profile.enabled": False,
    # So long after a worker was lost, Dask looks whether there is another in its place, and if that one has just been
    # lost as well and is on its way back, closes it for good.
    "distributed.deploy.lost-worker-timeout": "10000 days",
    # Dask has the memory that a worker frees go back to the system at once, which costs engines a third of their time.
    "distributed.nanny.pre-spawn-environ": {
        "OMP_NUM_THREADS": 1,
        "MKL_NUM_THREADS": 1,
        "OPENBLAS_NUM_THREADS": 1,
    },
}


@asynccontextmanager
async def connected(executor: Executor, *, patience_seconds: float, stop: Stop) -> AsyncIterator[Link | None]:
    """Yield the way to the cluster; None if the run is to end before there is one.

    Raises `EngineUnavailable` where nobody answers, `EngineRefused` where one side does not trust the other,
    and `InputError` where TLS is asked for and its certificates are not there.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_quiet())
        address: str | LocalCluster | None = executor.address
        if address is None:
            address = await stack.enter_async_context(local_cluster())
        security = _security(executor)
        # In a task of its own, it can be left at a signal.
        seconds = min(_SECONDS_TO_CONNECT, patience_seconds)
        client = await stop.unless_requested(_connect(executor, address, security, seconds))
        if client is None:
            yield None
            return
        stack.push_async_callback(client.close)
        link = Link(client)
        stack.callback(link.close)
        yield link


async def _connect(
    executor: Executor, address: "str | LocalCluster", security: "Security", seconds: float
) -> "Client":
    from distributed import Client
    from distributed.comm.core import FatalCommClosedError

    client = Client(
        address,
        asynchronous=True,
        timeout=seconds,
        set_as_default=False,
        security=security,
        name="batchtts",
        direct_to_workers=True,
    )
    try:
        async with asyncio.timeout(seconds + 1):  # its own limit does not count a silent peer
            opened: Client = await client
            return opened
    except BaseException as error:
        await client.close()
        if isinstance(error, FatalCommClosedError):
            raise EngineRefused(
                f"{executor} is not the one that the certificates speak of, or does not accept ours: {_last(error)}",
                hint="Both sides need certificates of the same authority; docs/scaling.md shows how.",
            ) from error
        if isinstance(error, OSError):
            raise EngineUnavailable(
                f"{executor} does not answer: {_last(error)}",
                hint="Is the scheduler running, is this its address, and is it tls:// perhaps?",
            ) from error
        raise


@asynccontextmanager
async def local_cluster(n_workers: int | None = None) -> "AsyncIterator[LocalCluster]":
    """Start a scheduler in this process, and workers, by default one for each core; end them with the block.

    The workers end by themselves when this process is gone, however it went.
    """
    import dask
    from dask.system import CPU_COUNT
    from distributed import LocalCluster

    with dask.config.set(_LOCAL_SETTINGS):
        async with LocalCluster(
            n_workers=n_workers or CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            asynchronous=True,
            host="127.0.0.1",
            silence_logs=_SILENT,
            memory_limit=0,
            # Given as None, the page would be at its usual port.
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            preload=["batchtts.cluster.shielding"],
        ) as cluster:
            yield cluster


def _security(executor: Executor) -> "Security":
    """Return what Dask's own configuration says of certificates."""
    from distributed import Security

    security = Security()
    if (executor.address or "").startswith("tls://"):
        files = security.get_tls_config_for_role("client")
        named = [files[name] for name in ("ca_file", "cert", "key")]
        if None in named:
            raise _no_certificates(f"Dask's configuration names no certificates, which {executor} needs")
        # Instead of a path it may be the certificate itself, which has lines.
        missing = [name for name in named if "\n" not in name and not Path(name).is_file()]
        if missing:
            raise _no_certificates(f"there is no file {' and no '.join(missing)}")
    return security


def _no_certificates(what: str) -> InputError:
    hint = (
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY name them; docs/scaling.md shows how."
    )
    return InputError([Problem(where="--executor", what=what, hint=hint)])


def _last(error: BaseException) -> str:
    """Return what the first of a chain of errors says: what the system said, without what was made of it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from writing to stderr what is told here as events and errors."""
    import distributed.config  # noqa: F401 - sets the levels when it is loaded, and must not do so later

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(_SILENT)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
