"""What follows from each status with which LMNT, or whatever stands before it, may answer.

One table says it for every status: ask again, give up on this text, or stop the run.  docs/engines.md shows
the same table, and a test holds the two together.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected


class Fate(StrEnum):
    """What a run does next."""

    AGAIN = "ask again"
    REJECTED = "give up on this text"
    REFUSED = "stop the run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer means, and what to do about it."""

    fate: Fate
    meaning: str
    hint: str | None = None


_KEY = "Set the environment variable LMNT_API_KEY to a key of your account."
_URL = "Check base_url under engines.lmnt.settings, or the environment variable LMNT_BASE_URL."

VERDICTS: Mapping[int, Verdict] = {
    400: Verdict(
        fate=Fate.REJECTED, meaning="it does not take the request", hint="Change the text, or leave it out."
    ),
    401: Verdict(fate=Fate.REFUSED, meaning="it wants a key", hint=_KEY),
    402: Verdict(
        fate=Fate.REFUSED, meaning="the account has no credit left", hint="Add credit, then run it again."
    ),
    403: Verdict(fate=Fate.REFUSED, meaning="it does not accept the key", hint=_KEY),
    404: Verdict(fate=Fate.REFUSED, meaning="it does not know the voice or the address", hint=_URL),
    408: Verdict(fate=Fate.AGAIN, meaning="the request took too long"),
    413: Verdict(
        fate=Fate.REJECTED, meaning="the text is too long", hint="Give limits.max_chars a smaller number."
    ),
    422: Verdict(
        fate=Fate.REJECTED, meaning="it does not take the request", hint="Change the text, or leave it out."
    ),
    425: Verdict(fate=Fate.AGAIN, meaning="the request came too early"),
    429: Verdict(fate=Fate.AGAIN, meaning="it is asked for too much at once"),
    500: Verdict(fate=Fate.AGAIN, meaning="it has failed"),
    502: Verdict(fate=Fate.AGAIN, meaning="its gateway has failed"),
    503: Verdict(fate=Fate.AGAIN, meaning="it is away or overloaded"),
    504: Verdict(fate=Fate.AGAIN, meaning="its gateway has waited too long"),
}
"""The statuses that mean something of their own; `verdict` knows the others."""

_OTHERS: Mapping[int, Verdict] = {
    2: Verdict(fate=Fate.AGAIN, meaning="the answer cannot be used"),
    3: Verdict(fate=Fate.REFUSED, meaning="the address has moved", hint=_URL),
    4: Verdict(fate=Fate.REFUSED, meaning="it does not take requests of this kind", hint=_URL),
    5: Verdict(fate=Fate.AGAIN, meaning="it has failed"),
}

_BUSY = 429
_OVERLOADED = 503
_ABOUT_VOICE = re.compile(r"\bvoices?\b", re.IGNORECASE)
_ABOUT_PHONEMES = re.compile(r"\bextras\b|\bphonemes?\b", re.IGNORECASE)
_NO_HTTP = Verdict(fate=Fate.REFUSED, meaning="what answers does not speak HTTP as LMNT does", hint=_URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An answer that is no speech: its status, what it says, and when to come back.

    Without a status nothing that could be read came back; `reached` is False where the request cannot have
    arrived.  `voice` is the one that was asked for, `known_voices` are those there are, if anybody asked;
    `place` is the address.
    """

    status: int | None
    message: str
    retry_after: float | None = None
    reached: bool = True
    voice: str | None = None
    known_voices: tuple[str, ...] = ()
    place: str = ""


def verdict(status: int) -> Verdict:
    """Return what an answer of this status means."""
    return VERDICTS.get(status) or _OTHERS.get(status // 100, _NO_HTTP)


def engine_error(failure: Failure) -> EngineError:
    """Return the error that lets a run do what the failure calls for."""
    if failure.status is None:
        return EngineUnavailable(
            f"LMNT at {failure.place}: {failure.message}",
            retry_after=failure.retry_after,
            reached=failure.reached,
        )
    found = verdict(failure.status)
    about_voice = is_about_voice(failure)
    said = f": {failure.message}" if failure.message else ""
    meaning = f"it does not know the voice {failure.voice!r} here" if about_voice else found.meaning
    text = f"LMNT at {failure.place} answered {failure.status}, {meaning}{said}"
    if found.fate is Fate.AGAIN:
        return EngineUnavailable(
            text, retry_after=failure.retry_after, busy=_is_busy(failure), reached=failure.reached
        )
    if found.fate is Fate.REJECTED and _ABOUT_PHONEMES.search(failure.message):
        return EngineRefused(text, hint="It times no phonemes: say settings: {api: v1} under engines.lmnt.")
    if found.fate is Fate.REJECTED and not about_voice:
        return TextRejected(text, hint=found.hint)
    return EngineRefused(text, hint=_voice_hint(failure) if about_voice else found.hint)


def is_about_voice(failure: Failure) -> bool:
    """Return whether the answer is about the voice: no other text would fare better with it.

    Of a voice that is known to be there, a message may speak all the same.
    """
    if failure.voice is None or failure.voice in failure.known_voices:
        return False
    if failure.status == 404:
        return True
    rejected = failure.status is not None and verdict(failure.status).fate is Fate.REJECTED
    return rejected and _ABOUT_VOICE.search(failure.message) is not None


def _voice_hint(failure: Failure) -> str:
    return f"Its voices are {', '.join(failure.known_voices)}." if failure.known_voices else _URL


def _is_busy(failure: Failure) -> bool:
    return failure.status == _BUSY or (failure.status == _OVERLOADED and failure.retry_after is not None)
