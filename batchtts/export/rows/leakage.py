"""The proof that nothing of one part of a dataset is in another: it looks at the rows as they were exported.

It trusts nobody: neither who divided the rows nor who refused some of them.  Of each row it keeps 16 bytes of a hash of
its text and as many of its sound: 32 MB for a million rows, and at the end a set of those in all parts but the largest.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from batchtts.export.rows.splitting import text_key

_N_BYTES = 16


class Seen(NamedTuple):
    """What of an exported row could be in another part as well."""

    split: str
    text: str
    pcm_sha256: str
    speaker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """How many texts, sounds and speakers are in more than one part."""

    texts: int
    sounds: int
    speakers: int


@dataclass(slots=True)
class Proof:
    """Collects what is in each part."""

    _texts: dict[str, bytearray] = field(default_factory=dict)
    _sounds: dict[str, bytearray] = field(default_factory=dict)
    _speakers: dict[str, set[str]] = field(default_factory=dict)

    def add(self, row: Seen) -> None:
        """Take a row into account."""
        text = hashlib.sha256(text_key(row.text).encode()).digest()[:_N_BYTES]
        self._texts.setdefault(row.split, bytearray()).extend(text)
        self._sounds.setdefault(row.split, bytearray()).extend(bytes.fromhex(row.pcm_sha256[: 2 * _N_BYTES]))
        self._speakers.setdefault(row.split, set()).add(row.speaker)

    def leakage(self) -> Leakage:
        """Return what was found."""
        speakers = [name for names in self._speakers.values() for name in names]
        return Leakage(
            texts=_n_shared(self._texts.values()),
            sounds=_n_shared(self._sounds.values()),
            speakers=len({name for name in speakers if speakers.count(name) > 1}),
        )


def leakage(rows: Iterable[Seen]) -> Leakage:
    """Return what of these rows is in more than one part."""
    proof = Proof()
    for row in rows:
        proof.add(row)
    return proof.leakage()


def _n_shared(parts: Iterable[bytearray]) -> int:
    """Return how many digests are in more than one part; of the largest no set is made."""
    *smaller, largest = sorted(parts, key=len) or [bytearray()]
    seen: set[bytes] = set()
    shared: set[bytes] = set()
    for part in smaller:
        own = set(_digests(part))
        shared |= own & seen
        seen |= own
    shared.update(digest for digest in _digests(largest) if digest in seen)
    return len(shared)


def _digests(part: bytearray) -> Iterable[bytes]:
    return (bytes(part[start : start + _N_BYTES]) for start in range(0, len(part), _N_BYTES))
