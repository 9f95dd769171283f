"""Where the service is and which key it wants; the key is shown to nobody."""

import json
import os
import re
from urllib.parse import quote, quote_plus, urlsplit

from batchtts.lmnt import wire

KEY_VARIABLE = "LMNT_API_KEY"
URL_VARIABLE = "LMNT_BASE_URL"
_SHORT_KEY = 8


class Service:
    """The address and the key of a service.

    The key comes from LMNT_API_KEY where it is not given, the address from LMNT_BASE_URL or else is LMNT's own.
    """

    __slots__ = ("_key", "_pattern", "url")

    def __init__(self, api_key: str | None, base_url: str | None) -> None:
        self._key = _checked_key(api_key if api_key is not None else os.environ.get(KEY_VARIABLE))
        self._pattern = _pattern(self._key)
        self.url = checked_url(base_url or os.environ.get(URL_VARIABLE) or wire.DEFAULT_URL)

    def __repr__(self) -> str:
        """Show the address only."""
        return f"Service({self.url!r})"

    @property
    def identification(self) -> dict[str, str]:
        """Return what proves who asks: headers of a request, or keys of a stream's first message."""
        return {wire.KEY_HEADER: self._key}

    def redacted(self, text: str) -> str:
        """Return a text that came from outside, without the key, should it be in there."""
        return self._pattern.sub("[key]", text)


def _checked_key(key: object) -> str:
    if not isinstance(key, str) or not key.strip():
        raise ValueError(
            f"there is no API key: give `api_key`, or set the environment variable {KEY_VARIABLE}"
        )
    key = key.strip()  # a variable that was read from a file has a line end
    if not (key.isascii() and key.isprintable()):
        raise ValueError("the API key has characters that no header can carry; was it copied whole?")
    return key


def _pattern(key: str) -> re.Pattern[str]:
    # As it is, and as JSON, a URL or a form would write it.  A short key is part of many a word.
    forms = {key, json.dumps(key)[1:-1], quote(key, safe=""), quote_plus(key)}
    either = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if len(key) < _SHORT_KEY else either)


def checked_url(url: str) -> str:
    """Return an address without a slash at its end; raise `ValueError` unless it is one of a service.

    One with a user or a password is shown to nobody.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna")  # refuses parts that are empty or too long
        named = parts.scheme in {"http", "https"} and host != b"" and parts.port != 0
        named = named and " " not in url.strip() and url.strip().isprintable()
    except ValueError:
        named = False
        parts = urlsplit("")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the base URL may hold a host, a port and a path, but no user, query or fragment")
    if not named:
        raise ValueError(f"the base URL {url!r} is not one; it should look like {wire.DEFAULT_URL}")
    return url.strip().rstrip("/")
