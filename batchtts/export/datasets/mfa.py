"""A corpus for the Montreal Forced Aligner, and beside it our own alignments in its forms, to be compared.

`corpus/SPEAKER/ID.wav` and `.lab` are what it reads, `aligned/SPEAKER/ID.TextGrid` what it writes: tiers `words` and
`phones`, or the same as JSON or CSV.  Reading back, it passes over intervals shorter than 10 ms.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from batchtts.alignment import Level
from batchtts.export.alignments.seconds import seconds
from batchtts.export.alignments.textgrid import Interval, phones_of, textgrid, tiled
from batchtts.export.datasets.dialect import unbracketed
from batchtts.export.datasets.names import plain_names
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

ENDINGS = {"textgrid": "TextGrid", "json": "json", "csv": "csv"}
"""What files of our own alignments end in, by the option `form`."""

Tiers: TypeAlias = Mapping[str, Sequence[Interval]]


class MfaWriter:
    """Writes `corpus/` and `aligned/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._speakers = plain_names(target.corpus.speakers)
        self._form = str(target.options["form"])

    def add(self, utterance: Utterance) -> None:
        """Write a row, its sound and its alignment."""
        speaker = self._speakers[utterance.speaker.id]
        name = f"{speaker}/{utterance.id}"
        self._folder.write(f"corpus/{name}.{utterance.audio_format}", utterance.sound)
        self._folder.write(f"corpus/{name}.lab", f"{unbracketed(utterance, self._folder)}\n".encode())
        n_samples, rate = utterance.audio.n_samples, utterance.audio.sample_rate
        tiers = _tiers(utterance, n_samples)
        if self._form == "json":
            text = _as_json(tiers, n_samples, rate)
        elif self._form == "csv":
            text = _as_csv(tiers, rate, speaker)
        else:
            text = textgrid(tiers, n_samples, rate)
        self._folder.write(f"aligned/{name}.{ENDINGS[self._form]}", text.encode())

    def finish(self) -> None:
        """Write nothing more."""


def _tiers(utterance: Utterance, n_samples: int) -> Tiers:
    """Return what is said when, and silence in between; there are phones only where they are known."""
    words = utterance.alignment.words
    spoken = (Interval(word.start, word.end, " ".join(word.text.split())) for word in words)
    tiers = {"words": list(tiled(spoken, n_samples))}
    if utterance.alignment.level is Level.PHONEME:
        phones = (phone for word in words for phone in phones_of(word))
        tiers["phones"] = list(tiled(phones, n_samples))
    return tiers


def _as_json(tiers: Tiers, n_samples: int, rate: int) -> str:
    def at(position: int) -> float:
        return float(seconds(position, rate))

    form = {
        "start": 0,
        "end": at(n_samples),
        "tiers": {
            kind: {
                "type": "interval",
                "entries": [[at(each.start), at(each.end), each.label] for each in intervals],
            }
            for kind, intervals in tiers.items()
        },
    }
    return json.dumps(form, ensure_ascii=False, indent=4)


def _as_csv(tiers: Tiers, rate: int, speaker: str) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("Begin", "End", "Label", "Type", "Speaker"))
    for kind, intervals in tiers.items():
        for each in intervals:
            rows.writerow((seconds(each.start, rate), seconds(each.end, rate), each.label, kind, speaker))
    return out.getvalue()


def open_writer(target: Target) -> MfaWriter:
    """Begin an export."""
    return MfaWriter(target)
