"""The bodies of requests: JSON and both kinds of forms become fields, uploads are read to their end."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from batchtts.server.inputs import Fields
from batchtts.server.refusals import Refusal, invalid

MAX_BYTES: Final = 1 << 20
"""Of a body that holds fields; 5000 characters take 60,000 bytes at most, however they are written."""

MAX_UPLOAD_BYTES: Final = 250_000_000
_MAX_FIELDS: Final = 100
_PIECE_BYTES: Final = 1 << 16

JSON: Final = "application/json"
URLENCODED: Final = "application/x-www-form-urlencoded"
FORM_DATA: Final = "multipart/form-data"
MIXED: Final = "multipart/mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload: its fields, and how many bytes each of its files has.  What is in the files is not kept."""

    fields: Fields
    file_sizes: tuple[int, ...]


async def read_fields(request: web.Request, *types: str) -> Fields:
    """Return the fields in a body of one of these media types.

    Raises `Refusal` 400 for another type and for what is no such body.
    """
    if request.content_type not in types:
        raise invalid(f"the Content-Type must be {' or '.join(types)}")
    if request.content_type == JSON:
        return Fields(_json_object(await _read(request)))
    if request.content_type == URLENCODED:
        return Fields(_form(await _read(request)))
    return (await read_upload(request, FORM_DATA, max_bytes=MAX_BYTES)).fields


async def read_upload(request: web.Request, *types: str, max_bytes: int = MAX_UPLOAD_BYTES) -> Upload:
    """Read a multipart body to its end.  Raises `Refusal` 400 for what is none, or too large.

    A part with a file name, or with the name of a file in any generation of SDKs, is a file.
    """
    if request.content_type not in types:
        raise invalid(f"the Content-Type must be {' or '.join(types)}")
    texts: dict[str, object] = {}
    sizes = []
    left = max_bytes
    try:
        async for part in _parts(await request.multipart()):
            if part.filename is None and part.name not in _FILE_NAMES:
                content = await _content(part, min(left, MAX_BYTES))
                texts[part.name or ""] = content.decode()
                left -= len(content)
            else:
                sizes.append(await _count(part, left))
                left -= sizes[-1]
            if len(texts) > _MAX_FIELDS:
                raise invalid("the form has too many fields")
    except _BROKEN as error:
        raise invalid(f"the body is no {request.content_type}") from error
    return Upload(fields=Fields(texts), file_sizes=tuple(sizes))


# What aiohttp's reader raises for a body that breaks the rules is not all of one family.
_BROKEN: Final = (
    *(ValueError, AssertionError, LookupError, RuntimeError),
    *(HttpProcessingError, web.RequestPayloadError),
)
_FILE_NAMES: Final = ("file", "files", "files[]", "file_field", "audio")


async def _parts(reader: MultipartReader) -> AsyncIterator[BodyPartReader]:
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise invalid("a part of the body is multipart itself")
        yield part


async def _content(part: BodyPartReader, max_bytes: int) -> bytes:
    content = bytearray()
    while piece := await part.read_chunk(_PIECE_BYTES):
        content += piece
        if len(content) > max_bytes:
            _too_large(max_bytes)
    return bytes(content)


async def _count(part: BodyPartReader, max_bytes: int) -> int:
    n_bytes = 0
    while piece := await part.read_chunk(_PIECE_BYTES):
        n_bytes += len(piece)
        if n_bytes > max_bytes:
            _too_large(max_bytes)
    return n_bytes


def _too_large(max_bytes: int) -> NoReturn:
    raise Refusal(400, f"the body is too large: at most {max_bytes} bytes are left for this part")


async def _read(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise invalid(f"the body is too large: at most {MAX_BYTES} bytes are allowed") from error
    except web.RequestPayloadError as error:
        raise invalid("the body is broken") from error


def _json_object(body: bytes) -> dict[str, object]:
    try:
        form = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise invalid("the body is no valid JSON") from error
    if not isinstance(form, dict):
        raise invalid("the body must be a JSON object")
    return form


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _form(body: bytes) -> dict[str, object]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:
        raise invalid("the body is no form in UTF-8, or has too many fields") from error
    return dict(pairs)
