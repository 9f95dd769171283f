"""The words, signs, numbers and texts of a query."""

import math
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

WORDS = frozenset({"and", "or", "not", "between", "in", "is", "missing", "true", "false"})
"""What cannot be the name of a value; these words may also be written in capitals."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign><=|>=|==|!=|<|>|=)
      | (?P<mark>[(),])
      | (?P<name>(?:extra\.)?(?:[^\W\d]\w*|`[^`]+`))
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)

_STRETCH = re.compile(r"\s*([\w.]+|[\"'`]|[^\w\s\"'`]+)")
"""What is shown of a text where no token begins."""


class QueryError(ValueError):
    """A query cannot be understood; `offset` is where in its text."""

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()  # of the language, or one of the marks ( ) ,
    SIGN = auto()
    NAME = auto()
    LITERAL = auto()
    END = auto()


class Token(NamedTuple):
    """A token, and where it stands; `value` is what a literal means."""

    kind: TokenKind
    text: str
    offset: int
    end: int
    value: str | float | bool | None = None

    def is_word(self, word: str) -> bool:
        """Return whether it is this word or mark of the language."""
        return self.kind is TokenKind.WORD and self.text == word


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, and an end again and again; raise `QueryError` for what is none."""
    position = 0
    while position <= len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unknown(text, position)
        yield _token(found)
        position = found.end()


def _unknown(text: str, position: int) -> QueryError:
    """Return what is wrong where no token begins."""
    found = _STRETCH.match(text, position)
    assert found is not None  # white space up to the end is a token
    stretch, offset = found[1], found.start(1)
    if stretch[0] in "\"'`":
        what = (
            "nothing is quoted"
            if text[offset + 1 : offset + 2] == stretch[0]
            else "the quote is never closed"
        )
        return QueryError(what, offset)
    return QueryError(f"{stretch!r} cannot be understood", offset)


def _token(found: re.Match[str]) -> Token:
    group = found.lastgroup or "end"
    text, offset, end = found[group], found.start(group), found.end(group)
    match group:
        case "number":
            return Token(TokenKind.LITERAL, text, offset, end, _number(text, offset))
        case "text":
            return Token(TokenKind.LITERAL, text, offset, end, text[1:-1])
        case "sign":
            return Token(TokenKind.SIGN, text, offset, end)
        case "mark":
            return Token(TokenKind.WORD, text, offset, end)
        case "name":
            return _name(text, offset, end)
    return Token(TokenKind.END, "", offset, end)


def _number(text: str, offset: int) -> float:
    number = float(text)
    if math.isinf(number):
        raise QueryError(f"{text} is too large a number", offset)
    return number


def _name(text: str, offset: int, end: int) -> Token:
    word = text.lower()
    if word not in WORDS or (text not in (word, word.upper())):
        return Token(TokenKind.NAME, text.replace("`", ""), offset, end)
    if word in ("true", "false"):
        return Token(TokenKind.LITERAL, word, offset, end, word == "true")
    return Token(TokenKind.WORD, word, offset, end)
