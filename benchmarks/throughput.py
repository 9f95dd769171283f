"""How much of a run is not the engine: 20,000 segments from a fast service, and from the engine `tone`.

    python -m benchmarks.throughput [--segments 20000] [--rounds 3]
    python -m benchmarks.throughput ask URL SEGMENTS     ask with nothing but aiohttp, and throw the answers away
    python -m benchmarks.throughput hum SEGMENTS         have the engine `tone` speak, and throw the speech away

The service answers after 50 ms with 100 KB, 64 requests at a time; the bare loop sends it the same requests.  Both
are measured from the start of their process to its end, so ours includes start-up, plan, checks, ledger, takes that
are synced, chapters and alignments.  They take turns; the medians are compared.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from batchtts.engine import SpeechRequest
from batchtts.engines.registry import open_engine
from batchtts.lmnt import wire
from batchtts.lmnt.service import KEY_VARIABLE
from benchmarks.jobs import LINES, WRITTEN, Settings, sentences, write_texts
from benchmarks.measuring import BATCHTTS, PYTHON, Usage, hold, measure, reach, typical
from benchmarks.speech_service import VOICE, serving

RATE_RATIO = 0.85
CPU_MS = 1.5
SEGMENTS_A_CORE = 1_000
CONCURRENCY = 64
"""How much is asked for at once, by the bare loop and by the job."""


async def ask(url: str, n_requests: int) -> None:
    """Ask for speech with nothing but aiohttp, as the engine `lmnt` asks."""
    shared = sentences(n_requests)
    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers={wire.KEY_HEADER: "k"}) as session:

        async def work() -> None:
            for text in shared:
                async with session.post(url + wire.V1_SPEECH, json=_request(text)) as answer:
                    answer.raise_for_status()
                    await answer.read()

        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(work())


def _request(text: str) -> dict[str, object]:
    options = {"format": "wav", "language": "en", "model": "blizzard", "return_timestamps": True}
    return {"text": text, "voice": VOICE, **options, "sample_rate": wire.SAMPLE_RATE, "seed": 0}


async def hum(n_texts: int) -> None:
    """Have the engine `tone` speak, one text after the other."""
    async with open_engine("tone", {}) as engine:
        for text in sentences(n_texts):
            await engine.synthesize(SpeechRequest(text=text, voice="hum"))


def run(n_segments: int, form: str, **keys: Settings) -> Usage:
    """Run a job of short sentences in a folder that is thrown away."""
    with TemporaryDirectory() as folder:
        job = write_texts(Path(folder), sentences(n_segments), form=form, **keys)
        return measure([*BATCHTTS, "run", str(job.manifest), "--quiet"])


def with_service(url: str, n_segments: int, form: str) -> Usage:
    """Run a job whose engine is the service."""
    return run(
        n_segments,
        form,
        job={"language": "en"},
        engines={"lmnt": {"settings": {"api": "v1", "base_url": url}}},
        voices={"narrator": {"engine": "lmnt", "voice": VOICE}},
        render={"concurrency": CONCURRENCY},
    )


def compare_with_bare_loop(n_segments: int, rounds: int, form: str) -> bool:
    """Let the bare loop and ours take turns; return whether ours is within both limits."""
    with serving() as url:
        bare_loop = [PYTHON, "-m", "benchmarks.throughput", "ask", url, str(n_segments)]
        bare, ours = _in_turns(
            lambda: measure(bare_loop), lambda: with_service(url, n_segments, form), n_segments, rounds
        )
    name = f"{n_segments:,} segments from a service, {CONCURRENCY} at once"
    held = reach(f"{name}, requests/s, ours / bare aiohttp", bare.wall / ours.wall, RATE_RATIO)
    return hold(f"{name}, CPU a segment", 1_000 * ours.cpu / n_segments, CPU_MS, " ms") and held


def compare_with_engine(n_segments: int, rounds: int, form: str) -> bool:
    """Let the engine alone and a run take turns; return whether the run is fast enough for a core."""
    voices = {"narrator": {"engine": "tone", "voice": "hum"}}
    alone = [PYTHON, "-m", "benchmarks.throughput", "hum", str(n_segments)]
    engine, ours = _in_turns(
        lambda: measure(alone), lambda: run(n_segments, form, voices=voices), n_segments, rounds
    )
    print(f"tone alone speaks {n_segments / engine.cpu:,.0f} segments in a second of CPU", flush=True)
    return reach(f"{n_segments:,} segments of tone, a second of CPU", n_segments / ours.cpu, SEGMENTS_A_CORE)


def _in_turns(
    base: Callable[[], Usage], ours: Callable[[], Usage], n_segments: int, rounds: int
) -> tuple[Usage, Usage]:
    pairs = []
    for _ in range(rounds):
        pairs.append((base(), ours()))
        for name, usage in zip(("base", "ours"), pairs[-1], strict=True):
            each = 1_000 * usage.cpu / n_segments
            print(f"{name}: {n_segments / usage.wall:,.0f}/s, {each:.3f} ms CPU each, {usage.peak_mb:.0f} MB")
    bases, runs = zip(*pairs, strict=True)
    return typical(bases), typical(runs)


def main() -> None:
    """Do what the command line says."""
    match sys.argv[1:]:
        case ["ask", url, number]:
            asyncio.run(ask(url, int(number)))
            return
        case ["hum", number]:
            asyncio.run(hum(int(number)))
            return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--segments", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--written", action="store_true", help="write the segments into the manifest")
    args = parser.parse_args()
    form = WRITTEN if args.written else LINES
    os.environ[KEY_VARIABLE] = "a-key-for-nobody"
    held = [
        compare(args.segments, args.rounds, form) for compare in (compare_with_bare_loop, compare_with_engine)
    ]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
