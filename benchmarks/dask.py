"""Dask workers against a process pool, one worker against two, and workers that are killed all the time.

`python -m benchmarks.dask [ROUNDS]`: the engine `tone`, in batches, on two workers of a local cluster and on two
processes of a pool, which take turns; the engine `hibari` on one worker and on two; and a run of a job while every
two seconds one of its workers is killed, twenty times.  The last uses the engine `mortal` of the tests, which writes
down whatever it is asked.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from batchtts.cluster.connecting import local_cluster
from batchtts.cluster.executor import Executor
from batchtts.cluster.line import MOST_REQUESTS
from batchtts.cluster.messages import Answer, EngineSpec
from batchtts.cluster.opening import open_clustered
from batchtts.cluster.residence import Residences
from batchtts.cluster.serving import speak_all
from batchtts.engine import Engine, SpeechRequest
from batchtts.engines.registry import open_engine
from batchtts.render.stopping import Stop
from benchmarks.measuring import BATCHTTS, hold, reach

N_PROCESSES = 2
N_TONES, N_SENTENCES = 4_000, 240
THROUGHPUT, EFFICIENCY = 0.6, 0.9

N_KILLS, SECONDS_BETWEEN_KILLS = 20, 2.0
N_SEGMENTS, SECONDS_EACH = 1_500, 0.05
PLUGINS = Path(__file__).parents[1] / "tests" / "plugins"

_SPEC = EngineSpec.of("tone", {})
_RESIDENCES = Residences()


def sentences(n: int, voice: str) -> list[SpeechRequest]:
    """Return so many requests, no two alike."""
    text = "The keeper of the lamp wrote down the hour, the wind and the {} ships that passed him by."
    return [SpeechRequest(text=text.format(number), voice=voice) for number in range(n)]


def in_pool(batch: Sequence[SpeechRequest]) -> Answer:
    """Speak a batch in a process of the pool."""
    return _RESIDENCES[_SPEC].run(lambda engine: speak_all(batch, engine))


async def pool_rate(pool: ProcessPoolExecutor, requests: Sequence[SpeechRequest]) -> float:
    """Return how many requests a second a process pool answers, in batches, two for each process."""
    batches = iter([requests[at : at + MOST_REQUESTS] for at in range(0, len(requests), MOST_REQUESTS)])
    loop = asyncio.get_running_loop()

    async def work() -> None:
        for batch in batches:
            await loop.run_in_executor(pool, in_pool, batch)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(2 * N_PROCESSES)))
    return len(requests) / (time.perf_counter() - started)


async def cluster_rate(engine: Engine, requests: Sequence[SpeechRequest]) -> float:
    """Return how many requests a second a cluster answers."""
    shared = iter(requests)

    async def work() -> None:
        for request in shared:
            await engine.synthesize(request)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(engine.traits.max_concurrency)))
    return len(requests) / (time.perf_counter() - started)


@asynccontextmanager
async def clustered(name: str, n_workers: int) -> AsyncIterator[Engine]:
    """Yield an engine on a local cluster of so many workers."""
    async with (
        local_cluster(n_workers) as cluster,
        open_engine(name, {}) as engine,
        open_clustered(
            Executor(address=cluster.scheduler_address),
            {name: (engine.traits, {})},
            patience_seconds=60.0,
            stop=Stop(),
            tell=print,
        ) as engines,
    ):
        yield engines[name]


async def tones(rounds: int) -> bool:
    """Let cluster and pool take turns with the engine `tone`; return whether the cluster is fast enough."""
    warm, requests = sentences(40 * MOST_REQUESTS, "hum"), sentences(N_TONES, "hum")
    ratios = []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(N_PROCESSES, mp_context=spawn) as pool:
        async with clustered("tone", N_PROCESSES) as engine:
            for number in range(rounds + 1):
                what = requests if number else warm  # the first round loads what has to be loaded
                alone, dask = await pool_rate(pool, what), await cluster_rate(engine, what)
                if number:
                    ratios.append(dask / alone)
                    print(f"round {number}: process pool {alone:.0f}/s, Dask {dask:.0f}/s", flush=True)
    return reach(f"Dask / process pool, tone, {N_PROCESSES} workers", median(ratios), THROUGHPUT)


async def scaling(rounds: int) -> bool:
    """Let one worker and two take turns with the engine `hibari`; return whether two are worth it."""
    warm, requests = sentences(16, "heart"), sentences(N_SENTENCES, "heart")
    ratios = []
    for number in range(1, rounds + 1):
        rates = []
        for n_workers in (1, N_PROCESSES):
            async with clustered("hibari", n_workers) as engine:
                await cluster_rate(engine, warm)
                rates.append(await cluster_rate(engine, requests))
        ratios.append(rates[1] / rates[0] / N_PROCESSES)
        print(
            f"round {number}: 1 worker {rates[0]:.1f}/s, {N_PROCESSES} workers {rates[1]:.1f}/s", flush=True
        )
    return reach(f"scaling efficiency, hibari, 1 -> {N_PROCESSES} workers", median(ratios), EFFICIENCY)


class Storm:
    """A run, and the killing of its workers."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "executed.jsonl"
        self.log.touch()
        self._job = folder / "job.yaml"
        self._job.write_text(json.dumps(self._manifest(folder)), encoding="utf-8")
        self.kept: Counter[str] = Counter()
        self.n_killed = 0
        self.n_running = 0

    def rage(self) -> int:
        """Run the job, kill its workers while it goes on, and return its exit code."""
        environment = {**os.environ, "PYTHONPATH": str(PLUGINS), "MORTAL_LOG": str(self.log)}
        command = [*BATCHTTS, "run", str(self._job), "--executor", "dask", "--progress", "json"]
        killed_at = 0.0
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                event = json.loads(line) if line.startswith("{") else {}
                if event.get("event") != "take_kept":
                    continue
                self.kept[event["segment"]] += 1
                is_time = time.monotonic() - killed_at > SECONDS_BETWEEN_KILLS
                if is_time and self.n_killed < N_KILLS and self._kill():
                    killed_at = time.monotonic()
        return process.returncode

    @property
    def executed(self) -> list[tuple[str, int]]:
        """Return what the engine was asked, by the text's number and the process, in order."""
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [(line["text"].split()[1], line["pid"]) for line in lines]

    def _kill(self) -> bool:
        """Kill the worker that was asked last, and count what it had begun and not delivered."""
        executed = self.executed
        _, pid = executed[-1]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        kept = {str(int(segment.rpartition("-")[2])) for segment in self.kept}
        self.n_killed += 1
        self.n_running += sum(number not in kept for number, by in self.executed if by == pid)
        return True

    def _manifest(self, folder: Path) -> dict[str, object]:
        texts = [f"Sentence {number} takes seconds={SECONDS_EACH} to say." for number in range(N_SEGMENTS)]
        return {
            "voices": {"narrator": {"engine": "mortal", "voice": "hum"}},
            "documents": [{"segments": texts}],
            "output": {"dir": str(folder / "out")},
        }


def kills() -> bool:
    """Kill workers all the time; return whether every segment was kept once, and little was spoken twice."""
    with tempfile.TemporaryDirectory() as folder:
        storm = Storm(Path(folder))
        code = storm.rage()
        n_executed, n_texts = len(storm.executed), len({number for number, _ in storm.executed})
    print(
        f"{storm.n_killed} workers killed, exit code {code}: {n_executed} executions of {n_texts} texts, "
        f"{storm.n_running} running at the kills",
        flush=True,
    )
    if storm.n_killed < N_KILLS:
        raise SystemExit(f"only {storm.n_killed} of {N_KILLS} workers could be killed")
    n_wrong = abs(N_SEGMENTS - len(storm.kept)) + sum(n != 1 for n in storm.kept.values())
    once = hold("segments not kept exactly once", n_wrong, 0)
    return (
        hold("executions beyond one, of those running at the kills", n_executed - n_texts, storm.n_running)
        and once
    )


def main() -> None:
    """Measure all three."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    held = [asyncio.run(tones(rounds)), asyncio.run(scaling(max(1, rounds - 1))), kills()]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
