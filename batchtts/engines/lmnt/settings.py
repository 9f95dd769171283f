"""The settings of the engine `lmnt`: which protocol, which model, which address; never a key."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from batchtts.engines.settings import refuse_unknown, wrong_setting
from batchtts.job import Scalar
from batchtts.lmnt import wire
from batchtts.lmnt.service import KEY_VARIABLE, URL_VARIABLE, checked_url

KNOWN = ("api", "base_url", "model")
DEFAULT_MODEL = "blizzard"
_LIKE_A_KEY = re.compile(r"key|token|secret|password|auth", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LmntSettings:
    """Which service is asked, and how; `model` is given in v1 only."""

    api: Literal["beta", "v1"] = "beta"
    base_url: str = wire.DEFAULT_URL
    model: str | None = None

    @property
    def identity(self) -> str:
        """Return what can change the sound.

        Another address is another engine: takes of a stand-in must never pass for those of the service.
        """
        name = f"lmnt/{self.api}" + (f"/{self.model}" if self.model else "")
        origin = origin_of(self.base_url)
        return name if origin == origin_of(wire.DEFAULT_URL) else f"{name} at {origin}"


def read_settings(settings: Mapping[str, Scalar]) -> LmntSettings:
    """Return the settings that a manifest gives; raise `InputError`, without a place, for wrong ones.

    The address is the one of LMNT_BASE_URL where the manifest gives none.
    """
    for name in settings:
        if _LIKE_A_KEY.search(name):
            raise wrong_setting(
                f"{name!r} looks like a key, and keys do not belong into a manifest",
                f"Take it out, and set the environment variable {KEY_VARIABLE}.",
            )
    refuse_unknown("lmnt", settings, KNOWN)
    api = settings.get("api", "beta")
    if api not in ("beta", "v1"):
        raise wrong_setting(f"api is {api!r}", "It is beta, which times phonemes, or v1, which times words.")
    return LmntSettings(
        api="v1" if api == "v1" else "beta",
        base_url=_base_url(settings.get("base_url")),
        model=_model(settings.get("model"), of_v1=api == "v1"),
    )


def origin_of(url: str) -> str:
    """Return scheme, host and port of a checked address, as short as they can be written."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def _base_url(given: Scalar) -> str:
    name = "base_url" if given is not None else URL_VARIABLE
    url = given if given is not None else os.environ.get(URL_VARIABLE) or wire.DEFAULT_URL
    try:
        return checked_url(str(url))
    except ValueError as error:
        raise wrong_setting(f"{name}: {error}", "Leave it out to ask LMNT itself.") from None


def _model(given: Scalar, *, of_v1: bool) -> str | None:
    if not of_v1:
        if given is not None:
            raise wrong_setting("model is known in v1 only", "Give api: v1 as well, or no model.")
        return None
    model = DEFAULT_MODEL if given is None else given
    if not isinstance(model, str) or not re.fullmatch(r"[\w.-]{1,60}", model):
        raise wrong_setting(f"model is {model!r}", "Give the name of a model, such as blizzard.")
    return model
