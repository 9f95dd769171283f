"""The baseline of a run: the same segments through the same engine, and nothing around it.

`python -m benchmarks.engine_alone JOB.yaml` asks for each distinct segment of the job once, as many at a time
as the engine likes, and throws the speech away.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from batchtts.engine import Engine, SpeechRequest
from batchtts.job import Job
from batchtts.model import Segment
from batchtts.pipeline.settling import load_job, open_engines, settle


async def speak_all(job: Job, segments: list[Segment], language: str) -> int:
    """Ask for every segment; return how many samples were spoken."""
    n_samples = 0

    async def work(engine: Engine, shared: Iterator[Segment]) -> None:
        nonlocal n_samples
        for segment in shared:
            request = SpeechRequest(
                text=segment.text,
                voice=segment.voice.voice,
                language=language,
                speed=segment.speed,
                seed=segment.seed,
            )
            n_samples += (await engine.synthesize(request)).audio.n_samples

    async with AsyncExitStack() as stack:
        [name] = {segment.voice.engine for segment in segments}
        engine = (await open_engines(stack, job, [name]))[name]
        shared = iter(segments)
        async with asyncio.TaskGroup() as group:
            for _ in range(engine.traits.max_concurrency):
                group.create_task(work(engine, shared))
    return n_samples


def main() -> None:
    """Speak the job named on the command line."""
    job = load_job(Path(sys.argv[1]))
    plan = settle(job).plan
    distinct = {segment.fingerprint: segment for segment in plan.segments()}
    print(asyncio.run(speak_all(job, list(distinct.values()), plan.language)))


if __name__ == "__main__":
    main()
