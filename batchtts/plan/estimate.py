"""How long something will be, before it is spoken."""

from collections.abc import Mapping

from batchtts.engine import EngineTraits
from batchtts.job import Pauses
from batchtts.model import Chapter, Segment


def seconds_of(segment: Segment, traits: Mapping[str, EngineTraits]) -> float:
    """Return about how many seconds of speech a segment is."""
    if segment.length_seconds is not None:
        return segment.length_seconds
    return len(segment.text) / (traits[segment.voice.engine].characters_per_second * segment.speed)


def chapter_seconds(chapter: Chapter, pauses: Pauses, traits: Mapping[str, EngineTraits]) -> float:
    """Return about how many seconds a chapter will play, its pauses included."""
    speech = sum(seconds_of(segment, traits) for segment in chapter.segments)
    silence = sum(pauses.after(segment.boundary) for segment in chapter.segments)
    return pauses.chapter_head + speech + silence
