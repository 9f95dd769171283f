"""Every status has one of three fates, and docs/engines.md says which."""

import re
from pathlib import Path

import pytest

from batchtts.engines.lmnt.fates import VERDICTS, Failure, Fate, engine_error, verdict
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
AGAIN, REJECTED, REFUSED = EngineUnavailable, TextRejected, EngineRefused
FATES: dict[int, type[EngineError]] = {
    200: AGAIN, 204: AGAIN, 206: AGAIN,
    301: REFUSED, 302: REFUSED, 303: REFUSED, 304: REFUSED, 307: REFUSED, 308: REFUSED,
    400: REJECTED, 401: REFUSED, 402: REFUSED, 403: REFUSED, 404: REFUSED, 405: REFUSED, 406: REFUSED,
    407: REFUSED, 408: AGAIN, 409: REFUSED, 410: REFUSED, 411: REFUSED, 412: REFUSED, 413: REJECTED,
    414: REFUSED, 415: REFUSED, 416: REFUSED, 417: REFUSED, 418: REFUSED, 421: REFUSED, 422: REJECTED,
    423: REFUSED, 424: REFUSED, 425: AGAIN, 426: REFUSED, 428: REFUSED, 429: AGAIN, 431: REFUSED,
    451: REFUSED, 499: REFUSED,
    500: AGAIN, 501: AGAIN, 502: AGAIN, 503: AGAIN, 504: AGAIN, 505: AGAIN, 507: AGAIN, 511: AGAIN,
    520: AGAIN, 529: AGAIN, 599: AGAIN,
    101: REFUSED, 600: REFUSED, 0: REFUSED,
}  # fmt: skip
WORDS = {AGAIN: Fate.AGAIN, REJECTED: Fate.REJECTED, REFUSED: Fate.REFUSED}


def failure(status: int | None, message: str = "no", **particulars: object) -> Failure:
    return Failure(status=status, message=message, place="http://service", **particulars)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", FATES)
def test_every_status_has_its_fate(status: int) -> None:
    error = engine_error(failure(status))
    assert type(error) is FATES[status]
    assert f"http://service answered {status}, " in str(error)
    assert str(error).endswith(": no")


def test_every_status_of_the_table_is_tried() -> None:
    assert VERDICTS.keys() <= FATES.keys()


@pytest.mark.parametrize("status", [status for status, kind in FATES.items() if kind is not AGAIN])
def test_what_is_not_asked_for_again_says_what_to_do(status: int) -> None:
    assert engine_error(failure(status)).hint


@pytest.mark.parametrize(
    ("status", "retry_after", "busy"),
    [(429, None, True), (429, 2.0, True), (503, 3.0, True), (503, None, False), (500, 4.0, False)],
)
def test_a_service_is_busy_if_it_says_so(status: int, retry_after: float | None, busy: bool) -> None:
    error = engine_error(failure(status, retry_after=retry_after))
    assert isinstance(error, EngineUnavailable)
    assert (error.busy, error.retry_after, error.reached) == (busy, retry_after, True)


@pytest.mark.parametrize("reached", [True, False])
def test_without_an_answer_it_is_asked_again_and_may_not_have_been_reached(reached: bool) -> None:
    error = engine_error(failure(None, "no route", reached=reached))
    assert isinstance(error, EngineUnavailable)
    assert (error.reached, error.busy, str(error)) == (reached, False, "LMNT at http://service: no route")


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_voice_that_is_not_known_stops_the_run_and_the_known_ones_are_named(status: int) -> None:
    error = engine_error(failure(status, "Invalid voice.", voice="lilly", known_voices=("lily", "amy")))
    assert type(error) is EngineRefused
    assert "'lilly'" in str(error)
    assert error.hint == "Its voices are lily, amy."


def test_a_text_is_rejected_even_if_a_voice_was_named() -> None:
    assert type(engine_error(failure(400, "Text is too strange.", voice="lily"))) is TextRejected


def test_a_service_that_times_no_phonemes_is_no_fault_of_the_text() -> None:
    error = engine_error(failure(400, "`extras`: the engine of this server knows no phonemes", voice="lily"))
    assert type(error) is EngineRefused
    assert "api: v1" in (error.hint or "")


def test_where_nobody_knows_the_voices_the_address_may_be_wrong() -> None:
    hint = engine_error(failure(404, voice="lily")).hint
    assert hint is not None
    assert "LMNT_BASE_URL" in hint


def test_the_page_has_the_same_table() -> None:
    rows = re.findall(
        r"^\| (\d{3}(?:, \d{3})*) \| ([a-z ]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    told = {int(status): (fate, means) for statuses, fate, means in rows for status in statuses.split(", ")}
    assert told == {status: (found.fate.value, found.meaning) for status, found in VERDICTS.items()}
    assert all(WORDS[FATES[status]] is verdict(status).fate for status in FATES)
