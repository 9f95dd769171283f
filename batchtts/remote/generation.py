"""A generation: one state of an output folder that was put into storage as a whole, and what belongs to it.

It is one small object, written last.  So there is always one consistent state, the one before or the one after.
Everything that it takes to go on from there is named in it, by the hash of its bytes.
"""

import json
import platform
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from batchtts import __version__
from batchtts.model import TAKES
from batchtts.remote.errors import RemoteError

GENERATION = ".batchtts/generation.json"
SCHEMA = "batchtts.remote/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file as it was put into storage: `object` is what it is called there, `tag` what the storage says of it.

    `mtime_ns` is the time of the file itself; whoever fetches it sets it, so that what the ledger knows of the
    file holds there, too.
    """

    sha256: str
    n_bytes: int
    mtime_ns: int
    object: str
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One state of an output folder, made from another, its `parent`.

    `substance` is the digest of what the ledger says of takes and requests, `inputs` that of what its plan was
    made from, and `leaving` names objects that
    belonged to the parent and are removed after this generation is there.
    """

    id: str
    number: int
    parent: str | None
    at: str
    host: str
    batchtts: str
    job: str
    substance: str | None
    inputs: str | None
    ledger: Kept
    files: Mapping[str, Kept] = field(default_factory=dict)
    leaving: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return which one it is, whose, and from when."""
        return f"generation {self.number}, put there by {self.host} at {self.at}"

    @property
    def objects(self) -> dict[str, Kept]:
        """Return all that belongs to it, by the names that it has in the storage."""
        return {kept.object: kept for kept in (*self.files.values(), self.ledger)}

    def encode(self) -> bytes:
        """Return the object's bytes."""
        form = {"schema": SCHEMA, **asdict(self)}
        return (json.dumps(form, ensure_ascii=False, sort_keys=True, indent=0) + "\n").encode()


def new_id() -> str:
    """Return the id of a new generation."""
    return uuid.uuid4().hex


def following(parent: Generation | None, **parts: Any) -> Generation:
    """Return the generation that comes after another, from here and now."""
    return Generation(
        number=1 if parent is None else parent.number + 1,
        parent=None if parent is None else parent.id,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        host=platform.node() or "an unnamed machine",
        batchtts=__version__,
        **parts,
    )


def decode(data: bytes, where: str) -> Generation:
    """Return the generation that an object or a file holds.

    Raises `RemoteError` if it is none, if it was written by a newer program, or if it names a file that would
    lie outside of the output folder.
    """
    try:
        form = json.loads(data)
        schema = str(form.pop("schema"))
        if schema != SCHEMA and not schema.startswith(f"{SCHEMA}."):
            raise RemoteError(
                f"{where} was written by another version of batchtts: its form is {schema}, not {SCHEMA}",
                hint="Use the batchtts that wrote it, or a newer one. Nothing was changed.",
            )
        found = Generation(**{name: form[name] for name in Generation.__dataclass_fields__})
        return replace(
            found,
            ledger=_kept(form["ledger"]),
            files={_checked(name): _kept(kept) for name, kept in form["files"].items()},
            leaving=tuple(map(_checked, form["leaving"])),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RemoteError(
            f"{where} is not what batchtts writes there ({type(error).__name__}: {error})",
            hint="Restore it, or remove it and push again: the takes are still there.",
        ) from error


def object_name(name: str, sha256: str) -> str:
    """Return what a file of the output folder is called in the storage.

    A pack of takes goes by its hash, so that two machines can never write different packs under one name;
    everything else is found where people look for it.
    """
    return pack_object(sha256) if is_pack(name) else name


def pack_object(sha256: str) -> str:
    """Return what a pack of takes with this hash is called in the storage."""
    return f"{TAKES}/{sha256}.tar"


def is_pack(name: str) -> bool:
    """Return whether a file of the output folder is a pack of takes."""
    return name.startswith(f"{TAKES}/")


def _kept(form: dict[str, Any]) -> Kept:
    kept = Kept(**{name: form[name] for name in Kept.__dataclass_fields__})
    _checked(kept.object)
    return kept


def _checked(name: str) -> str:
    """Return the name of a file; raise `ValueError` if it leads out of the folder that it should lie in."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or {"..", "."} & set(name.split("/")) or set(name) & set("\\:\0"):
        raise ValueError(f"{name!r} is no name of a file in an output folder")
    return name
