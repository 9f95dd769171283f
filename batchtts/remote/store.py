"""The objects below an address: listed, read, written and removed, each whole or not at all.  fsspec lives here."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from tenacity.wait import wait_base

from batchtts.address import Address
from batchtts.errors import InputError, Problem
from batchtts.files import PART
from batchtts.remote.errors import RemoteUnavailable
from batchtts.remote.faults import code_of, foreign_errors, translated

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

T = TypeVar("T")

ATTEMPTS = 4
"""How often something is tried; libraries below may try single requests several times each."""

_WAIT = wait_random_exponential(multiplier=0.5, max=20)

_PUTS_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "oci", "memory"}
"""Where an object has its name only when all of it is there; elsewhere it gets its name afterwards."""

_HAS_CONDITIONS = {"s3", "s3a"}
_BLOCK_BYTES = 8 << 20
_BLOCKS_AT_ONCE = 4
_TAGS = ("ETag", "etag", "md5Hash", "content_md5", "generation")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing says of an object; its tag changes when its bytes do, and is empty where there is none."""

    n_bytes: int
    tag: str


class Superseded(Exception):
    """An object that was to be replaced is not what it was expected to be; nothing was written."""


class Store:
    """The objects below an address, by their names relative to it."""

    def __init__(
        self, address: Address, filesystem: "AbstractFileSystem", root: str, *, wait: wait_base
    ) -> None:
        self.address = address
        self._files = filesystem
        self._root = root.rstrip("/")
        protocol = filesystem.protocol
        protocols = {protocol} if isinstance(protocol, str) else set(protocol)
        self._puts_whole = bool(protocols & _PUTS_WHOLE)
        self._has_conditions = bool(protocols & _HAS_CONDITIONS)
        is_s3 = self._has_conditions
        self._in_blocks = {"chunksize": _BLOCK_BYTES, "max_concurrency": _BLOCKS_AT_ONCE} if is_s3 else {}
        self._at_once = {"max_concurrency": 1} if is_s3 else {}
        self._retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait,
            retry=retry_if_exception_type(RemoteUnavailable),
            reraise=True,
        )

    @classmethod
    def connect(cls, address: Address, *, wait: wait_base = _WAIT) -> Self:
        """Return the storage at an address; nothing is asked of it yet.

        Credentials and endpoints come from the environment, as fsspec and the libraries below it find them.
        Raises `InputError` if there is nothing installed that knows the scheme.
        """
        try:
            import fsspec
        except ImportError as error:
            raise _not_installed(address, "fsspec is not installed") from error
        # What these say in passing may hold more than we would say ourselves.
        logging.getLogger("s3fs").propagate = False
        try:
            # A listing that is kept would hide what others do.
            filesystem, root = fsspec.url_to_fs(address.url, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise _not_installed(address, str(error)) from error
        if hasattr(filesystem, "retries"):
            filesystem.retries = 1  # we ask again ourselves
        return cls(address, filesystem, root, wait=wait)

    def objects(self) -> dict[str, Listed]:
        """Return all objects, by name."""
        nothing: dict[str, dict[str, Any]] = {}
        found = self._ask(lambda: self._files.find(self._root, detail=True), absent=nothing)
        objects = {self._name(path): _listed(info) for path, info in _files(found)}
        return {name: listed for name, listed in objects.items() if not name.endswith(PART)}

    def look(self, name: str) -> Listed | None:
        """Return what there is under a name."""
        info = self._ask(lambda: self._files.info(self._path(name)), absent=None)
        return None if info is None else _listed(info)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a small object, None if there is none."""
        return self._ask(lambda: bytes(self._files.cat_file(self._path(name), **self._at_once)), absent=None)

    def read_part(self, name: str, start: int, end: int) -> bytes:
        """Return the bytes of an object from one offset to another; none if there is no such object, or part of it."""

        def get() -> bytes:
            return bytes(self._files.cat_file(self._path(name), start=start, end=end))

        return self._ask(get, absent=b"")

    def fetch(self, name: str, path: Path) -> bool:
        """Write the bytes of an object into a file of this machine; return whether there is such an object."""

        def get() -> bool:
            self._files.get_file(self._path(name), os.fspath(path), **self._at_once)
            return True

        return self._ask(get, absent=False)

    def send(self, path: Path, name: str) -> Listed:
        """Make a file of this machine the object of that name; return what became of it."""

        def put(target: str) -> None:
            self._files.put_file(os.fspath(path), target, **self._in_blocks)

        self._ask(lambda: self._put(name, put), absent=None)
        return self._sent(name, path.stat().st_size)

    def write(self, name: str, data: bytes, *, replacing: str | None) -> None:
        """Make bytes the object of that name, if the one there now has the tag `replacing`, or None if there is none.

        Raises `Superseded` where the storage can tell that it is another one.
        """
        condition = {"IfNoneMatch": "*"} if replacing is None else {"IfMatch": replacing}

        def put() -> None:
            found = self.look(name)  # some storages say nothing about conditions, and do as they please
            if (None if found is None else found.tag) != replacing:
                raise Superseded
            if self._has_conditions:
                try:
                    self._files.pipe_file(self._path(name), data, **condition)
                    return
                except OSError as error:
                    if code_of(error) != "NotImplemented":
                        raise
            self._put(name, lambda target: self._files.pipe_file(target, data))

        self._ask(put, absent=None)

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; those that are not there are not missed."""
        paths = [self._path(name) for name in names]
        if not paths:
            return
        if self._has_conditions:
            self._ask(lambda: self._files.rm(paths), absent=None)
            return
        for path in paths:
            self._ask(partial(self._files.rm_file, path), absent=None)

    def _sent(self, name: str, n_bytes: int) -> Listed:
        found = self.look(name)
        if found is None or found.n_bytes != n_bytes:
            raise RemoteUnavailable(
                f"{self.address}/{name} was sent, but is not there",
                hint="Nothing that was rendered is lost: it is in the local folder. `batchtts push` sends it again.",
            )
        return found

    def _put(self, name: str, put: Callable[[str], None]) -> None:
        """Have something put where it appears whole or not at all."""
        path = self._path(name)
        if self._puts_whole:
            put(path)
            return
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        put(path + PART)
        self._files.mv(path + PART, path)

    def _ask(self, question: Callable[[], T], *, absent: T) -> T:
        """Ask the storage, again if that may help; return `absent` if what is asked for is not there."""
        answer: T = self._retrying(self._ask_once, question, absent)
        return answer

    def _ask_once(self, question: Callable[[], T], absent: T) -> T:
        try:
            return question()
        except foreign_errors() as error:
            code = code_of(error)
            if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
                return absent
            if code in {"InvalidRange", "416"}:  # it is shorter than it was
                return absent
            if code in {"PreconditionFailed", "412"}:
                raise Superseded from error
            raise translated(error, self.address, self._files.storage_options) from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _name(self, path: str) -> str:
        return path.removeprefix(f"{self._root}/")


def _files(found: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((path, info) for path, info in found.items() if info.get("type") == "file")


def _listed(info: Mapping[str, Any]) -> Listed:
    tag = next((str(info[key]) for key in _TAGS if info.get(key)), "")
    return Listed(int(info["size"]), tag or _time_tag(info))


def _time_tag(info: Mapping[str, Any]) -> str:
    """Return when an object was written, where nothing better tells one from another."""
    time = next((info[key] for key in ("mtime", "created", "LastModified") if info.get(key)), "")
    return str(time.timestamp() if isinstance(time, datetime) else time)


def _not_installed(address: Address, why: str) -> InputError:
    hint = "`pip install 'batchtts[remote]'` brings what S3 needs; other storages need packages of their own."
    return InputError([Problem(where=str(address), what=why, hint=hint)])
