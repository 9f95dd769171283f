"""The layout of LibriTTS, read by the rules of its readers."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from nasty_six import exported, utterances

from batchtts.audio import wav
from batchtts.audio.levels import speech_to_rest
from batchtts.audio.pcm import Pcm
from batchtts.export.folder import CHANGES


def placed(paragraph: int, sentence: int, number: int = 0, *, chapter: int = 1, text: str = "x"):  # type: ignore[no-untyped-def]
    row = utterances()[0]
    origin = replace(row.origin, paragraph=paragraph, sentence=sentence, chapter_number=chapter)
    return replace(row, number=number, id=f"row-{number}", origin=origin, text=text, normalized=text)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_a_table_for_each_chapter_is_in_the_order_of_paragraphs_and_sentences(tmp_path: Path) -> None:
    places = [(2, 0), (0, 1), (0, 0), (10, 0)]
    rows = [placed(*place, number) for number, place in enumerate(places)] + [placed(0, 0, 9, chapter=12)]
    root = exported("libritts", tmp_path, rows) / "LibriTTS" / "train-clean-100" / "0"
    assert sorted(path.name for path in root.iterdir()) == ["1", "12"]
    for name in ("0_1.trans.tsv", "0_1.book.tsv"):
        ids = [line.split("\t")[0] for line in lines(root / "1" / name)]
        assert ids == [f"0_1_{paragraph:06}_{sentence:06}" for paragraph, sentence in sorted(places)]


def test_speakers_have_the_numbers_that_they_have_everywhere(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in lines(exported("libritts", tmp_path) / "ids.tsv")]
    assert [(row[0].split("_")[0], row[2]) for row in rows] == [("0", "anna"), ("1", "ben")] * 3


def test_rows_of_tables_have_three_fields_whatever_is_in_a_text(tmp_path: Path) -> None:
    folder = exported("libritts", tmp_path, [placed(0, 0, text="a\tb\nc\u2028d\x85e")])
    [path] = folder.rglob("*.trans.tsv")
    assert [line.split("\t") for line in lines(path)] == [["0_1_000000_000000", "a b c d e", "a b c d e"]]
    change = json.loads((folder / CHANGES).read_bytes().split(b"\n")[0])
    assert (change["id"], change["after"]) == ("row-0", "a b c d e")


def test_both_texts_lie_beside_the_sound_in_a_line_each(tmp_path: Path) -> None:
    row = replace(utterances()[3], normalized="She quickly left Tokyo at five.")
    folder = exported("libritts", tmp_path, [row])
    [original], [normalized] = (list(folder.rglob(f"*.{kind}.txt")) for kind in ("original", "normalized"))
    assert lines(original) == [row.text]
    assert lines(normalized) == ["She quickly left Tokyo at five."]


def test_splits_are_called_as_the_parts_of_the_original(tmp_path: Path) -> None:
    root = exported("libritts", tmp_path) / "LibriTTS"
    assert {path.name for path in root.iterdir()} == {
        "SPEAKERS.txt",
        "train-clean-100",
        "dev-clean",
        "test-clean",
    }


def test_the_sound_of_a_row_is_that_of_its_take(tmp_path: Path) -> None:
    folder = exported("libritts", tmp_path)
    ids = {row[1]: row[0] for row in (line.split("\t") for line in lines(folder / "ids.tsv"))}
    for row in utterances():
        [path] = folder.rglob(f"{ids[row.id]}.wav")
        assert wav.decode(path.read_bytes()).pcm == row.audio


def test_the_last_field_of_a_book_is_how_much_louder_speech_is_than_the_rest(tmp_path: Path) -> None:
    rows = [line for path in exported("libritts", tmp_path).rglob("*.book.tsv") for line in lines(path)]
    assert len(rows) == 6
    assert all(60 < float(row.split()[-1]) < 62 for row in rows)  # 3000 against 3, less the edges of words


def test_speakers_are_listed_with_their_sex_and_their_minutes_in_each_part(tmp_path: Path) -> None:
    first, *others = lines(exported("libritts", tmp_path) / "LibriTTS" / "SPEAKERS.txt")
    assert first.startswith(";ID")
    told = [[part.strip() for part in line.split("|")] for line in others]
    assert [(number, sex, part, name) for number, sex, part, _, name in told] == [
        ("0", "F", "dev-clean", "anna"),
        ("0", "F", "train-clean-100", "anna"),
        ("1", "M", "test-clean", "ben"),
        ("1", "M", "train-clean-100", "ben"),
    ]
    rows = [row for row in utterances() if (row.split, row.speaker.number) == ("train", 0)]
    assert told[1][3] == f"{sum(row.seconds for row in rows) / 60:.2f}"


def test_a_ratio_is_what_it_is_and_never_endless() -> None:
    def ratio(quiet: int, loud: int) -> float:
        return speech_to_rest(
            Pcm(struct.pack("<20h", *[quiet] * 5, *[loud] * 10, *[quiet] * 5), 24_000), 5, 15
        )

    assert ratio(10, 1000) == 40
    assert ratio(-32768, 32767) == pytest.approx(0, abs=1e-3)
    assert ratio(0, 1000) == ratio(0, 0) == 100
