"""Takes become a master: one WAV file of a chapter, and the alignment files that belong to it.

Takes are read one after another and written at once, so memory does not grow with the chapter.  Each is
hashed as it is read: a take that is not what the ledger says never gets into a master.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field

from batchtts.audio import wav
from batchtts.files import HashingFile, Workspace, writing
from batchtts.model import RECIPE, Chapter, Master, OutputFile, Plan, Take, canonical_json
from batchtts.stitch import records
from batchtts.stitch.layers import laid
from batchtts.stitch.residuals import residuals, slots_report
from batchtts.stitch.room_tone import Tone
from batchtts.stitch.seams import find_seams, samples_around
from batchtts.stitch.slots import lay_out_slots, slots_of
from batchtts.stitch.timeline import Timeline, lay_out
from batchtts.takes.reading import TakeReader

_STRETCH_BYTES = 1 << 20
"""Every write, and every update of a hash, costs as much for a short take as for all that is written at once."""


@dataclass(frozen=True, slots=True)
class _Paths:
    """The names of a chapter's files, relative to the output folder."""

    audio: str
    segments: str
    chapter: str
    slots: str


@dataclass(frozen=True, slots=True)
class _Notes:
    """The files in which segments are noted as they pass, and the name of the first of them.

    `lengths` are, of a chapter with slots, what was done to each take to make it fit, where anything was.
    """

    segments: HashingFile
    timeline: HashingFile
    segments_name: str
    lengths: list[object] = field(default_factory=list)


def recipe(plan: Plan, chapter: Chapter, takes: Mapping[str, Take]) -> str:
    """Return the hash of all that goes into a chapter's files; equal recipes give equal bytes."""
    return _recipe(plan, chapter, _timeline(plan, chapter, takes))


def _timeline(plan: Plan, chapter: Chapter, takes: Mapping[str, Take]) -> Timeline:
    if chapter.dubbing is not None:
        return lay_out_slots(chapter, chapter.dubbing, takes, plan.job.pauses)
    return lay_out(chapter, takes, plan.job.pauses)


def _recipe(plan: Plan, chapter: Chapter, timeline: Timeline) -> str:
    digest = hashlib.sha256()
    document = plan.documents[chapter.document]
    frame = [
        RECIPE,
        chapter.id,
        chapter.number,
        chapter.title,
        chapter.slug,
        list(chapter.parts),
        plan.language,
    ]
    frame += [document.name, document.sha256, document.text_sha256]
    frame += records.processing(plan.job, timeline.sample_rate)
    if chapter.dubbing is not None:
        frame += [asdict(chapter.dubbing), [asdict(slot) for _, slot in slots_of(chapter)]]
    digest.update(canonical_json(frame).encode())
    for cut in timeline.cuts:
        segment, locator = cut.segment, cut.segment.span.locator
        entry = [segment.id, cut.take.sha256, segment.voice.name, segment.span.start, segment.span.end]
        entry += [locator.href, locator.xpath, locator.line, str(segment.boundary)]
        entry += [cut.start, cut.lead, cut.tail, cut.gap_after]
        digest.update(canonical_json(entry).encode())
    return digest.hexdigest()


def assemble(plan: Plan, chapter: Chapter, takes: Mapping[str, Take], workspace: Workspace) -> Master:
    """Write the files of a chapter, whole or not at all; raise `TakeDamaged` if a take is."""
    timeline = _timeline(plan, chapter, takes)
    paths = _paths(chapter)
    pcm = hashlib.sha256()
    with ExitStack() as stack:
        # Files get their names in the reverse order: the audio first, then what describes it.
        report = stack.enter_context(writing(workspace.path(paths.slots))) if chapter.dubbing else None
        page = stack.enter_context(writing(workspace.path(paths.chapter)))
        lines = stack.enter_context(writing(workspace.path(paths.segments)))
        audio = stack.enter_context(writing(workspace.path(paths.audio)))
        reader = stack.enter_context(TakeReader(workspace))
        page.write(records.chapter_opening(plan, chapter))
        audio.write(wav.header(timeline.sample_rate, timeline.n_samples))
        notes = _Notes(lines, page, paths.segments)
        tone = Tone(plan.job.output.room_tone)
        placed = _placed(plan, chapter, timeline, reader, notes)
        for samples in _stretches(laid(placed, tone, timeline.n_samples)):
            audio.write(samples)
            pcm.update(samples)
        audio_file = _output(paths.audio, audio)
        page.write(records.chapter_closing(plan, timeline, audio_file, pcm.hexdigest()))
        if report is not None and chapter.dubbing is not None:
            found = residuals(chapter, timeline, notes.lengths)
            report.write(slots_report(chapter, chapter.dubbing, timeline, found))
    described = [_output(paths.chapter, page), _output(paths.segments, lines)]
    described += [_output(paths.slots, report)] if report is not None else []
    return Master(
        chapter=chapter.id,
        recipe=_recipe(plan, chapter, timeline),
        sample_rate=timeline.sample_rate,
        n_samples=timeline.n_samples,
        files=(audio_file, *described),
    )


def _placed(
    plan: Plan, chapter: Chapter, timeline: Timeline, reader: TakeReader, notes: _Notes
) -> Iterator[tuple[int, bytes]]:
    """Yield what is heard of each take, seams included, after the sample at which it begins; note it as it passes."""
    tone, pauses = Tone(plan.job.output.room_tone), plan.job.pauses
    seams = find_seams(timeline, round(pauses.fade * timeline.sample_rate))
    for index, (cut, seam) in enumerate(zip(timeline.cuts, seams, strict=True)):
        stored = reader.load(cut.take)
        pcm_sha256 = stored.speech.audio.sha256
        record = records.segment_record(plan, chapter, cut, stored, pcm_sha256)
        notes.segments.write(records.line(record))
        place = records.timeline_record(cut, seam, notes.segments_name, pcm_sha256)
        notes.timeline.write(records.entry(place, index))
        if chapter.dubbing is not None:
            notes.lengths.append(stored.checks.get("length"))
        yield cut.start - seam.lent_before, b"".join(samples_around(stored.speech.audio, cut, seam, tone))


def _stretches(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in longer pieces."""
    gathered: list[bytes] = []
    n_bytes = 0
    for piece in pieces:
        gathered.append(piece)
        n_bytes += len(piece)
        if n_bytes >= _STRETCH_BYTES:
            yield b"".join(gathered)
            gathered, n_bytes = [], 0
    yield b"".join(gathered)


def _paths(chapter: Chapter) -> _Paths:
    return _Paths(
        audio=f"chapters/{chapter.slug}.wav",
        segments=f"alignment/{chapter.slug}.segments.jsonl",
        chapter=f"alignment/{chapter.slug}.json",
        slots=f"alignment/{chapter.slug}.slots.json",
    )


def _output(path: str, file: HashingFile) -> OutputFile:
    return OutputFile(path=path, sha256=file.sha256, n_bytes=file.n_bytes)
