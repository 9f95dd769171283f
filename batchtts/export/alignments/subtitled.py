"""The cues of a chapter as an option asks for them."""

from batchtts.export.alignments.cues import Cue, for_people, one_each
from batchtts.export.timed import TimedChapter

PEOPLE, SEGMENT, WORDS = "people", "segment", "words"
"""Cues that can be read; one for each segment; one for each segment with the time of every word."""


def cues_of(chapter: TimedChapter, form: str) -> list[Cue]:
    """Return the cues of a chapter, in the order in which they begin."""
    segments = list(chapter.segments())
    if form == PEOPLE:
        return for_people(segments, chapter.sample_rate)
    return sorted(one_each(segments), key=lambda cue: (cue.start, cue.end))
