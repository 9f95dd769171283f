"""The layout of LJSpeech, read as its readers read it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from nasty_six import TEXTS, exported, utterances

from batchtts.audio import wav
from batchtts.export.datasets.dialect import curly_quotes
from batchtts.export.folder import CHANGES


def rows_of(folder: Path) -> list[list[str]]:
    """Read as a reader does that knows no quoting, and ends lines wherever Unicode does."""
    return [line.split("|") for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines()]


def test_readers_with_and_without_quoting_see_every_row_the_same(tmp_path: Path) -> None:
    lines = (exported("ljspeech", tmp_path) / "metadata.csv").read_text().splitlines()
    plain = [line.split("|") for line in lines]
    assert plain == list(csv.reader(lines, delimiter="|"))
    assert [len(row) for row in plain] == [3] * len(TEXTS)


def test_the_sound_of_a_row_is_that_of_its_take(tmp_path: Path) -> None:
    folder = exported("ljspeech", tmp_path)
    for utterance in utterances():
        assert wav.decode((folder / "wavs" / f"{utterance.id}.wav").read_bytes()).pcm == utterance.audio


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb", "a\u2028b", "a\x85b", "a\tb", "a|b", "a || b\n"])
def test_whatever_parts_rows_or_fields_becomes_a_space(tmp_path: Path, text: str) -> None:
    [row] = rows_of(exported("ljspeech", tmp_path, utterances(text=text, normalized=text)[:1]))
    assert row[1:] == ["a b", "a b"]


@pytest.mark.parametrize("text", ["|", " \n", "\u00a0|\t"])
def test_no_field_is_empty_though_nothing_is_left_of_a_text(tmp_path: Path, text: str) -> None:
    folder = exported("ljspeech", tmp_path, utterances(text=text, normalized=text)[:1])
    assert rows_of(folder)[0][1:] == ["…", "…"]
    assert len((folder / CHANGES).read_text().splitlines()) == 2


def test_the_third_field_is_what_was_spoken(tmp_path: Path) -> None:
    row = replace(utterances()[3], normalized="She quickly left Tokyo at five.")
    [(_, text, spoken)] = rows_of(exported("ljspeech", tmp_path, [row]))
    assert (text, spoken) == (TEXTS[3], "She quickly left Tokyo at five.")


def test_every_change_of_a_text_is_listed_and_no_other(tmp_path: Path) -> None:
    folder = exported("ljspeech", tmp_path)
    changes = [json.loads(line) for line in (folder / CHANGES).read_text().splitlines()]
    told = {change["id"]: change["after"] for change in changes if change["field"] == "text"}
    written = {row[0]: row[1] for row in rows_of(folder)}
    for utterance in utterances():
        assert told.get(utterance.id, utterance.text) == written[utterance.id]
        assert (utterance.id in told) is (written[utterance.id] != utterance.text)


@pytest.mark.parametrize(
    ("text", "curly"),
    [
        ('"Hello," she said. "Go!"', "“Hello,” she said. “Go!”"),
        ('He "never came back.', "He “never came back."),
        ('("Yes" — "no"—"\'tis")', "(“Yes” — “no”—“'tis”)"),
        ('""', "“”"),
        ("none", "none"),
        ("", ""),
    ],
)
def test_quotes_open_after_a_space_or_an_opening_sign_and_close_elsewhere(text: str, curly: str) -> None:
    assert curly_quotes(text) == curly
