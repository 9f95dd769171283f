"""The generation that is in the storage at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from batchtts.remote.errors import RemoteChanged, RemoteError
from batchtts.remote.generation import GENERATION, Generation, decode
from batchtts.remote.record import Record
from batchtts.remote.store import Listed, Store


@dataclass(frozen=True, slots=True)
class Seen:
    """All objects of a storage, and the generation that they make up, None if nothing was ever put there."""

    objects: Mapping[str, Listed]
    generation: Generation | None

    @property
    def tag(self) -> str | None:
        """Return what tells the object of the generation from the next one."""
        return self.objects[GENERATION].tag if self.generation is not None else None


def look(store: Store, job: str) -> Seen:
    """Return what is in the storage; raise `RemoteError` if that is the output of another job."""
    objects = store.objects()  # before the generation is read: it may be newer than its tag, but never older
    data = store.read(GENERATION) if GENERATION in objects else None
    generation = None if data is None else decode(data, f"{store.address}/{GENERATION}")
    if generation is not None and generation.job != job:
        raise RemoteError(
            f"{store.address} holds another job, {generation.job!r}",
            hint=f"Give this one an address of its own; or set `job.name: {generation.job}` if it is the same.",
        )
    return Seen(objects, generation)


def refuse_unseen(store: Store, generation: Generation | None, record: Record) -> None:
    """Raise `RemoteChanged` for a generation in the storage that we have not seen."""
    if generation is None or (record.generation is not None and generation.id == record.generation.id):
        return
    before = f"what is here follows {record.generation}" if record.generation else "it was never seen here"
    raise RemoteChanged(
        f"{store.address} was changed by somebody else: there is {generation}; {before}",
        hint="No take is lost: packs of both are in the storage, or here. `batchtts pull --force` takes over what is "
        "there and keeps the takes that are only here; `batchtts push --force` puts what is here in its place, and "
        "the next pull finds the takes that were there.",
    )
