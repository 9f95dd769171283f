"""Which deliveries a job or a command line asks for, and the book that they are made of."""

from dataclasses import dataclass

from batchtts.errors import BatchttsError, PlanError, Problem
from batchtts.export.audiobook.editions import Book
from batchtts.export.audiobook.naming import file_name, paths
from batchtts.export.audiobook.placement import MasteredChapter
from batchtts.export.book import Tags
from batchtts.job import Job
from batchtts.ledger.reading import Readable
from batchtts.model import Delivery

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_MOST_COVER_BYTES = 15 << 20
"""FLAC counts no further than 16 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which deliveries are asked for; `by` is the `job`, or the command line of the `run`."""

    formats: tuple[str, ...]
    master: str
    by: str = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What came of the wish for deliveries: all files that were asked for, and which of them this run made.

    `lacking` says in a sentence why there are none; `error` is what went wrong, if something did, and
    `is_cut_short` tells that the run was stopped meanwhile.
    """

    files: tuple[Delivery, ...] = ()
    made: tuple[Delivery, ...] = ()
    lacking: str | None = None
    error: BatchttsError | None = None
    is_cut_short: bool = False


NO_DELIVERIES = Deliveries()
CUT_SHORT = Deliveries(lacking="the run was stopped", is_cut_short=True)


def asked_by(job: Job, formats: tuple[str, ...] | None, master: str | None) -> Asked:
    """Return what is asked for: what the command line says goes before what the manifest does.

    Raises `PlanError` if anything is, and there are no chapters to make it of.
    """
    output = job.output
    asked = Asked(
        formats=output.audiobook if formats is None else formats,
        master=master or output.master,
        by="job" if formats is None and master is None else "run",
    )
    if asked.formats and not output.chapters:
        what = "audiobooks are made of chapters, and `output.chapters` is false"
        raise PlanError([Problem(where=str(job.path), what=what, hint="Leave one of the two out.")])
    return asked


def paths_of(job: Job, source: Readable, formats: tuple[str, ...]) -> list[str]:
    """Return where all files lie that are made of a planned book in these formats."""
    title = source.plan(job).metadata.title or job.name
    slugs = [chapter.slug for chapter in source.chapter_states()]
    return list(paths(file_name(title, job.name), slugs, formats))


def book_of(job: Job, ledger: Readable) -> Book:
    """Return the book that the masters in a ledger make; each chapter must have one."""
    masters = ledger.masters()
    chapters = []
    for state in ledger.chapter_states():
        master = masters[state.id]
        audio, timeline, segments, *_ = master.files  # dubbing has a report of its slots besides
        chapters.append(
            MasteredChapter(
                id=state.id,
                number=state.number,
                title=state.title,
                slug=state.slug,
                sample_rate=master.sample_rate,
                n_samples=master.n_samples,
                audio=audio,
                timeline=timeline,
                segments=segments,
            )
        )
    tags = _tags(job, ledger)
    return Book(name=file_name(tags.title, job.name), tags=tags, chapters=tuple(chapters))


def _tags(job: Job, ledger: Readable) -> Tags:
    plan = ledger.plan(job)
    known = plan.metadata
    voices = [job.voices[share.voice] for share in ledger.voices()]
    spoken = ", ".join(dict.fromkeys(f"{voice.voice} ({voice.engine})" for voice in voices))
    return Tags(
        title=known.title or job.name,
        author=known.author,
        narrator=known.narrator or ", ".join(dict.fromkeys(voice.voice for voice in voices)),
        year=known.year,
        description=known.description,
        language=plan.language,
        synthetic=f"The voice in this recording is synthetic: {spoken}. Made with batchtts.",
        cover=known.cover if unusable(known.cover) is None else None,
        chapter=None,
    )


def unusable(cover: bytes | None) -> str | None:
    """Return why no file can have this cover, in a sentence; None if files can have it, or there is none.

    Players show a JPEG or a PNG, and every format has to hold it.
    """
    if cover is None:
        return None
    if not cover.startswith((_JPEG, _PNG)):
        return "the cover is neither a JPEG nor a PNG, so deliveries have none; `job.cover` names another"
    if len(cover) > _MOST_COVER_BYTES:
        size = f"{len(cover) / (1 << 20):.1f} MiB, and files hold at most {_MOST_COVER_BYTES >> 20}"
        return f"the cover has {size}, so deliveries have none; `job.cover` names another"
    return None
