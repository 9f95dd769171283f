"""The words, signs, numbers and texts of a query."""

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
            offset = position + len(text[position:]) - len(text[position:].lstrip())
            raise QueryError(f"{text[offset]!r} cannot be understood", offset)
        yield _token(found)
        position = found.end()


def _token(found: re.Match[str]) -> Token:
    group = found.lastgroup or "end"
    text, offset, end = found[group], found.start(group), found.end(group)
    match group:
        case "number":
            return Token(TokenKind.LITERAL, text, offset, end, float(text))
        case "text":
            return Token(TokenKind.LITERAL, text, offset, end, text[1:-1])
        case "sign":
            return Token(TokenKind.SIGN, text, offset, end)
        case "mark":
            return Token(TokenKind.WORD, text, offset, end)
        case "name":
            return _name(text, offset, end)
    return Token(TokenKind.END, "", offset, end)


def _name(text: str, offset: int, end: int) -> Token:
    word = text.lower()
    if word not in WORDS or (text not in (word, word.upper())):
        return Token(TokenKind.NAME, text.replace("`", ""), offset, end)
    if word in ("true", "false"):
        return Token(TokenKind.LITERAL, word, offset, end, word == "true")
    return Token(TokenKind.WORD, word, offset, end)
