"""What this machine remembers of the storage: the generation that it saw last.

It says where the files are that are not here, and it spares reading files that have not changed since.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from batchtts.address import Address
from batchtts.files import Workspace, stamp, write_atomically
from batchtts.remote.errors import RemoteError
from batchtts.remote.generation import Generation, Kept, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The generation that was seen last at an address, and when; None if there was none.

    Its files are those that can be had.  `sent` are files that were put there since, for a generation that
    has not come about yet.
    """

    address: Address
    seen_at: str
    generation: Generation | None = None
    sent: Mapping[str, Kept] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, Kept]:
        """Return the files of the generation."""
        return self.generation.files if self.generation is not None else {}

    def known(self, workspace: Workspace, name: str) -> Kept | None:
        """Return what was put into the storage for a file that, by a look at it, has not changed since."""
        found = stamp(workspace.path(name))
        for kept in (self.sent.get(name), self.files.get(name)):
            if kept and found and (found.n_bytes, found.mtime_ns) == (kept.n_bytes, kept.mtime_ns):
                return kept
        return None

    def away(self, workspace: Workspace) -> dict[str, Kept]:
        """Return the files that can be had from the storage, and are not here."""
        return {name: kept for name, kept in self.files.items() if not workspace.path(name).exists()}

    def without(self, names: frozenset[str]) -> "Record":
        """Return the record without files that there are no more, or that nobody needs any more."""
        if self.generation is None or not names & self.files.keys():
            return self
        files = {name: kept for name, kept in self.files.items() if name not in names}
        return replace(self, generation=replace(self.generation, files=files))

    def write(self, workspace: Workspace) -> None:
        """Remember this from now on."""
        form = {
            "url": self.address.url,
            "seen_at": self.seen_at,
            "generation": None if self.generation is None else json.loads(self.generation.encode()),
            "sent": {name: asdict(kept) for name, kept in self.sent.items()},
        }
        page = json.dumps(form, ensure_ascii=False, sort_keys=True, indent=0) + "\n"
        write_atomically(workspace.record, page.encode())


def seen_now(address: Address, generation: Generation | None) -> Record:
    """Return the record of what is in the storage at this moment."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(address=address, seen_at=now, generation=generation)


def read_record(workspace: Workspace) -> Record | None:
    """Return what is remembered in an output folder, None if it has nothing to do with any storage.

    Raises `RemoteError` if what is there cannot be read.
    """
    path = workspace.record
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        form = json.loads(data)
        found = form["generation"]
        return Record(
            address=Address.parse(form["url"]),
            seen_at=form["seen_at"],
            generation=None if found is None else decode(json.dumps(found).encode(), str(path)),
            sent={name: Kept(**kept) for name, kept in form["sent"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RemoteError(
            f"{path} cannot be read ({type(error).__name__})",
            hint="Remove it; `batchtts pull` finds out anew what is in the storage.",
        ) from error


def record_for(workspace: Workspace, address: Address) -> Record:
    """Return what is remembered of this address.

    Raises `RemoteError` if the folder goes with another address, and something lies only there.
    """
    found = read_record(workspace)
    if found is not None and found.address == address:
        return found
    if found is not None and (away := found.away(workspace)):
        raise RemoteError(
            f"{workspace.root} goes with {found.address}, where {len(away)} files lie that are not here",
            hint=f"Fetch them first: `batchtts pull` with --all and `output.dir: {found.address}`. "
            "Or give this job a folder of its own, with `output.local`.",
        )
    return Record(address=address, seen_at="")
