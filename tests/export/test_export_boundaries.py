"""The lines of alignment.jsonl tell what the takes' own alignments do."""

from pathlib import Path

from nasty_six import FRAME, RATE, TEXTS, alignment, chapter, utterances

from batchtts.alignment import from_json
from batchtts.export.boundaries import of_segment, of_utterance


def test_a_segment_of_a_chapter_keeps_the_grid_and_the_alphabet_of_its_take(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    for text, segment in zip(TEXTS, own.segments(), strict=True):
        told, take = from_json(of_segment(own, segment)), alignment(text)
        assert (told.frame, told.alphabet, told.sample_rate) == (FRAME, take.alphabet, RATE)
        assert (told.items[0].start, told.n_samples) == (segment.start, segment.end)


def test_a_row_has_the_alignment_of_its_own_sound() -> None:
    for row in utterances():
        assert from_json(of_utterance(row)) == row.alignment
