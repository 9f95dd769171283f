"""What one coordinator spends on a segment, whoever speaks it: measured by small runs, or read from a file.

The engine `tone` speaks here, and its own cost is taken off.  A run takes a start, then something for each segment
whatever its length, and something for each megabyte of audio: three runs tell the three apart.
"""

import asyncio
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from batchtts.engine import SpeechRequest
from batchtts.engines.registry import open_engine
from batchtts.lmnt.service import KEY_VARIABLE
from benchmarks.jobs import Job, Settings, sentences, words, write_texts
from benchmarks.measuring import BATCHTTS, measure
from benchmarks.speech_service import BODY_BYTES, VOICE, serving

MESSAGE_US = 2_300.0
"""What a message to a worker of Dask and its answer take, scheduler included: measured with answers of 200 KB
between processes of one machine.  It is not measured here, since it takes a cluster."""

SMALL_SHARE = 10
"""The smaller run, which tells what a start costs, has one segment for so many of the larger one."""

_LONG = "The keeper of the lamp wrote down the wind, the tide and the {} ships that sailed by."
_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """CPU of the coordinator for a segment in microseconds, and what it stores beside the samples in bytes.

    `kept_us` leads from an engine's answer to a take and its place in a chapter, whatever its length;
    `megabyte_us` is added by each megabyte of audio, `asked_us` by a request over HTTP, `message_us` by a message
    to a cluster, however many segments it carries.  `resumed_us` is that of a run that finds nothing to do.
    """

    kept_us: float
    megabyte_us: float
    asked_us: float
    planned_us: float
    resumed_us: float
    ledger_bytes: float
    take_bytes: float
    alignment_bytes: float
    message_us: float = MESSAGE_US

    def save(self, path: Path) -> None:
        """Write the costs as JSON."""
        rounded = {name: round(value, 1) for name, value in asdict(self).items()}
        path.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


def read_costs(path: Path) -> Costs:
    """Return costs that were measured before."""
    return Costs(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What a job took: seconds of CPU, and bytes on disk."""

    n_segments: int
    plan: float
    run: float
    no_op: float
    ledger_bytes: int
    take_bytes: int
    alignment_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    """What the engine alone takes for a text: microseconds of CPU, and megabytes of samples."""

    us: float
    megabytes: float


def measure_costs(n_segments: int, form: str) -> Costs:
    """Measure with jobs of this size; the one of long texts has a tenth of the segments."""
    n_few = n_segments // SMALL_SHARE
    few, many = (_job(words(number), number, form) for number in (n_few, n_segments))
    long = _job(_long_texts(n_few), n_few, form)
    slope = _slope(few, many)
    start = few.run - few.n_segments * slope["run"] / 1e6
    short_alone, long_alone = _alone(words(n_few)), _alone(_long_texts(n_few))
    short_us = slope["run"] - short_alone.us
    long_us = 1e6 * (long.run - start) / n_few - long_alone.us
    megabyte_us = (long_us - short_us) / (long_alone.megabytes - short_alone.megabytes)
    kept_us = short_us - megabyte_us * short_alone.megabytes
    return Costs(
        kept_us=kept_us,
        megabyte_us=megabyte_us,
        asked_us=_request_us(n_few, form) - kept_us - megabyte_us * BODY_BYTES / 1e6,
        planned_us=slope["plan"],
        resumed_us=slope["no_op"],
        ledger_bytes=slope["ledger_bytes"] / 1e6,
        take_bytes=long.take_bytes / n_few - 1e6 * long_alone.megabytes,
        alignment_bytes=long.alignment_bytes / n_few,
    )


def _slope(few: _Cost, many: _Cost) -> dict[str, float]:
    """Return what each more segment takes, in millionths."""
    n_more = many.n_segments - few.n_segments
    less = asdict(few)
    return {name: 1e6 * (value - less[name]) / n_more for name, value in asdict(many).items()}


def _job(texts: Iterable[str], n_segments: int, form: str) -> _Cost:
    voices = {"narrator": {"engine": "tone", "voice": "hum"}}
    with TemporaryDirectory() as folder:
        job = write_texts(Path(folder), texts, form=form, voices=voices)
        plan = median(_cpu("plan", job) for _ in range(_ROUNDS))
        run = _cpu("run", job)
        return _Cost(
            n_segments=n_segments,
            plan=plan,
            run=run,
            no_op=median(_cpu("run", job) for _ in range(_ROUNDS)),
            ledger_bytes=job.ledger.stat().st_size,
            take_bytes=_n_bytes(job.state / "takes"),
            alignment_bytes=_n_bytes(job.output / "alignment"),
        )


def _cpu(command: str, job: Job) -> float:
    return measure([*BATCHTTS, command, str(job.manifest)]).cpu


def _n_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _long_texts(n_texts: int) -> Iterable[str]:
    return map(_LONG.format, range(n_texts))


def _alone(texts: Iterable[str]) -> _Alone:
    """Have the engine speak in this process."""

    async def speak() -> _Alone:
        n_texts = n_bytes = 0
        async with open_engine("tone", {}) as engine:
            started = time.process_time()
            for text in texts:
                n_bytes += len((await engine.synthesize(SpeechRequest(text=text, voice="hum"))).audio.data)
                n_texts += 1
        us = 1e6 * (time.process_time() - started) / n_texts
        return _Alone(us=us, megabytes=n_bytes / n_texts / 1e6)

    return asyncio.run(speak())


def _request_us(n_segments: int, form: str) -> float:
    """Return what a segment takes that is asked for over HTTP, with 100 KB of audio."""
    os.environ[KEY_VARIABLE] = "a-key-for-nobody"
    with serving() as url:
        few, many = (_service_cpu(url, number, form) for number in (n_segments // SMALL_SHARE, n_segments))
    return 1e6 * (many - few) / (n_segments - n_segments // SMALL_SHARE)


def _service_cpu(url: str, n_segments: int, form: str) -> float:
    keys: dict[str, Settings] = {
        "engines": {"lmnt": {"settings": {"api": "v1", "base_url": url}}},
        "voices": {"narrator": {"engine": "lmnt", "voice": VOICE}},
        "render": {"concurrency": 64},
    }
    with TemporaryDirectory() as folder:
        return _cpu("run", write_texts(Path(folder), sentences(n_segments), form=form, **keys))
