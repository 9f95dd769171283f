"""Where a run has its texts spoken: what `--executor` says, read and checked."""

import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from batchtts.errors import InputError, Problem

_DEFAULT_PORT = 8786
_FORMS = "Say dask, dask://HOST:PORT, tls://HOST:PORT, or the path of a scheduler file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """A Dask cluster: the address of its scheduler, or None for one that is started on this machine."""

    address: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Executor":
        """Read what `--executor` says.  Raises `InputError` where it says nothing that can be used."""
        if find_spec("distributed") is None:
            raise _refusal(
                f"{text} needs the package distributed, which is not installed",
                "Install it with: python -m pip install 'batchtts[dask]'",
            )
        if text == "dask":
            return cls()
        if "://" in text:
            return cls(address=_address(text))
        return cls(address=_address_in(Path(text)))

    def __str__(self) -> str:
        """Return what a person calls it."""
        return "the local Dask cluster" if self.address is None else f"the Dask cluster at {self.address}"


def _address(text: str) -> str:
    match = re.fullmatch(r"(dask|tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@?#]+)(?::(\d{1,5}))?/?", text)
    if match is None or int(match[3] or _DEFAULT_PORT) > 65_535:
        raise _refusal(f"{text!r} is no address of a scheduler", _FORMS)
    scheme = "tls" if match[1] == "tls" else "tcp"
    return f"{scheme}://{match[2]}:{match[3] or _DEFAULT_PORT}"


def _address_in(path: Path) -> str:
    """Return the address that a scheduler has written into its file."""
    try:
        form = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refusal(f"there is no scheduler file {path}", _FORMS) from None
    except (OSError, ValueError) as error:
        raise _refusal(f"the scheduler file {path} cannot be read: {error}", _FORMS) from error
    address = form.get("address") if isinstance(form, dict) else None
    if not isinstance(address, str) or "://" not in address:
        raise _refusal(
            f"{path} is no scheduler file: it holds no address",
            "It is written by: dask scheduler --scheduler-file PATH",
        )
    return address


def _refusal(what: str, hint: str) -> InputError:
    return InputError([Problem(where="--executor", what=what, hint=hint)])
