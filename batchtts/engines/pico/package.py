"""The package that brings the voices: whether it is there, and what it is, without importing it."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from batchtts.errors import EngineRefused

DISTRIBUTION, MODULE = "py-nanotts", "py_nanotts"
READING = 1
"""Changes whenever `reading` gives the engine another text for the same one: the sound changes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is installed: the version, and the hash of its voices."""

    version: str
    voices_sha256: str

    @property
    def identity(self) -> str:
        """Return what can change the sound, for fingerprints."""
        return f"{DISTRIBUTION} {self.version} voices:{self.voices_sha256[:16]} reading:{READING}"


@cache
def find_package() -> Package:
    """Return the installed package.  Raises `EngineRefused` where it or its voices are missing."""
    spec = find_spec(MODULE)
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = None
    if version is None or spec is None or spec.origin is None:
        raise EngineRefused(
            f"the package {DISTRIBUTION} is not installed",
            hint=f"Where there is a wheel of it (Linux with glibc, Windows): python -m pip install {DISTRIBUTION}. "
            "Elsewhere choose another engine, such as hibari.",
        )
    return Package(version=version, voices_sha256=_sha256(Path(spec.origin).parent / "lang"))


def _sha256(folder: Path) -> str:
    files = sorted(folder.glob("*.bin"))
    if not files:
        raise EngineRefused(
            f"the package {DISTRIBUTION} has no voices in it",
            hint=f"Reinstall it: python -m pip install --force-reinstall {DISTRIBUTION}",
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
