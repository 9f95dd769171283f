"""What is sent to LMNT: every request of either generation as a value, byte for byte.

A beta form has the fields and the order of LMNT's Python SDK 0.2.1, and `seed` as the page of September 2023
says.  A v1 body is the compact JSON of the SDKs 2.x.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from batchtts.lmnt import wire
from batchtts.lmnt.options import encodable

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
CHANGEABLE = ("name", "starred", "gender", "description", "unfreeze")
_VERSION = {wire.VERSION_HEADER: "1.2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.  `billed` tells that it costs something if it is carried out."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    billed: bool = False


def list_voices_call(path: str, *, owner: str | None = None, starred: bool | None = None) -> Call:
    """Ask for the voices; only v1 knows the two filters."""
    wanted = {"owner": owner, "starred": None if starred is None else str(starred).lower()}
    query = urlencode({name: value for name, value in wanted.items() if value is not None})
    return Call(method="GET", path=f"{path}?{query}" if query else path)


def beta_synthesis_call(text: str, voice: str, options: Mapping[str, object], *, durations: bool) -> Call:
    """Ask the beta for speech: text, voice, seed, format, speed, length and extras, in this order."""
    fields: dict[str, object] = {"text": text, "voice": voice}
    fields |= {name: options[name] for name in ("seed", "format", "speed", "length") if name in options}
    if durations:
        fields["extras"] = "alignment"
    body = urlencode(fields).encode("ascii")
    return Call(
        method="POST", path=wire.BETA_SYNTHESIZE, body=body, headers={"Content-Type": _FORM}, billed=True
    )


def v1_synthesis_call(
    text: str, voice: str, options: Mapping[str, object], *, durations: bool = False, timestamps: bool = False
) -> Call:
    """Ask v1 for speech: the audio alone as it is, or with the times of its words inside JSON.

    Natural speed is not sent, since the SDKs 2.x do not know the field.
    """
    asked = {name: value for name, value in options.items() if (name, value) != ("speed", 1.0)}
    if durations:
        asked["return_durations"] = True
    if timestamps:
        asked["return_timestamps"] = True
    body = {"text": text, "voice": voice, **dict(sorted(asked.items()))}
    return Call(
        method="POST",
        path=wire.V1_SPEECH if durations or timestamps else wire.V1_BYTES,
        body=_compact(body),
        headers={"Content-Type": _JSON, **(_VERSION if timestamps else {})},
        billed=True,
    )


def voice_call(method: str, voice: str, changes: Mapping[str, object] | None = None) -> Call:
    """Ask for one voice of v1, change it or delete it."""
    if not encodable("voice", voice) or voice in {".", ".."}:
        raise ValueError(f"voice is {voice!r}, which is no id of a voice")
    path = f"{wire.V1_VOICE}/{quote(voice, safe='')}"
    if changes is None:
        return Call(method=method, path=path)
    return Call(method=method, path=path, body=_compact(changes), headers={"Content-Type": _JSON})


def update_voice_call(voice: str, changes: Mapping[str, object]) -> Call:
    """Ask v1 to change what is not None; raise `TypeError` for what no voice has."""
    if unknown := sorted(set(changes) - set(CHANGEABLE)):
        raise TypeError(f"update_voice() cannot change {unknown[0]!r}, but {', '.join(CHANGEABLE)}")
    return voice_call("PUT", voice, {name: value for name, value in changes.items() if value is not None})


def create_voice_call(name: str, file_name: str, recording: bytes, tags: tuple[str, ...]) -> Call:
    """Ask v1 to make a voice of a recording, with the parts that the SDKs from 2.6 on send."""
    boundary = secrets.token_hex(16)
    parts = [_part("name", name), *(_part("tags[]", tag) for tag in tags)]
    safe_name = quote(file_name, safe=" ")
    parts.append(
        f'form-data; name="file"; filename="{safe_name}"\r\nContent-Type: application/octet-stream'.encode()
        + b"\r\n\r\n"
        + recording
    )
    body = b"".join(b"--%b\r\nContent-Disposition: %b\r\n" % (boundary.encode(), part) for part in parts)
    return Call(
        method="POST",
        path=wire.V1_VOICE,
        body=body + b"--%b--\r\n" % boundary.encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}", **_VERSION},
        billed=True,
    )


def account_call() -> Call:
    """Ask v1 for plan and usage."""
    return Call(method="GET", path=wire.V1_ACCOUNT)


def _part(name: str, value: str) -> bytes:
    return f'form-data; name="{name}"\r\n\r\n{encodable(name, value)}'.encode()


def _compact(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
