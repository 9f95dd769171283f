"""Rows that must not follow others: their text or their sound is in another part of the dataset already.

Of each row 16 bytes of a hash are kept for its text and as many for its sound: by chance two of a million million rows
would share them once in a million million sets.  With all that Python needs for them, that is some 360 bytes a row.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from batchtts.export.rows.splitting import text_key, unit
from batchtts.export.utterance import Utterance
from batchtts.job import Splits


class _Sound(NamedTuple):
    """A sound that was exported: first as which row, with which texts, in which part, and how often."""

    id: str
    written: bytes
    spoken: bytes
    split: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row must not be exported: a few words, and a sentence."""

    reason: str
    detail: str


class Doubles:
    """Knows what was exported, so that no text, no sound, and nothing that must stay together is in two parts."""

    def __init__(self, splits: Splits) -> None:
        self._by = splits.by
        self._sounds: dict[bytes, _Sound] = {}
        self._units: dict[bytes, str] = {}
        self._texts: dict[bytes, str] = {} if splits.by != "text" else self._units

    def copies(self, utterance: Utterance) -> int:
        """Return how many rows before have the same sound."""
        known = self._sounds.get(_sound(utterance))
        return known.n_rows if known else 0

    def refusal(self, utterance: Utterance) -> Refusal | None:
        """Return why a row must not be exported, or None, and take it for exported."""
        sound, written = _sound(utterance), _digest(text_key(utterance.text))
        # The same objects where they can be: there is one of each for every row.
        is_plain = utterance.normalized == utterance.text
        spoken = written if is_plain else _digest(text_key(utterance.normalized))
        name = written if self._by == "text" else _digest(unit(self._by, utterance))
        known = self._sounds.get(sound)
        refusal = (
            self._refused_for_sound(known, written, spoken, utterance.split)
            or self._refused_elsewhere(self._by, self._units.get(name), utterance.split)
            or self._refused_for_text(written, utterance.split)
        )
        if refusal is None:
            if known is None:
                known = _Sound(utterance.id, written, spoken, utterance.split, 0)
            self._sounds[sound] = known._replace(n_rows=known.n_rows + 1)
            self._units[name] = utterance.split
            self._texts[written] = utterance.split
        return refusal

    def _refused_for_sound(
        self, known: _Sound | None, written: bytes, spoken: bytes, split: str
    ) -> Refusal | None:
        if known is None:
            return None
        if written != known.written and spoken != known.spoken:
            detail = f"{known.id} has the very same sound, but its text reads otherwise."
            return Refusal("sound of another text", detail)
        return self._refused_elsewhere("sound", known.split, split)

    def _refused_for_text(self, written: bytes, split: str) -> Refusal | None:
        # Where speakers are kept apart, what they say is not: it may be the same.
        if self._by == "speaker":
            return None
        return self._refused_elsewhere("text", self._texts.get(written), split)

    def _refused_elsewhere(self, what: str, known: str | None, split: str) -> Refusal | None:
        if known is None or known == split:
            return None
        detail = f"It would be in {split}; a row before with the same {what} is in {known}."
        return Refusal(f"{what} in another split", detail)


def _sound(utterance: Utterance) -> bytes:
    return bytes.fromhex(utterance.pcm_sha256[:32])


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:16]
