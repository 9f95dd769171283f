"""A data directory of Kaldi: what its validator looks at."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from nasty_six import RATE, SPEAKERS, corpus, exported, utterances

from batchtts.alignment import Level
from batchtts.export.datasets.lines import SortedLines
from batchtts.export.datasets.names import plain_names
from batchtts.files import sha256_of

OPEN_FILES = Path("/proc/self/fd")
ROWS = utterances()


def table(folder: Path, name: str) -> list[list[str]]:
    """Read a file as awk does, whose fields are parted by white space of ASCII alone."""
    lines = (folder / name).read_bytes().decode().removesuffix("\n").split("\n")
    return [re.split("[ \t]+", line, maxsplit=1) for line in lines]


def text_of(folder: Path, text: str) -> str:
    [(_, found)] = table(exported("kaldi", folder, [replace(ROWS[0], text=text)]), "text")
    return found


@pytest.mark.parametrize("names", [("ann", "ann-b"), ("ann-b", "ann"), ("Ann", "ann"), ("é", "Zoë 2")])
def test_speakers_are_in_order_where_utterances_are(tmp_path: Path, names: tuple[str, str]) -> None:
    speakers = tuple(replace(one, id=name) for one, name in zip(SPEAKERS, names, strict=True))
    rows = [replace(row, speaker=speakers[row.number % 2]) for row in ROWS]
    folder = exported("kaldi", tmp_path, rows, of=replace(corpus(), speakers=speakers))
    pairs = table(folder, "utt2spk")
    assert pairs == sorted(pairs, key=lambda pair: (pair[1].encode(), pair[0].encode())) == sorted(pairs)
    assert len(table(folder, "spk2utt")) == 2
    assert all(id_.startswith(f"{speaker}-") for id_, speaker in pairs)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("<s> and </s>, “<s>.” too", "‹s› and ‹/s›, “‹s›.” too"),
        ("item #0, #0. but #05 and C#0", "item ＃0, ＃0. but #05 and C#0"),
        ("a <quick> | fox", "a <quick> | fox"),
        (" \n", "…"),
    ],
)
def test_what_kaldi_refuses_is_changed_and_nothing_else(tmp_path: Path, text: str, written: str) -> None:
    assert text_of(tmp_path, text) == written


def test_sounds_are_wav_whatever_others_get_and_their_paths_are_relative(tmp_path: Path) -> None:
    folder = exported("kaldi", tmp_path, utterances(audio_format="flac"))
    for _, path in table(folder, "wav.scp"):
        assert (folder / path).read_bytes()[:4] == b"RIFF"


def test_there_is_no_ctm_where_words_are_not_timed(tmp_path: Path) -> None:
    rows = [
        replace(row, alignment=replace(row.alignment, level=Level.SEGMENT)) for row in utterances(Level.WORD)
    ]
    assert not (exported("kaldi", tmp_path, rows, of=corpus(Level.SEGMENT)) / "ctm").exists()


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    sums = [
        sha256_of(exported("kaldi", tmp_path / str(number), rows) / "utt2spk")
        for number, rows in enumerate((ROWS, ROWS[::-1]))
    ]
    assert sums[0] == sums[1]


@pytest.mark.parametrize(("most_bytes", "most_runs"), [(1, 200), (1, 3), (100, 2), (10_000, 200)])
def test_more_lines_than_are_held_are_sorted_by_their_bytes(
    tmp_path: Path, most_bytes: int, most_runs: int
) -> None:
    lines = SortedLines(tmp_path, most_bytes=most_bytes, most_runs=most_runs)
    keys = ["b", "é", "a-1", "a1", "A", "ab", "\u00ff", "東"]
    for key in keys:
        lines.add(key, f"{key} tail ")
    assert list(lines.taken()) == [f"{key} tail " for key in sorted(keys, key=str.encode)]
    assert list(tmp_path.iterdir()) == []


def test_all_files_have_the_same_ids_and_agree(tmp_path: Path) -> None:
    folder = exported("kaldi", tmp_path)
    ids = [id_ for id_, _ in table(folder, "utt2spk")]
    assert ids == sorted(ids)
    for name in ("wav.scp", "text", "utt2dur", "reco2dur", "utt2split"):
        assert [id_ for id_, _ in table(folder, name)] == ids
    told = [(id_, speaker) for speaker, own in table(folder, "spk2utt") for id_ in own.split(" ")]
    assert [[id_, speaker] for id_, speaker in told] == table(folder, "utt2spk")
    assert dict(table(folder, "utt2split"))[f"ben-{ROWS[5].id}"] == "test"


def test_lengths_and_words_lead_back_to_their_samples(tmp_path: Path) -> None:
    folder = exported("kaldi", tmp_path)
    lengths = {id_: round(float(seconds) * RATE) for id_, seconds in table(folder, "utt2dur")}
    words = [line.split(" ") for line in (folder / "ctm").read_text(encoding="utf-8").splitlines()]
    for row in ROWS:
        key = f"{row.speaker.id}-{row.id}"
        assert lengths[key] == row.audio.n_samples
        assert [
            (word, round(float(start) * RATE), round(float(seconds) * RATE))
            for id_, _, start, seconds, word in words
            if id_ == key
        ] == [(item.text, item.start, item.n_samples) for item in row.alignment.words]


@pytest.mark.parametrize(("gender", "is_there"), [("male", True), ("unknown", False)])
def test_genders_are_there_if_all_are_known(tmp_path: Path, gender: str, is_there: bool) -> None:
    speakers = (SPEAKERS[0], replace(SPEAKERS[1], gender=gender))
    folder = exported("kaldi", tmp_path, of=replace(corpus(), speakers=speakers))
    assert (folder / "spk2gender").exists() is is_there


def test_names_of_speakers_differ_also_in_plain_letters() -> None:
    names = ("a b", "a-b", "A.B", "東京", "abx1")
    speakers = [replace(SPEAKERS[0], id=name, number=number) for number, name in enumerate(names)]
    assert list(plain_names(speakers).values()) == ["ab", "abx1", "ABx2", "speaker3", "abx1x4"]


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="this system does not tell which files are open")
def test_few_files_are_open_however_many_lines_there_are(tmp_path: Path) -> None:
    lines = SortedLines(tmp_path, most_bytes=1, most_runs=5)
    n_before = len([*OPEN_FILES.iterdir()])
    for number in range(100):
        lines.add(f"{number * 37 % 100:02}", str(number))
    assert len([*OPEN_FILES.iterdir()]) - n_before <= 5
    assert [int(line) * 37 % 100 for line in lines.taken()] == [*range(100)]
