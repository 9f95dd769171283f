"""metadata.csv of piper, read as piper reads it: by Python's csv, with quoting."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from nasty_six import SPEAKERS, TEXTS, corpus, exported, utterances


def rows_of(folder: Path) -> list[list[str]]:
    """Open it as piper does, in which lines may end in any way."""
    with (folder / "metadata.csv").open(encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="|"))


def test_quotes_and_bars_arrive_as_they_are(tmp_path: Path) -> None:
    texts = [row[-1] for row in rows_of(exported("piper", tmp_path))]
    assert texts == [" ".join(text.split()) for text in TEXTS]
    assert '"' in texts[0]
    assert "|" in texts[2]


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "two\u2028lines"])
def test_a_row_is_a_line_also_where_a_verse_has_two(tmp_path: Path, text: str) -> None:
    folder = exported("piper", tmp_path, utterances(text=text, normalized=text)[:1])
    assert len((folder / "metadata.csv").read_text(encoding="utf-8").splitlines()) == 1
    assert rows_of(folder)[0][-1] == "two lines"


def test_a_speaker_may_be_called_anything(tmp_path: Path) -> None:
    odd = replace(SPEAKERS[0], id='An|na "the" first')
    folder = exported(
        "piper", tmp_path, utterances(speaker=odd), of=replace(corpus(), speakers=(odd, SPEAKERS[1]))
    )
    assert {row[1] for row in rows_of(folder)} == {'An|na "the" first'}


def test_the_first_field_names_a_sound_that_is_there(tmp_path: Path) -> None:
    folder = exported("piper", tmp_path)
    assert all((folder / "wav" / row[0]).is_file() for row in rows_of(folder))


def test_the_text_is_what_was_spoken(tmp_path: Path) -> None:
    folder = exported("piper", tmp_path, utterances(normalized="at five")[:1])
    assert rows_of(folder)[0][-1] == "at five"


@pytest.mark.parametrize(("speakers", "n_fields"), [("auto", 2), ("always", 3)])
def test_speakers_are_named_where_there_are_several_or_always(
    tmp_path: Path, speakers: str, n_fields: int
) -> None:
    alone = replace(corpus(), speakers=SPEAKERS[:1])
    folder = exported("piper", tmp_path, utterances(speaker=SPEAKERS[0]), of=alone, speakers=speakers)
    assert {len(row) for row in rows_of(folder)} == {n_fields}


def test_several_speakers_are_named_in_the_second_field(tmp_path: Path) -> None:
    assert [row[1] for row in rows_of(exported("piper", tmp_path))] == ["anna", "ben"] * 3
