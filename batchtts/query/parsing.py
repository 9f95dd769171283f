"""Text becomes a query, by recursive descent.  Nothing is ever evaluated as a program.

query      = and-list { "or" and-list }
and-list   = negated { "and" negated }
negated    = "not" negated | "(" query ")" | comparison
comparison = operand ( sign operand
                     | ["not"] "between" operand "and" operand
                     | ["not"] "in" "(" literal { "," literal } ")"
                     | "is" ["not"] "missing" )
sign       = "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
operand    = name | literal
literal    = number | "text" | 'text' | "true" | "false"
name       = letters, digits and _ | "extra." name | `any characters`
"""

from collections.abc import Callable, Iterator, Sequence

from batchtts.query.conditions import (
    SIGNS,
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    Literal,
    Missing,
    Name,
    Negation,
    Operand,
)
from batchtts.query.query import Asked, Clause, Query
from batchtts.query.tokens import QueryError, Token, TokenKind, tokens
from batchtts.query.values import COLUMN, VALUES, ValueKind

MOST_LEVELS = 20


def parse(text: str) -> Query:
    """Return the query that a text is; raise `QueryError` with the offset of what is wrong."""
    parser = _Parser(text)
    clauses = tuple(parser.clauses())
    return Query(text=" ".join(text.split()), clauses=clauses, columns=tuple(parser.columns))


class _Parser:
    """Goes through the tokens of a text, with one of them in sight."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._end = 0
        self._level = 0
        self.columns: list[Asked] = []

    def clauses(self) -> Iterator[Clause]:
        """Yield the parts of the outermost "and", or the one condition that there is."""
        parts = [self._clause(self._negated)]
        while self._take("and"):
            parts.append(self._clause(self._negated))
        if self._next.is_word("or"):
            condition: Condition = _joined(Conjunction, [part.condition for part in parts])
            alternatives = [condition]
            while self._take("or"):
                alternatives.append(self._conjunction())
            parts = [Clause(text=" ".join(self._text.split()), condition=Disjunction(tuple(alternatives)))]
        if self._next.kind is not TokenKind.END:
            raise self._unexpected("and, or, or the end")
        yield from parts

    def _clause(self, read: Callable[[], Condition]) -> Clause:
        start = self._next.offset
        condition = read()
        return Clause(text=" ".join(self._text[start : self._end].split()), condition=condition)

    def _disjunction(self) -> Condition:
        parts = [self._conjunction()]
        while self._take("or"):
            parts.append(self._conjunction())
        return _joined(Disjunction, parts)

    def _conjunction(self) -> Condition:
        parts = [self._negated()]
        while self._take("and"):
            parts.append(self._negated())
        return _joined(Conjunction, parts)

    def _negated(self) -> Condition:
        self._level += 1
        if self._level > MOST_LEVELS:
            raise QueryError(f"this nests deeper than {MOST_LEVELS} levels", self._next.offset)
        if self._take("not"):
            found: Condition = Negation(self._negated())
        elif self._take("("):
            found = self._disjunction()
            self._demand(")")
        else:
            found = self._comparison()
        self._level -= 1
        return found

    def _comparison(self) -> Condition:
        offset = self._next.offset
        left = self._operand()
        if self._next.kind is TokenKind.SIGN:
            sign = self._advance().text
            return self._compared(left, "=" if sign == "==" else sign, self._operand(), offset)
        if self._take("is"):
            return self._missing(left, offset)
        is_negated = self._take("not")
        if self._take("between"):
            found = self._between(left, offset)
        elif self._take("in"):
            found = self._in(left, offset)
        else:
            raise self._unexpected("a comparison such as <, =, between or in")
        if not is_negated:
            return found
        known = [Negation(Missing(left))] if isinstance(left, Name) else []
        return _joined(Conjunction, [*known, Negation(found)])

    def _missing(self, left: Operand, offset: int) -> Condition:
        if isinstance(left, Literal):
            raise QueryError("only a value can be missing", offset)
        is_negated = self._take("not")
        self._demand("missing")
        return Negation(Missing(left)) if is_negated else Missing(left)

    def _between(self, left: Operand, offset: int) -> Condition:
        least = self._operand()
        self._demand("and")
        most = self._operand()
        if isinstance(least, Literal) and isinstance(most, Literal) and SIGNS[">"](least.value, most.value):
            raise QueryError("nothing is between these: the first is greater than the second", offset)
        return Conjunction(
            (self._compared(left, ">=", least, offset), self._compared(left, "<=", most, offset))
        )

    def _in(self, left: Operand, offset: int) -> Condition:
        self._demand("(")
        parts = [self._compared(left, "=", self._literal(), offset)]
        while self._take(","):
            parts.append(self._compared(left, "=", self._literal(), offset))
        self._demand(")")
        return _joined(Disjunction, parts)

    def _operand(self) -> Operand:
        if self._next.kind is TokenKind.NAME:
            token = self._advance()
            if token.text not in VALUES:
                column = token.text.removeprefix(COLUMN)
                self.columns.append(Asked(column=column, offset=token.offset))
                return Name(COLUMN + column)
            return Name(token.text)
        return self._literal("the name of a value, a number or a text in quotes")

    def _literal(self, wanted: str = "a number or a text in quotes") -> Literal:
        token = self._next
        if token.value is None:
            raise self._unexpected(wanted)
        self._advance()
        return Literal(token.value)

    def _compared(self, left: Operand, sign: str, right: Operand, offset: int) -> Comparison:
        """Return a comparison of things that can be compared; columns may hold anything."""
        if isinstance(left, Literal) and isinstance(right, Literal):
            raise QueryError("a value of the rows must be on one side", offset)
        for name, other in ((left, right), (right, left)):
            if isinstance(name, Name) and isinstance(other, Literal) and name.name in VALUES:
                _check_literal(name.name, other, offset)
        if isinstance(left, Name) and isinstance(right, Name):
            _check_names(left.name, right.name, offset)
        return Comparison(left, sign, right)

    def _take(self, word: str) -> bool:
        """Go on if the next token is this word or mark; return whether it was."""
        if not self._next.is_word(word):
            return False
        self._advance()
        return True

    def _demand(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(word)

    def _advance(self) -> Token:
        token = self._next
        self._end = token.end
        self._next = next(self._tokens)
        return token

    def _unexpected(self, wanted: str) -> QueryError:
        found = "the end" if self._next.kind is TokenKind.END else repr(self._next.text)
        return QueryError(f"{wanted} is wanted here, not {found}", self._next.offset)


def _check_literal(name: str, literal: Literal, offset: int) -> None:
    if VALUES[name].kind is ValueKind.NUMBER:
        if not isinstance(literal.value, float):
            shown = str(literal.value).lower() if isinstance(literal.value, bool) else repr(literal.value)
            raise QueryError(f"{name} is a number, and so cannot be compared with {shown}", offset)
    elif not isinstance(literal.value, str):
        raise QueryError(f"{name} is a text: it is compared with one in quotes", offset)


def _check_names(left: str, right: str, offset: int) -> None:
    kinds = [VALUES[name].kind for name in (left, right) if name in VALUES]
    if len({*kinds}) > 1:
        what = f"{left} is a {kinds[0]}, and so cannot be compared with {right}, which is a {kinds[1]}"
        raise QueryError(what, offset)


def _joined(join: Callable[[tuple[Condition, ...]], Condition], parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else join(tuple(parts))
