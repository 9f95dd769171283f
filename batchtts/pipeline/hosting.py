"""Where the engines of a run are: in this process, or on the workers of a cluster."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from batchtts.cluster.executor import Executor
from batchtts.engine import Engine
from batchtts.errors import EngineRefused, EngineUnavailable
from batchtts.events import Listener
from batchtts.job import EngineSettings
from batchtts.pipeline.planning.settling import Settled, open_engines
from batchtts.render.stopping import Stop


async def host_engines(
    stack: AsyncExitStack,
    executor: Executor | None,
    settled: Settled,
    names: Sequence[str],
    *,
    stop: Stop,
    tell: Listener,
) -> Mapping[str, Engine]:
    """Open engines by name, with their settings from the job; they are closed with the stack.

    A cluster that does not answer is a reason to stop, and no engine is opened then.
    """
    job = settled.job
    if executor is None:
        return await open_engines(stack, job, names)
    from batchtts.cluster.opening import open_clustered

    engines = {
        name: (settled.traits[name], job.engines.get(name, EngineSettings()).settings) for name in names
    }
    try:
        return await stack.enter_async_context(
            open_clustered(
                executor, engines, patience_seconds=job.rendering.patience_seconds, stop=stop, tell=tell
            )
        )
    except (EngineUnavailable, EngineRefused) as error:
        stop.request(error)
        return {}
