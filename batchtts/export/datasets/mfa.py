"""A corpus for the Montreal Forced Aligner, and beside it our own alignments in its forms, to be compared.

`corpus/SPEAKER/ID.wav` and `.lab` are what it reads, `aligned/SPEAKER/ID.TextGrid` what it writes: tiers `words` and
`phones`, or the same as JSON or CSV.  Reading back, it passes over intervals shorter than 10 ms.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from batchtts.alignment import Level
from batchtts.export.alignments.seconds import seconds
from batchtts.export.alignments.textgrid import Interval, phones_of, textgrid, tiled
from batchtts.export.datasets.dialect import one_line
from batchtts.export.datasets.names import plain_names
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_ENDINGS = {"textgrid": "TextGrid", "json": "json", "csv": "csv"}


class MfaWriter:
    """Writes `corpus/` and `aligned/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._speakers = plain_names(target.corpus.speakers)
        self._form = str(target.options["form"])

    def add(self, utterance: Utterance) -> None:
        """Write a row, its sound and its alignment."""
        name = f"{self._speakers[utterance.speaker.id]}/{utterance.id}"
        self._folder.write(f"corpus/{name}.wav", utterance.wav)
        self._folder.write(f"corpus/{name}.lab", f"{one_line(utterance, self._folder)}\n".encode())
        text = _FORMS[self._form](_tiers(utterance), utterance)
        self._folder.write(f"aligned/{name}.{_ENDINGS[self._form]}", text.encode())

    def finish(self) -> None:
        """Write nothing more."""


Tiers = Mapping[str, Sequence[Interval]]


def _tiers(utterance: Utterance) -> Tiers:
    words, n_samples = utterance.alignment.words, utterance.audio.n_samples
    spoken = (Interval(word.start, word.end, " ".join(word.text.split())) for word in words)
    tiers = {"words": list(tiled(spoken, n_samples))}
    if utterance.alignment.level is Level.PHONEME:
        phones = (phone for word in words for phone in phones_of(word))
        tiers["phones"] = list(tiled(phones, n_samples))
    return tiers


def _as_textgrid(tiers: Tiers, utterance: Utterance) -> str:
    return textgrid(tiers, utterance.audio.n_samples, utterance.audio.sample_rate)


def _as_json(tiers: Tiers, utterance: Utterance) -> str:
    rate = utterance.audio.sample_rate
    form = {
        "start": 0,
        "end": float(seconds(utterance.audio.n_samples, rate)),
        "tiers": {
            name: {
                "type": "interval",
                "entries": [
                    [float(seconds(each.start, rate)), float(seconds(each.end, rate)), each.label]
                    for each in intervals
                ],
            }
            for name, intervals in tiers.items()
        },
    }
    return json.dumps(form, ensure_ascii=False, indent=1) + "\n"


def _as_csv(tiers: Tiers, utterance: Utterance) -> str:
    rate = utterance.audio.sample_rate
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("Begin", "End", "Label", "Type", "Speaker"))
    for name, intervals in tiers.items():
        for each in intervals:
            begin, end = seconds(each.start, rate), seconds(each.end, rate)
            rows.writerow((begin, end, each.label, name, utterance.speaker.id))
    return out.getvalue()


_FORMS = {"textgrid": _as_textgrid, "json": _as_json, "csv": _as_csv}


def open_writer(target: Target) -> MfaWriter:
    """Begin an export."""
    return MfaWriter(target)
