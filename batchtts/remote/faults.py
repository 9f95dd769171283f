"""What storages raise, and what it means for us.

Each of fsspec's storages raises the errors of the library below it, which are not all errors of the system.  What
they say goes into our messages without anything that could be a secret.
"""

import errno
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from batchtts.address import Address
from batchtts.remote.errors import RemoteError, RemoteRefused, RemoteUnavailable

_FOREIGN = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "aiohttp": ("ClientError",),
    "azure.core.exceptions": ("AzureError",),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "requests.exceptions": ("RequestException",),
    "paramiko.ssh_exception": ("SSHException",),
}
"""The errors of the libraries below fsspec that are not errors of the system, by the module that has them."""

_NO_KEYS = {"NoCredentialsError", "PartialCredentialsError", "NoAuthTokenError", "DefaultCredentialsError"}
_NOT_REACHED = {
    *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"),
    *("HTTPClientError", "ResponseStreamingError", "IncompleteReadError", "ClientPayloadError"),
    *(
        "ClientConnectorError",
        "ServerDisconnectedError",
        "ClientOSError",
        "ServerTimeoutError",
        "FSTimeoutError",
    ),
    *("ResponseParserError", "ProxyConnectionError", "IncompleteRead", "ConnectionError", "Timeout"),
}
_PASSING_CODES = {
    *(
        "InternalError",
        "SlowDown",
        "ServiceUnavailable",
        "RequestTimeout",
        "Throttling",
        "RequestTimeTooSkewed",
    ),
    *("OperationAborted", "ConditionalRequestConflict", "500", "502", "503", "504", "429", "BadDigest"),
}
_PASSING_ERRNOS = {
    *(errno.EBUSY, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNREFUSED, errno.ECONNABORTED, errno.EPIPE),
    *(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAGAIN, getattr(errno, "EREMOTEIO", errno.EAGAIN)),
}
_KEY_CODES = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "AuthFailure"}
_SECRET_WORDS = ("key", "secret", "token", "password", "passwd", "credential", "sas")
_SHORTEST_SECRET = 6
_KEY_ID = re.compile(r"\b[A-Z]{4}[A-Z0-9]{16}\b")
"""The form of an access key's id with Amazon; those in files of its own are not known to us otherwise."""

_LONGEST_TEXT = 300


def foreign_errors() -> tuple[type[Exception], ...]:
    """Return what a storage may raise; libraries that are not loaded raise nothing."""
    found: list[type[Exception]] = [OSError, TimeoutError, NotImplementedError]
    for module, names in _FOREIGN.items():
        if (loaded := sys.modules.get(module)) is not None:
            found += [getattr(loaded, name) for name in names if hasattr(loaded, name)]
    return tuple(found)


def translated(error: Exception, address: Address, options: dict[str, Any]) -> RemoteError:
    """Return what an error of a storage means; `options` are those with which the storage was opened."""
    code, name = code_of(error), type(error).__name__
    if name in _NO_KEYS:
        return RemoteRefused(
            f"{address}: there are no credentials for it",
            hint="For S3, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
        )
    if code in _KEY_CODES:
        return RemoteRefused(
            f"{address}: the credentials are wrong or have expired ({code})",
            hint="Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_PROFILE.",
        )
    if code == "NoSuchBucket":
        return RemoteRefused(
            f"{address}: there is no such bucket",
            hint="Make it, or mend `output.dir`: batchtts makes no buckets.",
        )
    said = redacted(f"{code}: {error}" if code else f"{name}: {error}", options)
    if isinstance(error, PermissionError) or code in {"AccessDenied", "403"}:
        return RemoteRefused(
            f"{address}: access is denied ({said})",
            hint="Reading, writing, listing and deleting objects below it must be allowed.",
        )
    if is_passing(error):
        return RemoteUnavailable(
            f"{address} was not reached, or is in trouble ({said})",
            hint="Nothing that was rendered is lost: it is in the local folder. `batchtts push` does the rest.",
        )
    return RemoteRefused(
        f"{address}: {said}", hint="Nothing that was rendered is lost: it is in the local folder."
    )


def is_passing(error: BaseException) -> bool:
    """Return whether a storage may well do at the second attempt what it has not done."""
    for found in _causes(error):
        if code_of(found) in _PASSING_CODES or type(found).__name__ in _NOT_REACHED:
            return True
        if isinstance(found, TimeoutError | ConnectionError):
            return True
        if isinstance(found, OSError) and found.errno in _PASSING_ERRNOS:
            return True
    return False


def code_of(error: BaseException) -> str:
    """Return the code that a service of Amazon's kind gave for an error, empty if there is none."""
    for found in _causes(error):
        response = getattr(found, "response", None)
        if isinstance(response, dict):
            code = str(response.get("Error", {}).get("Code", ""))
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
            return code or str(status)
    return ""


def redacted(text: str, options: dict[str, Any]) -> str:
    """Return a text in one line, without anything that the environment or the options keep as a secret."""
    for secret in sorted(_secrets(options), key=len, reverse=True):
        text = text.replace(secret, "…")
    line = " ".join(_KEY_ID.sub("…", text).split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"


def _secrets(options: dict[str, Any]) -> Iterator[str]:
    pairs = [*os.environ.items(), *_flattened(options)]
    for name, value in pairs:
        if len(value) >= _SHORTEST_SECRET and any(word in name.lower() for word in _SECRET_WORDS):
            yield value


def _flattened(options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flattened(value)
        elif isinstance(value, str):
            yield str(name), value


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__
