"""The way in: the text of a subtitle file becomes a document of one section, whose blocks have slots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from batchtts.documents.layout import compose
from batchtts.documents.passages import Division, Passage, weave
from batchtts.documents.subtitles.cues import Cue, Notes, Script, lines_of
from batchtts.documents.subtitles.payload import Utterance, utterances
from batchtts.documents.subtitles.srt import read_srt
from batchtts.documents.subtitles.timing import shares, slots
from batchtts.documents.subtitles.webvtt import is_webvtt, read_webvtt
from batchtts.job import Fit, FitPolicy, Metadata, SegmentSettings
from batchtts.model import BlockKind, Document, Dubbing, Slot

LONGEST_SECONDS = 300
"""To how many seconds speech may be asked to last, as for `length` in a manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleFile:
    """A subtitle file as it was read: its name, the hash of its bytes, its text, and its title."""

    name: str
    sha256: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class _Line:
    """What somebody says, and when."""

    passage: Passage
    speaker: str | None
    start_ms: int
    end_ms: int


def read_subtitles(file: SubtitleFile, fit: Fit) -> Document:
    """Return a document with a block for each cue, or for each who speaks in it, in the order of their times.

    What the file is, its first line says.  Raises `DocumentError` with line and column of all that is wrong.
    """
    notes = Notes(file.name)
    in_webvtt = is_webvtt(file.text) or file.name.lower().endswith(".vtt")
    script = (read_webvtt if in_webvtt else read_srt)(lines_of(file.text), notes)
    if in_webvtt and not file.name.lower().endswith(".vtt"):
        notes.warn(1, "this is WebVTT, whatever its name says")
    length_ms = _length_ms(script, fit, notes)
    cues = _sorted(script, notes)
    lines = [line for cue in cues for line in _lines(cue, fit, notes, in_webvtt=in_webvtt)]
    lines.sort(
        key=lambda line: line.start_ms
    )  # where cues overlap, one may begin between two speakers of another
    notes.check()
    division = Division(title=file.title, passages=tuple(line.passage for line in lines))
    document = compose(file.name, file.sha256, (division,), Metadata(language=script.language))
    return _with_slots(document, lines, fit, length_ms, notes)


def _length_ms(script: Script, fit: Fit, notes: Notes) -> int:
    """Return how long the track is; note what would lie beyond its end."""
    if fit.length_seconds is None:
        return max((cue.end_ms for cue in script.cues), default=0)
    length_ms = round(fit.length_seconds * 1000)
    for cue in script.cues:
        if cue.end_ms > length_ms:
            what = f"the cue ends {(cue.end_ms - length_ms) / 1000:g} s after the track, which is {length_ms / 1000:g} s long"
            notes.refuse(cue.line, 1, what, "Give `fit.length` a greater value, or take the cue out.")
    return length_ms


def _sorted(script: Script, notes: Notes) -> list[Cue]:
    """Return the cues by the times at which they start, and note what is odd about these."""
    latest = 0
    for cue in script.cues:
        if cue.start_ms < latest:
            notes.warn(
                cue.line, "the cue starts before the one above it; cues are taken in the order of their times"
            )
        latest = max(latest, cue.start_ms)
    found = sorted(script.cues, key=lambda cue: cue.start_ms)
    latest = 0
    for cue in found:
        if cue.start_ms < latest:
            notes.warn(cue.line, "the cue starts while another is being said; both are heard at once")
        latest = max(latest, cue.end_ms)
    return found


def _lines(cue: Cue, fit: Fit, notes: Notes, *, in_webvtt: bool) -> Iterator[_Line]:
    """Yield what is said in a cue, each with its share of the time."""
    found = utterances(cue, notes, is_webvtt=in_webvtt, speaker_lines=fit.speaker_lines)
    if not found:
        notes.warn(cue.line, "nothing is said in this cue; it is left out")
        return
    if cue.end_ms - cue.start_ms < len(found):
        what = f"the cue lasts {cue.end_ms - cue.start_ms} ms, so there is no time to say what it says"
        notes.refuse(cue.line, 1, what, "Give it a later end, or take it out.")
        return
    if fit.policy is FitPolicy.EXACT and cue.end_ms - cue.start_ms > 1000 * LONGEST_SECONDS:
        what = f"the cue lasts {(cue.end_ms - cue.start_ms) / 1000:g} s, and no speech is made to last more than {LONGEST_SECONDS} s"
        notes.refuse(cue.line, 1, what, "Cut it in several, or let `fit.policy` be shrink.")
    times = shares(cue.start_ms, cue.end_ms, [utterance.n_characters for utterance in found])
    for utterance, (start_ms, end_ms) in zip(found, times, strict=True):
        yield _Line(_passage(utterance), utterance.speaker, start_ms, end_ms)


def _passage(utterance: Utterance) -> Passage:
    passage = weave(BlockKind.SEGMENT, utterance.runs)
    assert passage is not None  # there is a letter or a digit in it
    return passage


def _settings(slot: Slot, fit: Fit) -> SegmentSettings:
    """Return how long the speech in a slot shall be, or may be at most."""
    if fit.policy is FitPolicy.EXACT:
        seconds = (slot.end_ms - slot.start_ms) / 1000
        return SegmentSettings(length_seconds=seconds, length_policy=fit.on_miss)
    most = (slot.limit_ms - slot.start_ms) / 1000
    if fit.policy is FitPolicy.SHRINK and most < LONGEST_SECONDS:
        return SegmentSettings(most_seconds=most, length_policy=fit.on_miss)
    return SegmentSettings()


def _with_slots(
    document: Document, lines: Sequence[_Line], fit: Fit, length_ms: int, notes: Notes
) -> Document:
    (section,) = document.sections
    times = [(line.start_ms, line.end_ms) for line in lines]
    found = slots(times, length_ms, use_following_silence=fit.use_following_silence)
    blocks = tuple(
        replace(block, slot=slot, speaker=line.speaker, settings=_settings(slot, fit))
        for block, slot, line in zip(section.blocks, found, lines, strict=True)
    )
    dubbing = Dubbing(length_ms=length_ms, policy=fit.policy, tolerance_seconds=fit.tolerance_seconds)
    section = replace(section, blocks=blocks, dubbing=dubbing)
    return replace(document, sections=(section,), warnings=notes.warnings())
