"""`alignment.jsonl`: what is spoken when in the sound of an export, a line for each segment, in samples.

It lies in every export, also where the format itself can hold no times, or only rounded ones: it is what
readers of the other files are held against.  Items are as in `batchtts.segment/1`.
"""

from batchtts import alignment as alignments
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.utterance import Utterance

ALIGNMENT = "alignment.jsonl"
"""The file."""


def of_utterance(utterance: Utterance) -> dict[str, object]:
    """Return the line of a row; its times count from the beginning of its own sound."""
    return {
        "id": utterance.id,
        "text_id": utterance.text_id,
        "speaker": utterance.speaker.id,
        "split": utterance.split,
        "text": utterance.text,
        "pcm_sha256": utterance.pcm_sha256,
        "num_samples": utterance.audio.n_samples,
        **alignments.to_json(utterance.alignment),
    }


def of_segment(chapter: TimedChapter, segment: TimedSegment) -> dict[str, object]:
    """Return the line of a segment; its times count from the beginning of its chapter."""
    return {
        "id": segment.id,
        "chapter": chapter.slug,
        "speaker": segment.speaker,
        "text": segment.text,
        "start": segment.start,
        "num_samples": segment.n_samples,
        "chapter_num_samples": chapter.n_samples,
        **alignments.to_json(segment.alignment),
    }
