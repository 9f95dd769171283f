"""The take on disk: one WAV file with all that is known about it.

Besides the audio, the file has a chunk `btts` of JSON (`batchtts.take/1`): the fingerprint, the text, the
settings, the alignment, the checks.  So the ledger can be rebuilt from these files alone.  The name holds
the fingerprint, the number of the take and the beginning of the hash of the bytes:
`FINGERPRINT.NUMBER.SHA256.wav`.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from batchtts import alignment as alignments
from batchtts.audio import wav
from batchtts.engine import Speech
from batchtts.errors import BatchttsError
from batchtts.files import Workspace, link_or_copy, placing
from batchtts.model import Checks, Settings, Take, TakeRecord, canonical_json

SCHEMA = "batchtts.take/1"
_SCHEMA_READ = re.compile(re.escape(SCHEMA) + r"(?:\.\d+)?")
_CHUNK = "btts"
_READ_ONLY = 0o444


class TakeDamaged(BatchttsError):
    """The file of a take is not what was written."""

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


def store(workspace: Workspace, stored: StoredTake) -> TakeRecord:
    """Write a take durably, under its final name, and return what the ledger should say of it."""
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
    record = _record(digest.hexdigest(), sum(map(len, pieces)), stored)
    path = workspace.path(record.take.path)
    with placing(path) as stream:
        stream.writelines(pieces)
    path.chmod(path.stat().st_mode & _READ_ONLY)
    return record


def load(workspace: Workspace, take: Take) -> StoredTake:
    """Return what the file of a take holds; raise `TakeDamaged` unless its bytes are those written."""
    data = _read(workspace.path(take.path), take.path)
    if hashlib.sha256(data).hexdigest() != take.sha256:
        raise TakeDamaged(take.path, "its bytes have changed")
    return _parse(take.path, data)


def recognize(workspace: Workspace, path: Path) -> TakeRecord:
    """Return what the ledger should say of a take found on disk; raise `TakeDamaged` if it is not whole."""
    name = workspace.name(path)
    data = _read(path, name)
    record = _record(hashlib.sha256(data).hexdigest(), len(data), _parse(name, data))
    if record.take.path != name:
        raise TakeDamaged(name, "its bytes do not match its name")
    return record


def bring(source: Workspace, workspace: Workspace, name: str) -> None:
    """Put a take of another output folder into this one; the folder of the takes is left to be synced."""
    path = workspace.path(name)
    link_or_copy(source.path(name), path)
    path.chmod(path.stat().st_mode & _READ_ONLY)


def scan(workspace: Workspace) -> Iterator[Path]:
    """Return the files that may be takes, in the order of their names."""
    if workspace.takes.is_dir():
        with os.scandir(workspace.takes) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(".wav"))
        yield from (workspace.takes / name for name in names)


def _record(sha256: str, n_bytes: int, stored: StoredTake) -> TakeRecord:
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
        ),
        text_sha256=hashlib.sha256(stored.text.encode()).hexdigest(),
        settings=stored.settings,
        checks=stored.checks,
    )


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise TakeDamaged(name, "it is missing") from None


def _parse(name: str, data: bytes) -> StoredTake:
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
