"""The layout of LJSpeech, read as its readers read it."""

import csv
from pathlib import Path

from nasty_six import TEXTS, exported, utterances

from batchtts.audio import wav


def test_readers_with_and_without_quoting_see_every_row_the_same(tmp_path: Path) -> None:
    lines = (exported("ljspeech", tmp_path) / "metadata.csv").read_text().splitlines()
    plain = [line.split("|") for line in lines]
    assert plain == list(csv.reader(lines, delimiter="|"))
    assert [len(row) for row in plain] == [3] * len(TEXTS)


def test_the_sound_of_a_row_is_that_of_its_take(tmp_path: Path) -> None:
    folder = exported("ljspeech", tmp_path)
    for utterance in utterances():
        assert wav.decode((folder / "wavs" / f"{utterance.id}.wav").read_bytes()).pcm == utterance.audio
