"""Plans and takes for the tests of the ledger, made of as little as possible."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from batchtts.job import Boundary, Job, Limits, Metadata, Output, Pauses, Rendering, Selection, Voice
from batchtts.ledger.draft import Draft
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Asked
from batchtts.ledger.reading import Readable
from batchtts.ledger.scope import EVERYTHING, Scope
from batchtts.ledger.tariffs import Tariff
from batchtts.model import Chapter, DocumentInfo, Locator, Plan, Segment, Settings, Span, Take, TakeRecord

TARIFF = Tariff(engine="tone")
VOICE = Voice(name="narrator", engine="tone", voice="low")
OTHER = Voice(name="other", engine="hum", voice="high")
TWIN = Voice(name="twin", engine="tone", voice="low")
SETTINGS: Settings = {
    "engine": "tone",
    "identity": "tone/1",
    "voice": "low",
    "speed": 1.0,
    "seed": 0,
    "length_seconds": None,
    "params": {"warm": True},
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(text: str, salt: str = "") -> str:
    return sha256(f"fingerprint of {text}{salt}")


def segment(chapter: str, index: int, text: str, voice: Voice = VOICE) -> Segment:
    return Segment(
        id=f"{chapter}/{index:04}",
        index=index,
        text=text,
        voice=voice,
        speed=1.0,
        seed=0,
        length_seconds=None,
        span=Span(document="book.txt", start=0, end=len(text), locator=Locator(line=index + 1)),
        boundary=Boundary.SEGMENT,
        settings=SETTINGS,
        fingerprint=fingerprint(text),
        seconds=0.5,
    )


JOB = Job(
    name="book",
    path=Path("book.yaml"),
    metadata=Metadata(),
    voices={"narrator": VOICE, "other": OTHER, "twin": TWIN},
    default_voice="narrator",
    limits=Limits(),
    pauses=Pauses(),
    rendering=Rendering(),
    sources=(),
    chapters=Selection(),
    output=Output(folder=Path("out")),
)


def chapters_of(*texts: Sequence[str], voice: Voice = VOICE) -> Iterator[Chapter]:
    """Yield chapters that have these texts."""
    for number, own in enumerate(texts, start=1):
        segments = tuple(segment(f"chapter-{number}", index, text, voice) for index, text in enumerate(own))
        yield Chapter(
            id=f"chapter-{number}",
            number=number,
            title=f"Chapter {number}",
            slug=f"{number:02}-chapter",
            parts=("Part one",),
            document="book.txt",
            digest=sha256(repr((number, own))),
            seconds=1.0 + len(own),
            segments=segments,
        )


def plan_head() -> Plan:
    """Return what the chapters share."""
    return Plan(
        job=JOB,
        language="en",
        documents={"book.txt": DocumentInfo(name="book.txt", sha256="0", text_sha256="0")},
        metadata=Metadata(title="Book", cover=b"image"),
        warnings=("it is short",),
    )


def draft_of(chapters: Iterable[Chapter], inputs: str = "inputs") -> Draft:
    """Return a draft of a plan that has these chapters."""
    draft = Draft()
    draft.write(inputs, chapters, plan_head)
    return draft


def plan_of(*texts: Sequence[str]) -> Draft:
    """Return a draft of a plan whose chapters have these texts."""
    return draft_of(chapters_of(*texts), inputs=repr(texts))


def take_of(text: str, *, number: int = 1, seed: int = 0, salt: str = "") -> Take:
    """Return a take of a text, one second long."""
    digest = sha256(f"{text} {number}{salt}")
    return Take(
        fingerprint=fingerprint(text, salt),
        number=number,
        seed=seed,
        sha256=digest,
        n_bytes=48_044,
        sample_rate=24_000,
        n_samples=24_000,
        speech_start=1_000,
        speech_end=22_000,
        pack="000001.tar",
        start=int(digest[:8], 16),
    )


def record_of(
    text: str, *, number: int = 1, seed: int = 0, salt: str = "", settings: Settings = SETTINGS
) -> TakeRecord:
    """Return what the ledger records of such a take; `salt` tells apart fingerprints of one text."""
    return TakeRecord(
        take=take_of(text, number=number, seed=seed, salt=salt),
        text_sha256=sha256(text),
        settings=settings,
        checks={"peak_dbfs": -3.5, "warnings": ("loud",)},
    )


def start(folder: Path) -> Ledger:
    """Open the ledger and a run."""
    ledger = Ledger.open(folder)
    ledger.start_run(version="1.0", manifest_sha256="0")
    return ledger


async def render(
    ledger: Ledger, text: str, *, number: int = 1, durable: bool = True, tariff: Tariff = TARIFF
) -> Take:
    """Make an attempt that ends with a take."""
    record = record_of(text, number=number)
    async with ledger.attempt(
        fingerprint(text), characters=len(text), durable=durable, tariff=tariff
    ) as attempt:
        await attempt.keep(record)
    return record.take


async def fail(
    ledger: Ledger, text: str, error: Exception, *, tariff: Tariff = TARIFF, is_last: bool = True
) -> None:
    """Make an attempt that ends with an error."""
    try:
        async with ledger.attempt(
            fingerprint(text), characters=len(text), durable=True, tariff=tariff, is_last=is_last
        ):
            raise error
    except type(error):
        pass


def live(ledger: Readable) -> dict[str, Take]:
    """Return the takes in use by fingerprint."""
    return {take.fingerprint: take for take in ledger.live_takes()}


def failures(ledger: Readable) -> dict[str, str | None]:
    """Return what was wrong with failed segments, by fingerprint."""
    return {hole.fingerprint: hole.detail for hole in ledger.holes(only_failed=True)}


def replace_plan(ledger: Ledger, *texts: Sequence[str]) -> None:
    """Give the ledger a plan whose chapters have these texts."""
    with plan_of(*texts) as draft:
        ledger.replace_plan(draft)


def pending(
    ledger: Readable,
    scope: Scope = EVERYTHING,
    *,
    retry_failed: bool = False,
    voices: Iterable[str] = JOB.voices,
) -> list[Asked]:
    """Return what is to be asked for."""
    return list(ledger.pending(scope, JOB, retry_failed=retry_failed, voices=frozenset(voices)))
