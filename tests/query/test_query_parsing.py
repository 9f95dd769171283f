"""Queries mean what they say, and what cannot be meant is refused with its place."""

import pytest

from batchtts.query.parsing import parse
from batchtts.query.query import all_of
from batchtts.query.tokens import QueryError

ROW = {
    "seconds": 2.5,
    "lead_silence": 0.1,
    "flags": 0,
    "speaker": "anna",
    "extra.grade": "7",
    "extra.mood": "calm",
    "extra.loud": True,
    "extra.own take": "b",
}


@pytest.mark.parametrize(
    "text",
    [
        "seconds > 2",
        "seconds >= 2.5 and seconds<=2.5",
        "2 < seconds",
        "seconds between 2.5 and 3",
        "not seconds between 3 and 4",
        "seconds not between 3 and 4",
        "speaker = 'anna'",
        'speaker == "anna"',
        "speaker != 'ben'",
        "speaker in ('ben', 'anna')",
        "speaker not in ('ben', 'carl')",
        "lead_silence < seconds",
        "flags = 0",
        "words > 5 or seconds > 1",
        "words > 5 and seconds > 9 or flags = 0",
        "(words > 5 or seconds > 1) and NOT speaker = 'ben'",
        "words is missing AND seconds is not missing",
        "not words > 5",
        "grade > 6",
        "extra.grade = 7",
        "mood < 'calmer'",
        "loud = true",
        "`own take` = 'b'",
        "lead_silence > -1e-1",
    ],
)
def test_a_row_meets_what_is_true_of_it(text: str) -> None:
    assert parse(text).failing(ROW) is None


@pytest.mark.parametrize(
    "text",
    [
        "seconds > 2.5",
        "not seconds > 2",
        "words > 5",
        "words <= 5",
        "words != 5",
        "words not between 1 and 2",
        "mood > 3",
        "mood < 3",
        "mood = 3",
        "loud = 1",
        "speaker in ('ben', 'ANNA')",
        "seconds > 1 and (flags > 0 or speaker = 'ben')",
    ],
)
def test_a_row_fails_what_is_not(text: str) -> None:
    assert parse(text).failing(ROW) is not None


def test_and_binds_closer_than_or() -> None:
    query = parse("seconds > 1 or flags = 1 and speaker = 'ben'")
    assert query.failing(ROW) is None


def test_the_clause_that_fails_is_told_as_it_is_written() -> None:
    clause = parse("seconds > 1 and  (flags > 0   or lead_silence > 1) and speaker = 'x'").failing(ROW)
    assert clause is not None
    assert clause.text == "(flags > 0 or lead_silence > 1)"
    assert clause.names == ("flags", "lead_silence")


def test_a_query_of_alternatives_fails_as_a_whole() -> None:
    clause = parse("seconds > 9 or flags > 9").failing(ROW)
    assert clause is not None
    assert clause.text == "seconds > 9 or flags > 9"


def test_several_queries_are_one_that_wants_all() -> None:
    both = all_of([parse("seconds > 1"), parse("mood = 'x'")])
    assert str(both) == "(seconds > 1) and (mood = 'x')"
    assert [clause.text for clause in both.clauses] == ["seconds > 1", "mood = 'x'"]
    assert [asked.column for asked in both.columns] == ["mood"]


@pytest.mark.parametrize(
    ("text", "offset", "what"),
    [
        ("seconds", 7, "a comparison such as <, =, between or in is wanted here, not the end"),
        ("seconds 5", 8, "a comparison such as"),
        ("seconds >", 9, "the name of a value, a number or a text in quotes is wanted here, not the end"),
        ("", 0, "the name of a value, a number or a text in quotes is wanted here, not the end"),
        ("speaker in (anna)", 12, "a number or a text in quotes is wanted here, not 'anna'"),
        ("seconds > 5 speaker = 'a'", 12, "and, or, or the end is wanted here, not 'speaker'"),
        ("seconds > 5; drop", 11, "';' cannot be understood"),
        ("(seconds > 5", 12, ") is wanted here"),
        ("seconds > 5)", 11, "and, or, or the end"),
        ("seconds between 5, 6", 17, "and is wanted here, not ','"),
        ("speaker in 'anna'", 11, "( is wanted here"),
        ("flags > 0 and seconds = 'long'", 14, "seconds is a number"),
        ("speaker = 3", 0, "speaker is a text"),
        ("speaker = true", 0, "speaker is a text"),
        ("1 < 2", 0, "a value of the rows must be on one side"),
        ("5 is missing", 0, "only a value can be missing"),
        ("seconds > 5m", 10, "'5m' cannot be understood"),
        ("seconds > 5 && words > 2", 12, "'&&' cannot be understood"),
        ("speaker = 'anna", 10, "the quote is never closed"),
        ('flags = 0 and  "an', 15, "the quote is never closed"),
        ("`` = 1", 0, "nothing is quoted"),
        ("seconds < 1e999", 10, "1e999 is too large a number"),
        ("seconds = true", 0, "seconds is a number, and so cannot be compared with true"),
        ("flags = 0 and seconds < text", 14, "cannot be compared with text, which is a text"),
        ("seconds between 5 and 1", 0, "nothing is between these"),
        ("speaker between 'b' and 'a'", 0, "nothing is between these"),
        ("not " * 30 + "flags = 0", 80, "this nests deeper than 20 levels"),
        ("(" * 10_000, 20, "this nests deeper than 20 levels"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(text: str, offset: int, what: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert what in caught.value.what
    assert caught.value.offset == offset
