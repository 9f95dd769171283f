"""The package that brings the model: whether it is there, and what it is, without importing it."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from batchtts.errors import EngineRefused

DISTRIBUTION = "hibari-tts"
MODEL = "assets/hibari.onnx"
SYNTHESIS = 1
"""The version of our own signal processing (`spectrum` and `noise`); any change of its sound raises it."""

REINSTALL = f"Install it with: python -m pip install --force-reinstall {DISTRIBUTION} onnxruntime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is installed: versions, the model's file and its hash."""

    version: str
    runtime_version: str
    model: Path
    model_sha256: str

    @property
    def identity(self) -> str:
        """Return what can change the sound, for fingerprints."""
        model = f"{DISTRIBUTION} {self.version} model:{self.model_sha256[:16]}"
        return f"{model} onnxruntime {self.runtime_version} synthesis {SYNTHESIS}"


@cache
def find_package() -> Package:
    """Return the installed package.  Raises `EngineRefused` where it, its model or its runtime is missing."""
    version, runtime_version = _version(DISTRIBUTION), _version("onnxruntime")
    model = _folder() / MODEL
    try:
        sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise EngineRefused(
            f"the model of hibari cannot be read: {error}",
            hint=f"Another package may have taken the name hibari. {REINSTALL}",
        ) from error
    return Package(version=version, runtime_version=runtime_version, model=model, model_sha256=sha256)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError as error:
        raise EngineRefused(f"the package {distribution} is not installed", hint=REINSTALL) from error


def _folder() -> Path:
    spec = find_spec("hibari")
    if spec is None or spec.origin is None:
        raise EngineRefused("the package hibari cannot be found", hint=REINSTALL)
    return Path(spec.origin).parent
