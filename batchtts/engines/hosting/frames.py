"""Messages over a pipe: the length of a head and of a body, both 32 bits, then the two themselves.

The head is a JSON object in ASCII, so that text which no encoding takes gets through; the body is bytes.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

_LENGTHS = struct.Struct("<II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message.  What its head holds is for the two ends to agree on."""

    head: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""


def write_frame(pipe: IO[bytes], frame: Frame) -> None:
    """Write a message and flush it.  Raises `OSError` where nobody reads any more."""
    head = json.dumps(frame.head).encode("ascii")
    pipe.write(_LENGTHS.pack(len(head), len(frame.body)) + head + frame.body)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """Return the next message, or None where the pipe ends before one is whole."""
    lengths = pipe.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    n_head, n_body = _LENGTHS.unpack(lengths)
    rest = pipe.read(n_head + n_body)
    if len(rest) < n_head + n_body:
        return None
    return Frame(head=json.loads(rest[:n_head]), body=rest[n_head:])
