"""Tables of datasets, read as the programs read them that train on them."""

import csv
import json
from pathlib import Path

from batchtts.export.normalized import normalized
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import plain, words


def ljspeech(folder: ExportedFolder) -> Reading:
    """Read LJSpeech's metadata.csv without quoting, and with it: some readers do this, some that."""
    reading = Reading()
    lines = (folder.path / "metadata.csv").read_text(encoding="utf-8").splitlines()
    wanted = [(truth.id, folder.changes.get((truth.id, "text"), truth.text)) for truth in folder.truths()]
    for way, rows in (
        ("without quoting", list(csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE))),
        ("with quoting", list(csv.reader(lines, delimiter="|"))),
    ):
        reading.expect_all(f"rows {way}", "metadata.csv", [(row[0], row[1]) for row in rows], wanted)
        for row in rows:
            if len(row) != 3 or not row[2]:
                reading.complain(f"{row[0]}: has {len(row)} fields, the third is {row[2:3]}")
    return reading


def piper(folder: ExportedFolder) -> Reading:
    """Read metadata.csv as piper does: the first field is the sound, the last the text, a third the speaker."""
    reading = Reading()
    with (folder.path / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="|"))
    truths = list(folder.truths())
    reading.expect_all(
        "rows", "metadata.csv", [row[0] for row in rows], [f"{truth.id}.wav" for truth in truths]
    )
    texts = [
        folder.changes.get((truth.id, "normalized"), normalized(truth.text, truth.alignment))
        for truth in truths
    ]
    reading.expect_all("texts", "metadata.csv", [row[-1] for row in rows], texts)
    if any(len(row) == 3 for row in rows):
        reading.expect_all(
            "speakers", "metadata.csv", [row[1] for row in rows], [truth.speaker for truth in truths]
        )
    for row in rows:
        if not (folder.path / "wav" / row[0]).is_file():
            reading.complain(f"{row[0]}: there is no such sound")
    return reading


def nemo(folder: ExportedFolder) -> Reading:
    """Read the manifests as NeMo does: every line an object, every sound there, every speaker a number."""
    reading = Reading()
    found = {}
    for path in sorted(folder.path.glob("*_manifest.json")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row["id"] in found:
                reading.complain(f"{row['id']}: comes twice")
            found[row["id"]] = row
            if type(row["speaker"]) is not int or not (path.parent / row["audio_filepath"]).is_file():
                reading.complain(f"{row['id']}: speaker {row['speaker']!r}, sound {row['audio_filepath']}")
    for truth in folder.truths():
        row, rate = found.pop(truth.id, {}), truth.alignment.sample_rate
        own = [
            (round(word["start"] * rate), round(word["end"] * rate), plain(word["word"]))
            for word in row.get("words", [])
        ]
        reading.expect(
            "rows",
            truth.id,
            (row.get("text"), round(row.get("duration", 0) * rate)),
            (truth.text, truth.n_samples),
        )
        reading.expect_all("words with both boundaries", truth.id, own, words([truth]))
    for id_ in found:
        reading.complain(f"{id_}: was not exported")
    return reading


def kaldi(folder: ExportedFolder) -> Reading:
    """Read a data directory by the rules of Kaldi's validate_data_dir.sh: order, ids that match, no foreign spaces."""
    reading = Reading()
    rows = {name: _pairs(folder.path / name, reading) for name in ("wav.scp", "text", "utt2spk", "utt2dur")}
    ids = list(rows["utt2spk"])
    for name in ("wav.scp", "text", "utt2dur"):
        reading.expect_all(f"ids of {name}", name, list(rows[name]), ids)
    speakers = list(rows["utt2spk"].values())
    if speakers != sorted(speakers):
        reading.complain("utt2spk: speakers are not in order when utterances are")
    for id_, speaker in rows["utt2spk"].items():
        if not id_.startswith(f"{speaker}-"):
            reading.complain(f"{id_}: does not begin with its speaker {speaker}")
    told = {
        id_: speaker
        for speaker, own in _pairs(folder.path / "spk2utt", reading).items()
        for id_ in own.split()
    }
    reading.expect("speakers", "spk2utt", told, rows["utt2spk"])
    truths = {truth.id: truth for truth in folder.truths()}
    spoken = _ctm(folder.path / "ctm")
    for id_, seconds in rows["utt2dur"].items():
        truth = truths[id_.partition("-")[2]]
        rate = truth.alignment.sample_rate
        reading.expect("lengths", id_, round(float(seconds) * rate), truth.n_samples)
        reading.expect(
            "texts", id_, rows["text"].get(id_), folder.changes.get((truth.id, "text"), truth.text)
        )
        own = [(start, end, text.replace(" ", "_")) for start, end, text in words([truth])]
        found = [(round(start * rate), round(end * rate), word) for word, start, end in spoken.get(id_, ())]
        reading.expect_all("words with both boundaries", id_, found, own)
    return reading


def _ctm(path: Path) -> dict[str, list[tuple[str, float, float]]]:
    """Return the words of each utterance with the seconds from which and up to which they are spoken."""
    found: dict[str, list[tuple[str, float, float]]] = {}
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    for id_, _, start, duration, word in (line.split(" ") for line in lines if line):
        found.setdefault(id_, []).append((word, float(start), float(start) + float(duration)))
    return found


def mfa(folder: ExportedFolder) -> Reading:
    """Read the transcripts as the Montreal Forced Aligner does: beside each sound, in the folder of who speaks."""
    reading = Reading()
    corpus = folder.path / "corpus"
    found = {path.stem: path for path in corpus.glob("*/*.lab")}
    for truth in folder.truths():
        path = found.pop(truth.id, None)
        text = folder.changes.get((truth.id, "normalized"), normalized(truth.text, truth.alignment))
        reading.expect(
            "texts", truth.id, None if path is None else path.read_text(encoding="utf-8"), f"{text}\n"
        )
        if path is not None and not any(path.with_suffix(ending).is_file() for ending in (".wav", ".flac")):
            reading.complain(f"{truth.id}: there is no sound beside its transcript")
    for name in sorted(found):
        reading.complain(f"{name}: has a transcript, and was not exported")
    return reading


def _pairs(path: Path, reading: Reading) -> dict[str, str]:
    """Return the lines of a file by their first word; complain if they are not sorted as the locale C does it."""
    lines = path.read_bytes().decode().removesuffix("\n").split("\n")
    if lines != sorted(lines, key=str.encode):
        reading.complain(f"{path.name}: its lines are not in order")
    for line in lines:
        if line != " ".join(line.split()):
            reading.complain(f"{path.name}: {line!r} has white space that Kaldi refuses")
    return dict(_first(line) for line in lines)


def _first(line: str) -> tuple[str, str]:
    first, _, rest = line.partition(" ")
    return first, rest
