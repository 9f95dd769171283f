"""A made-up plan of short segments, and their takes, as many as one wants; and a ledger that holds them.

python -m benchmarks.ledger_rows FOLDER --segments 100000 [--takes 50000]
"""

import argparse
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from batchtts.job import Boundary, Job, Limits, Metadata, Output, Pauses, Rendering, Selection, Voice
from batchtts.ledger import recording
from batchtts.ledger.draft import Draft
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.tariffs import Tariff
from batchtts.model import Chapter, DocumentInfo, Locator, Plan, Segment, Settings, Span, Take, TakeRecord

PER_CHAPTER, PER_PACK = 1_000, 5_000
BATCH = 64
TARIFF = Tariff(engine="tone")
VOICE = Voice(name="narrator", engine="tone", voice="hum")
DOCUMENT = DocumentInfo(name="lines.jsonl", sha256="0", text_sha256="0")
SETTINGS: Settings = {"engine": "tone", "identity": "tone/1", "speed": 1.0, "seed": 0, "length_seconds": None}
JOB = Job(
    name="lines",
    path=Path("lines.yaml"),
    metadata=Metadata(),
    voices={VOICE.name: VOICE},
    default_voice=VOICE.name,
    limits=Limits(),
    pauses=Pauses(),
    rendering=Rendering(),
    sources=(),
    chapters=Selection(),
    output=Output(folder=Path("out")),
)

_TAKE_BYTES = 100_000


def chapters(n_segments: int) -> Iterator[Chapter]:
    """Yield chapters of 1,000 segments each."""
    for number, start in enumerate(range(0, n_segments, PER_CHAPTER), start=1):
        own = range(start, min(start + PER_CHAPTER, n_segments))
        yield Chapter(
            id=f"lines-ch{number:04}",
            number=number,
            title=f"Chapter {number}",
            slug=f"{number:04}-chapter",
            parts=(),
            document=DOCUMENT.name,
            digest=hashlib.sha256(b"chapter %d" % number).hexdigest(),
            seconds=2.0 * len(own),
            segments=tuple(segment(each, each - start) for each in own),
        )


def segment(number: int, index: int) -> Segment:
    """Return a segment; fingerprints come in no order, as they do in life."""
    place = Span(
        document=DOCUMENT.name, start=30 * number, end=30 * number + 25, locator=Locator(line=number)
    )
    return Segment(
        id=f"lines-{number:07}",
        index=index,
        text=f"Line {number} of the test.",
        voice=VOICE,
        speed=1.0,
        seed=0,
        length_seconds=None,
        span=place,
        boundary=Boundary.PARAGRAPH,
        settings=SETTINGS,
        fingerprint=hashlib.sha256(b"%d" % number).hexdigest(),
        seconds=2.0,
    )


def take_of(number: int) -> TakeRecord:
    """Return what the ledger records of a take of the segment with this number."""
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    pack, place = divmod(number, PER_PACK)
    take = Take(
        fingerprint=digest,
        number=1,
        seed=0,
        sha256=digest[::-1],
        n_bytes=_TAKE_BYTES,
        sample_rate=24_000,
        n_samples=50_000,
        speech_start=2_000,
        speech_end=47_000,
        pack=f"{pack + 1:06}.tar",
        start=512 + place * (_TAKE_BYTES + 1_024),
    )
    return TakeRecord(take=take, text_sha256=digest, settings=SETTINGS, checks={"peak_dbfs": -3.0})


def transitions(numbers: range) -> Iterator[Callable[[sqlite3.Connection], object]]:
    """Yield what the ledger does for each of these segments, as functions of a connection: two for each."""
    for number in numbers:
        at = recording.now()
        record = take_of(number)
        opening = recording.Opening(
            number=number + 1,
            run=1,
            tariff=TARIFF,
            fingerprint=record.take.fingerprint,
            characters=25,
            started_at=at,
        )
        yield partial(recording.open_attempt, opening=opening)
        yield partial(recording.keep, number=number + 1, record=record, ended_at=at)


def fill(folder: Path, n_segments: int, n_takes: int) -> tuple[float, float]:
    """Make a ledger with a plan and takes; return the CPU seconds for the one and for the others."""
    started = time.process_time()
    with Draft() as draft, Ledger.open(folder) as ledger:
        head = Plan(job=JOB, language="en", documents={DOCUMENT.name: DOCUMENT}, metadata=Metadata())
        draft.write(str(n_segments), chapters(n_segments), lambda: head)
        ledger.start_run(version="0", manifest_sha256="0")
        ledger.replace_plan(draft)
        planned = time.process_time()
        waiting = transitions(range(n_takes))
        while batch := list(islice(waiting, BATCH)):
            ledger.ask(partial(_record, batch))
        ledger.end_run("done")
        return planned - started, time.process_time() - planned


def _record(batch: list[Callable[[sqlite3.Connection], object]], db: sqlite3.Connection) -> None:
    for transition in batch:
        transition(db)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--segments", type=int, required=True)
    parser.add_argument("--takes", type=int, default=0)
    args = parser.parse_args()
    print(*fill(args.folder, args.segments, args.takes))
