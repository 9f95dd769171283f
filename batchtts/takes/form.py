"""The file of a take: a WAV file with all that is known about it.

Besides the audio, the file has a chunk `btts` of JSON (`batchtts.take/1`): the fingerprint, the text, the
settings, the alignment, the checks.  So the ledger can be rebuilt from these files alone.  The name holds
the fingerprint, the number of the take and the beginning of the hash of the bytes:
`FINGERPRINT.NUMBER.SHA256.wav`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from batchtts import alignment as alignments
from batchtts.audio import wav
from batchtts.engine import Speech
from batchtts.errors import BatchttsError
from batchtts.model import Checks, Settings, Take, TakeRecord, canonical_json

SCHEMA = "batchtts.take/1"
_SCHEMA_READ = re.compile(re.escape(SCHEMA) + r"(?:\.\d+)?")
_CHUNK = "btts"


class TakeDamaged(BatchttsError):
    """What lies where a take should is not what was written."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name}: {reason}", hint="Run the job again: the take is dropped and rendered anew."
        )
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTake:
    """All that the file of a take holds; `engine` tells its name, version and identity."""

    fingerprint: str
    number: int
    text: str
    settings: Settings
    seed: int
    engine: Mapping[str, str]
    speech: Speech
    checks: Checks


class Encoded(NamedTuple):
    """The file of a take in pieces, so that the samples need not be copied; the hash is that of all its bytes."""

    pieces: tuple[bytes, ...]
    sha256: str
    n_bytes: int


def encode(stored: StoredTake) -> Encoded:
    """Return the file of a take; equal takes are equal to the byte."""
    form = {
        "schema": SCHEMA,
        "fingerprint": stored.fingerprint,
        "number": stored.number,
        "text": stored.text,
        "settings": stored.settings,
        "seed": stored.seed,
        "engine": stored.engine,
        "checks": stored.checks,
        "alignment": alignments.to_json(stored.speech.alignment),
    }
    pieces = wav.pieces(stored.speech.audio, {_CHUNK: canonical_json(form).encode()})
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return Encoded(pieces, digest.hexdigest(), sum(map(len, pieces)))


def decode(name: str, data: bytes) -> StoredTake:
    """Return what the file of a take holds; raise `TakeDamaged`, with this name, if it is not one."""
    try:
        file = wav.decode(data)
        form = json.loads(file.chunks[_CHUNK])
        if not _SCHEMA_READ.fullmatch(form["schema"]):
            raise ValueError(f"its schema is {form['schema']}, not {SCHEMA}")
        return StoredTake(
            fingerprint=form["fingerprint"],
            number=form["number"],
            text=form["text"],
            settings=form["settings"],
            seed=form["seed"],
            engine=form["engine"],
            speech=Speech(audio=file.pcm, alignment=alignments.from_json(form["alignment"])),
            checks={
                name: tuple(value) if isinstance(value, list) else value
                for name, value in form["checks"].items()
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TakeDamaged(name, f"it is not the file of a take ({error})") from error


def record(stored: StoredTake, *, sha256: str, n_bytes: int, pack: str, start: int) -> TakeRecord:
    """Return what the ledger should say of a take that lies at an offset of a pack."""
    speech_start, speech_end = stored.speech.alignment.speech
    return TakeRecord(
        take=Take(
            fingerprint=stored.fingerprint,
            number=stored.number,
            seed=stored.seed,
            sha256=sha256,
            n_bytes=n_bytes,
            sample_rate=stored.speech.audio.sample_rate,
            n_samples=stored.speech.audio.n_samples,
            speech_start=speech_start,
            speech_end=speech_end,
            pack=pack,
            start=start,
        ),
        text_sha256=hashlib.sha256(stored.text.encode()).hexdigest(),
        settings=stored.settings,
        checks=stored.checks,
    )
