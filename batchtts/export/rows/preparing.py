"""From a recording to a row of a dataset, or to the reason why it is none."""

from collections.abc import Mapping
from dataclasses import replace

from batchtts.export.rejects import Reject
from batchtts.export.rows.doubles import Doubles, Refusal
from batchtts.export.rows.judging import ERRORS, flags_for
from batchtts.export.rows.measuring import LengthAsked, measured
from batchtts.export.rows.rates import FEWEST_CHARACTERS, Rates
from batchtts.export.rows.shaping import shaped
from batchtts.export.rows.splitting import split_of, unit
from batchtts.export.utterance import Utterance
from batchtts.job import Dataset, Scalar
from batchtts.query.query import Clause
from batchtts.query.values import COLUMN


class Preparation:
    """Decides which recordings are rows; they come in the order of the plan.  `rates` knows how fast voices speak."""

    def __init__(self, dataset: Dataset, rates: Rates) -> None:
        self._dataset = dataset
        self._rates = rates
        self._flags = flags_for(dataset)
        self._doubles = Doubles(dataset.splits)

    def prepare(self, recording: Utterance, length: LengthAsked | None = None) -> Utterance | Reject:
        """Return the row that a recording is, or why it is none; its split is kept if it has one, and else decided."""
        fault = _fault(recording)
        if fault is not None:
            return _reject(recording, fault)
        row = self._measured(recording, length)
        broken = next((rule for rule in ERRORS if rule.applies(row.values)), None)
        if broken is not None:
            return _reject(row, Refusal(broken.name, _told(broken.query.clauses[0], row.values)))
        known = {**row.values, "chars_per_second_mads": self._deviation(row)}
        flags = tuple(rule.name for rule in self._flags if rule.applies(known))
        refusal = self._unwanted(row, known, len(flags)) or self._doubles.refusal(row)
        return replace(row, flags=flags) if refusal is None else _reject(row, refusal)

    def _measured(self, recording: Utterance, length: LengthAsked | None) -> Utterance:
        """Return a recording in the shape of the dataset, with its split and its values."""
        audio, alignment = shaped(recording.audio, recording.alignment, self._dataset)
        splits = self._dataset.splits
        split = recording.split or split_of(splits, unit(splits.by, recording))
        row = replace(recording, audio=audio, alignment=alignment, split=split)
        return replace(row, values=measured(row, length))

    def _unwanted(self, row: Utterance, known: Mapping[str, Scalar], n_flags: int) -> Refusal | None:
        keep = self._dataset.keep
        if keep is None:
            return None
        asked = {**known, **_told_of(row), "flags": n_flags, "copies": self._doubles.copies(row)}
        clause = keep.failing(asked)
        return None if clause is None else Refusal(f"not kept: {clause.text}", _told(clause, asked))

    def _deviation(self, row: Utterance) -> float | None:
        """Return how unusual the rate of a row is, None if it is too short to tell, or was fitted to a length."""
        rate = row.values.get("chars_per_second")
        is_free = "length_requested" not in row.values and len(row.text) >= FEWEST_CHARACTERS
        if not is_free or not isinstance(rate, float):
            return None
        return self._rates.deviation(row.speaker.id, rate / row.origin.speed)


def _fault(recording: Utterance) -> Refusal | None:
    """Return what is wrong with a recording before anything was measured of it."""
    if not recording.audio.n_samples:
        return Refusal("empty", "There is no sound in it.")
    difference = abs(recording.alignment.n_samples - recording.audio.n_samples)
    if difference > recording.alignment.frame:
        return Refusal(
            "alignment is off",
            f"The lengths of its items differ from that of its sound by {difference} samples.",
        )
    return None


def _told_of(row: Utterance) -> Mapping[str, Scalar]:
    """Return what a query may ask of a row besides what was measured."""
    origin = row.origin
    return {
        "id": row.id,
        "text": row.text,
        "split": row.split,
        "speaker": row.speaker.id,
        "voice": row.speaker.voice,
        "engine": row.speaker.engine,
        "document": origin.document,
        "chapter": origin.chapter_title,
        "chapter_number": origin.chapter_number,
        "speed": origin.speed,
        "seed": origin.seed,
        **{f"{COLUMN}{name}": value for name, value in row.extra.items()},
    }


def _told(clause: Clause, known: Mapping[str, Scalar]) -> str:
    """Return what the values are that a clause looks at."""
    found = (f"{name.removeprefix(COLUMN)} is {_shown(known.get(name))}" for name in clause.names)
    return f"{', '.join(found)}."


def _shown(value: Scalar) -> str:
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _reject(row: Utterance, refusal: Refusal) -> Reject:
    return Reject(
        number=row.number,
        id=row.id,
        text=row.text,
        reason=refusal.reason,
        detail=refusal.detail,
        values=dict(row.values),
    )
