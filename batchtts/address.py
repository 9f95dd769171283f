"""The address of an output folder elsewhere, such as `s3://bucket/path`, and the folder here that goes with it."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a folder in some storage; it holds no secret."""

    url: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Return the address; raise `ValueError` that says what is wrong with it, without what may be secret."""
        if not is_address(text):
            raise ValueError("it does not begin with a scheme such as s3://")
        if "::" in text:
            raise ValueError("chained addresses are refused")
        host, _, path = text.partition("://")[2].partition("/")
        if ":" in host.rpartition("@")[0]:
            raise ValueError("a password has no place in an address; leave it to the environment")
        if set(text) & set("?#*[]"):
            raise ValueError("it must not hold any of ? # * [ ]")
        if not host and not path.strip("/"):
            raise ValueError("it names no place")
        if {".", ".."} & set(path.split("/")):
            raise ValueError("there is a . or .. in its path")
        scheme, _, place = text.partition("://")
        return cls(f"{scheme.lower()}://{place.rstrip('/')}")

    def __str__(self) -> str:
        """Return the address as the user wrote it."""
        return self.url

    @property
    def scheme(self) -> str:
        """Return what kind of storage it is in."""
        return self.url.partition("://")[0]

    @property
    def default_folder(self) -> Path:
        """Return the folder of this machine in which the output is worked on unless the job names another."""
        import hashlib  # every command loads this module, and few need this

        words = re.sub(r"[^A-Za-z0-9]+", "-", self.url.partition("://")[2]).strip("-")[-_LONGEST_NAME:]
        digest = hashlib.sha256(self.url.encode()).hexdigest()[:8]
        return _cache_folder() / f"{words.strip('-')}-{digest}"


def is_address(text: str) -> bool:
    """Return whether a text is meant as an address, not as a path of this machine."""
    return _SCHEME.match(text) is not None


def _cache_folder() -> Path:
    """Return where this system wants programs to keep what can be had again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "batchtts"
