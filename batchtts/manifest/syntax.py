"""Mistakes of YAML syntax in plain words; the parser's own are written for people who write parsers."""

import re
from typing import NamedTuple

from yaml import Mark, MarkedYAMLError

_QUOTES = "Put quotes around a text that holds ': ' or begins with a sign."
_INDENTATION = "Entries of one list or mapping begin in the same column; a text that goes on needs quotes."


class _Explanation(NamedTuple):
    """What a complaint of the parser means.

    `begins` asks for the place where the construct begins, not where it broke; `{line}` is its line.
    """

    complaint: str
    what: str
    hint: str
    begins: bool = False


# Each row fits the wording of the parser in C as well as that of the one in Python.
_EXPLANATIONS = (
    _Explanation("mapping values are not allowed", "a key is not expected here, yet a ':' follows", _QUOTES),
    _Explanation("sequence entries are not allowed", "a list cannot begin here", "Begin it in a new line."),
    _Explanation("mapping keys are not allowed", "'?' is not expected here", _QUOTES),
    _Explanation(
        r"cannot start any token|found a tab character",
        "a value cannot begin with this character",
        "Indent with spaces, not tabs; put quotes around a text that begins with @, ` or %.",
    ),
    _Explanation(
        r"found unexpected end of stream|unexpected document (indicator|separator)",
        "this quote is never closed",
        "Add the closing quote.",
        begins=True,
    ),
    _Explanation(
        "could not find expected ':'",
        "this line is neither 'key: value' nor part of a text",
        _QUOTES,
        begins=True,
    ),
    _Explanation(
        "expected ',' or ']'",
        "expected ',' or ']': the list that begins in line {line} goes on",
        "Close it with ].",
    ),
    _Explanation(
        "expected ',' or '}'",
        "expected ',' or '}}': the mapping that begins in line {line} goes on",
        "Close it with }.",
    ),
    _Explanation(
        "expected '-' indicator", "expected the next '- ' of the list, or a line further left", _INDENTATION
    ),
    _Explanation(
        "expected key|expected <block end>", "expected the next key, or a line further left", _INDENTATION
    ),
    _Explanation("expected (the )?node content", "expected a value", "Is something missing before this?"),
    _Explanation(
        r"unknown escape|hexa?decimal number|Unicode character escape",
        "no such escape: \\ has a meaning between double quotes",
        "Write \\\\ for a backslash, or use single quotes; a character beyond U+FFFF is \\U0001F600.",
    ),
    _Explanation(
        "undefined tag handle|expected '>'|URI escape",
        "tags are refused",
        "Take the tag (!…) out, or put quotes around the text.",
    ),
    _Explanation(
        "alphabetic or numeric character",
        "'*' and '&' stand for aliases, which are refused",
        "Put quotes around the text.",
    ),
    _Explanation(
        "comment or line break|indentation indicator",
        "after | or > the text begins in the next line",
        "Put quotes around a text that begins with | or >.",
    ),
    _Explanation(
        "incompatible YAML|version number", "this version of YAML is not known", "Take the %YAML line out."
    ),
    _Explanation(
        "expected '?<document start>", "the manifest has ended above this", "Is a space missing after ':'?"
    ),
)


def explain(error: MarkedYAMLError) -> tuple[int, int, str, str | None]:
    """Return line and column, from 1, of a mistake, what is wrong, and a hint."""
    problem = error.problem or "this is not YAML"
    found = next((row for row in _EXPLANATIONS if re.search(row.complaint, problem)), None)
    begin = _place(error.context_mark or error.problem_mark)
    place = begin if found and found.begins else _place(error.problem_mark or error.context_mark)
    return (
        (*place, found.what.format(line=begin[0]), found.hint)
        if found
        else (*place, f"YAML: {problem}", None)
    )


def _place(mark: Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
