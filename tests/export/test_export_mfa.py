"""A corpus for the Montreal Forced Aligner, and our alignments beside it."""

import csv
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from nasty_six import RATE, SPEAKERS, corpus, exported, utterances

from batchtts.alignment import Level
from batchtts.export.utterance import Utterance

Tier = list[tuple[str, str, str]]


def tiers_of(path: Path) -> dict[str, Tier]:
    tiers: dict[str, Tier] = {}
    for part in path.read_text(encoding="utf-8").split('class = "IntervalTier"')[1:]:
        [name] = re.findall(r'name = "(.*)"', part)
        tiers[name] = re.findall(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "(.*)"\n', part)
    return tiers


def phones_of(row: Utterance) -> list[tuple[int, int, str]]:
    found = []
    for word in row.alignment.words:
        position = word.start
        for phone, n_samples in zip(word.phonemes, word.phoneme_n_samples, strict=True):
            found.append((position, position + n_samples, phone))
            position += n_samples
    return found


def samples(tier: Tier) -> list[tuple[int, int, str]]:
    return [
        (round(float(start) * RATE), round(float(end) * RATE), label) for start, end, label in tier if label
    ]


def test_words_and_phones_lead_back_to_their_samples(tmp_path: Path) -> None:
    folder = exported("mfa", tmp_path)
    for row in utterances():
        tiers = tiers_of(folder / "aligned" / row.speaker.id / f"{row.id}.TextGrid")
        assert samples(tiers["words"]) == [(word.start, word.end, word.text) for word in row.alignment.words]
        assert samples(tiers["phones"]) == phones_of(row)


def test_tiers_tile_the_sound_without_intervals_of_no_length(tmp_path: Path) -> None:
    for path in (exported("mfa", tmp_path) / "aligned").rglob("*.TextGrid"):
        for tier in tiers_of(path).values():
            assert float(tier[0][0]) == 0
            assert all(float(start) < float(end) for start, end, _ in tier)
            assert all(one[1] == other[0] for one, other in pairwise(tier))


def test_there_are_no_phones_where_they_are_not_known(tmp_path: Path) -> None:
    folder = exported("mfa", tmp_path, utterances(Level.WORD), of=corpus(Level.WORD))
    assert {tuple(tiers_of(path)) for path in (folder / "aligned").rglob("*.TextGrid")} == {("words",)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("He (as she knew) left.", "He as she knew left."),
        ("[a] {b} <c> ＜d＞", "a b c d"),
        ("verse\nof two", "verse of two"),
        ("()", "…"),
    ],
)
def test_labels_have_no_brackets_whose_words_would_be_taken_for_noise(
    tmp_path: Path, text: str, label: str
) -> None:
    row = replace(utterances()[0], normalized=text)
    [path] = (exported("mfa", tmp_path, [row]) / "corpus").rglob("*.lab")
    assert path.read_text(encoding="utf-8") == f"{label}\n"


def test_speakers_become_names_of_folders(tmp_path: Path) -> None:
    odd = replace(SPEAKERS[0], id="../Frau Müller/2")
    folder = exported("mfa", tmp_path, utterances(speaker=odd), of=replace(corpus(), speakers=(odd,)))
    for room in ("corpus", "aligned"):
        assert [path.name for path in (folder / room).iterdir()] == ["FrauMuller2"]


def test_sounds_are_flac_if_the_dataset_is(tmp_path: Path) -> None:
    folder = exported("mfa", tmp_path, utterances(audio_format="flac"))
    assert {path.suffix for path in (folder / "corpus").rglob("*.*")} == {".flac", ".lab"}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_other_forms_have_the_same_tiers(tmp_path: Path, form: str) -> None:
    grids = exported("mfa", tmp_path / "grids") / "aligned"
    others = exported("mfa", tmp_path / form, form=form) / "aligned"
    for path in sorted(grids.rglob("*.TextGrid")):
        other = (others / path.relative_to(grids)).with_suffix(f".{form}")
        wanted = {
            name: [(float(start), float(end), label.replace('""', '"')) for start, end, label in tier]
            for name, tier in tiers_of(path).items()
        }
        assert (from_json if form == "json" else from_csv)(other) == wanted


def from_json(path: Path) -> dict[str, list[tuple[float, float, str]]]:
    tiers = json.loads(path.read_text(encoding="utf-8"))["tiers"]
    return {name: [tuple(entry) for entry in tier["entries"]] for name, tier in tiers.items()}


def from_csv(path: Path) -> dict[str, list[tuple[float, float, str]]]:
    found: dict[str, list[tuple[float, float, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["Speaker"] == path.parent.name
            found.setdefault(row["Type"], []).append((float(row["Begin"]), float(row["End"]), row["Label"]))
    return found
