"""What has no take: distinct texts to ask for, in reading order, and the holes where there are none."""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterator

from batchtts.job import Job
from batchtts.ledger.pages import PAGE, Stretch, stretches
from batchtts.ledger.planned import JOINED, N_COLUMNS, SEGMENT, segment_of
from batchtts.ledger.queries import Asked, Asking, Hole, Lacking, Row, rows
from batchtts.ledger.scope import Scope
from batchtts.model import Locator

_STRETCH = 32_768
"""How many segments are added up in one go."""

_TO_ASK = (
    "segment_state.number BETWEEN :first AND :last "
    "AND (segment_state.state IN ('pending', 'rendering') OR (:retry_failed AND segment_state.state = 'failed')) "
    # Of equal texts the first within the scope is asked for; that does not depend on what has been done.
    "AND NOT EXISTS (SELECT 1 FROM segment AS earlier WHERE earlier.fingerprint = segment_state.fingerprint "
    "AND earlier.chapter = segment_state.chapter AND earlier.number < segment_state.number) "
    "AND NOT EXISTS (SELECT 1 FROM segment AS earlier WHERE earlier.fingerprint = segment_state.fingerprint "
    "AND earlier.chapter < segment_state.chapter "
    "AND (:chapters IS NULL OR earlier.chapter IN (SELECT value FROM json_each(:chapters))))"
)

_PENDING = (
    f"SELECT {SEGMENT}, "  # noqa: S608
    "(SELECT seed FROM retake WHERE retake.fingerprint = segment.fingerprint AND seed IS NOT NULL "
    "ORDER BY retake.id DESC LIMIT 1), "
    # Pruned takes count as well: their attempts are still there.
    "1 + max((SELECT ifnull(max(number), 0) FROM take WHERE take.fingerprint = segment.fingerprint), "
    "(SELECT count(*) FROM attempt WHERE attempt.fingerprint = segment.fingerprint "
    "AND outcome IN ('kept', 'adopted'))) "
    f"FROM segment_state CROSS JOIN {JOINED} "
    f"WHERE segment.number = segment_state.number AND {_TO_ASK} ORDER BY segment_state.number"
)

_SUMS = (
    "SELECT voice, count(*), total(seconds), sum(characters) FROM segment_state "  # noqa: S608
    f"WHERE {_TO_ASK} GROUP BY voice ORDER BY voice"
)

_EACH = (
    "SELECT voice, hash, segment_state.seconds, characters FROM segment_state "  # noqa: S608
    f"JOIN fingerprint ON fingerprint.id = segment_state.fingerprint WHERE {_TO_ASK}"
)

_ALL = (
    "SELECT voice, count(*), total(seconds), sum(characters) FROM segment "
    "WHERE number BETWEEN :first AND :last GROUP BY voice ORDER BY voice"
)

_ALL_EACH = (
    "SELECT voice, hash, seconds, characters FROM segment "
    "JOIN fingerprint ON fingerprint.id = segment.fingerprint WHERE number BETWEEN :first AND :last"
)

_HOLE = (
    "SELECT segment.id, fingerprint.hash, segment.document, segment.href, segment.xpath, segment.line, "
    "segment.text, segment_state.state, (SELECT detail FROM attempt "
    "WHERE attempt.fingerprint = segment.fingerprint ORDER BY attempt.id DESC LIMIT 1), segment.number "
    "FROM segment_state CROSS JOIN segment ON segment.number = segment_state.number "
    "JOIN fingerprint ON fingerprint.id = segment.fingerprint "
)
_HOLES = (
    f"{_HOLE} WHERE segment_state.number BETWEEN ? AND ? AND segment_state.state <> 'done' "
    "ORDER BY segment_state.number"
)
_HOLES_AT = (
    f"{_HOLE} WHERE segment_state.number IN (SELECT value FROM json_each(?)) "  # noqa: S608
    "ORDER BY segment_state.number"
)
_FAILED = (
    "SELECT number FROM segment_state WHERE state = 'failed' "
    # Not needed for the answer: it spares a look at every segment that never failed.
    "AND fingerprint IN (SELECT fingerprint FROM attempt WHERE outcome IN ('rejected', 'failed_checks')) "
    "AND (:chapters IS NULL OR chapter IN (SELECT value FROM json_each(:chapters))) ORDER BY number"
)


def pending(
    ask: Asking, scope: Scope, job: Job, *, retry_failed: bool, voices: frozenset[str]
) -> Iterator[Asked]:
    """Yield what to ask engines for: of equal texts the first in the scope, if one of these voices speaks it.

    Takes may be kept meanwhile; chapters that are whole are not looked at.
    """
    form = _form(ask, scope, retry_failed=retry_failed)
    for stretch in stretches(ask, scope, is_lacking=True):
        for row in ask(rows(_PENDING, _within(form, stretch))):
            segment = segment_of(row[:N_COLUMNS], job)
            if segment.voice.name in voices and (scope.holds is None or scope.holds(segment.fingerprint)):
                seed, number = row[N_COLUMNS:]
                yield Asked(segment=segment, seed=segment.seed if seed is None else seed, number=number)


def lacking(ask: Asking, scope: Scope, *, retry_failed: bool) -> list[Lacking]:
    """Return what `pending` would yield, added up by voice; voices that lack nothing are left out."""
    form = _form(ask, scope, retry_failed=retry_failed)
    return _added_up(ask, scope, form, (_SUMS, _EACH), is_lacking=True)


def voices(ask: Asking, scope: Scope) -> list[Lacking]:
    """Return all segments of a scope, added up by voice."""
    return _added_up(ask, scope, {}, (_ALL, _ALL_EACH), is_lacking=False)


def holes(ask: Asking, scope: Scope, *, only_failed: bool) -> Iterator[Hole]:
    """Yield the segments that have no take, or those of them that have failed, in reading order."""
    for row in _failed(ask, scope) if only_failed else _lacking_rows(ask, scope):
        segment, fingerprint, document, href, xpath, line, text, state, detail, _ = row
        if scope.holds is None or scope.holds(fingerprint):
            yield Hole(
                segment=segment,
                fingerprint=fingerprint,
                document=document,
                locator=str(Locator(href=href, xpath=xpath, line=line)),
                text=text,
                state=state,
                detail=detail,
            )


def _lacking_rows(ask: Asking, scope: Scope) -> Iterator[Row]:
    for stretch in stretches(ask, scope, is_lacking=True):
        yield from ask(rows(_HOLES, stretch))


def _failed(ask: Asking, scope: Scope) -> Iterator[Row]:
    form = {"chapters": _positions(ask, scope)}
    numbers = ask(lambda db: array("q", (number for [number] in db.execute(_FAILED, form))))
    for start in range(0, len(numbers), PAGE):
        yield from ask(rows(_HOLES_AT, (json.dumps(list(numbers[start : start + PAGE])),)))


def _form(ask: Asking, scope: Scope, *, retry_failed: bool) -> dict[str, object]:
    """Return the parameters that all stretches share."""
    return {"retry_failed": retry_failed, "chapters": _positions(ask, scope)}


def _positions(ask: Asking, scope: Scope) -> str | None:
    """Return the positions of a scope's chapters as JSON, None if it is all of them."""
    if scope.chapters is None:
        return None
    found = ask(rows("SELECT position, id FROM chapter"))
    return json.dumps([position for position, id_ in found if scope.has(id_)])


def _within(form: dict[str, object], stretch: Stretch) -> dict[str, object]:
    return {**form, "first": stretch[0], "last": stretch[1]}


def _added_up(
    ask: Asking, scope: Scope, form: dict[str, object], queries: tuple[str, str], *, is_lacking: bool
) -> list[Lacking]:
    """Add up what the first of two queries returns by voice, or the second for each segment."""
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0])
    query = queries[scope.holds is not None]
    for stretch in stretches(ask, scope, is_lacking=is_lacking, longest=_STRETCH):
        for voice, what, seconds, n_characters in ask(rows(query, _within(form, stretch))):
            if scope.holds is None or scope.holds(what):
                own = sums[voice]
                own[0] += what if scope.holds is None else 1
                own[1] += seconds
                own[2] += n_characters
    return [
        Lacking(voice=voice, n_segments=int(n), seconds=seconds, n_characters=int(n_characters))
        for voice, (n, seconds, n_characters) in sorted(sums.items())
    ]
