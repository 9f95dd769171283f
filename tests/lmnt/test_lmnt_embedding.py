"""Audio is cut out of JSON only where the parser would have found the very same."""

import base64
import binascii
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchtts.lmnt.embedding import cut_audio

RECORDING = bytes(range(256)) * 7
ENCODED = base64.b64encode(RECORDING).decode()


@pytest.mark.parametrize(
    "body",
    [
        {"audio": ENCODED, "seed": 7, "durations": [{"text": "“audio”: ”", "start": 0}]},
        {"seed": 7, "durations": [{"text": 'say "audio": "QUJD" to them'}], "audio": ENCODED},
        {"audio": "", "durations": []},
    ],
)
@pytest.mark.parametrize("form", [{}, {"ensure_ascii": False}, {"indent": 2}, {"separators": (",", ":")}])
def test_audio_is_cut_out_wherever_it_stands(body: dict[str, Any], form: dict[str, Any]) -> None:
    cut = cut_audio(json.dumps(body, **form).encode())
    assert cut is not None
    told, audio = cut
    assert audio == base64.b64decode(body["audio"])
    assert told | {"audio": body["audio"]} == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"audio": "QUJD"',
        b'{"audio": "QUJD',
        b'{"audio": "QUJD"',
        b'{"audio": "QUJD"} and more',
        b'{"audio": null}',
        b'{"audio": ["QUJD"]}',
        b'["audio", {"audio": "QUJD"}]',
        b'{"inner": {"audio": "QUJD"}}',
        b'{"inner": {"audio": "QUJD"}, "audio": "RUZH"}',
        b'{"audio": "QUJD", "audio": "RUZH"}',
        b'{"inner": {"audio": "QUJD"}, "\\u0061udio": "RUZH"}',
        b'{"audio": "QUJ\\u0044"}',
        b'{"audio": "a\\/bc"}',
        b'{"audio": "QUJD\n"}',
        b'{"audio": "QUJ"}',
        b'{"audio": "QU==QUJD"}',
        b'{"audio": "QU-_"}',
        '{"audio": "QUJÐ"}'.encode(),
        b'{"audio": "QUJD", "text": "\xff"}',
        '{"audio": "QUJD"}'.encode("utf-16"),
        '{"audio": "QUJD"}'.encode("utf-32-le"),
        b'{"audio": "QUJD", "deep": ' + b"[" * 200_000,
    ],
)
def test_what_is_unusual_or_wrong_is_left_to_the_parser(body: bytes) -> None:
    assert cut_audio(body) is None


NAMES = st.sampled_from(["audio", "seed", '"audio": "', "a"])
TEXTS = st.one_of(st.sampled_from(["audio", ENCODED, "QUJD", "!", '"audio": "QUJD"']), st.text(max_size=8))
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.integers()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


# The first text that hypothesis ever makes on a machine takes it seconds.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, VALUES, max_size=4), st.booleans())
def test_what_is_cut_out_is_what_a_parser_finds(body: dict[str, Any], ensure_ascii: bool) -> None:
    cut = cut_audio(json.dumps(body, ensure_ascii=ensure_ascii).encode("utf-8", "surrogatepass"))
    if cut is not None:
        told, audio = cut
        assert audio == base64.b64decode(body["audio"], validate=True)
        assert told | {"audio": body["audio"]} == body
    elif isinstance(body.get("audio"), str):
        assert not _is_plain(body)


def _is_plain(body: dict[str, Any]) -> bool:
    """Return whether nothing but its one field looks like audio."""
    if json.dumps(body).count('"audio"') != 1:
        return False
    try:
        base64.b64decode(body["audio"], validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
