"""Cuts one paragraph into segments: its sentences, and pieces of those that are too long to ask for at once.

A long sentence is cut into about equal pieces.  Around each ideal place the best kind of cut wins, and among
cuts of that kind the nearest.  Words stay whole unless one alone is too long, and characters as readers see
them (grapheme clusters) unless one alone is.
"""

import re
from collections.abc import Iterable, Iterator

from batchtts.plan import graphemes
from batchtts.plan.sentences import sentence_spans

_CLOSING = "”’»›)\\]}」』）】\"'"
_WITHOUT_SPACES = (
    "\u0e01-\u0e4e\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_NEVER_FIRST = (
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々ゝゞヽヾｰ"  # Japanese lines do not begin with these
)

# Places to cut a long sentence, best first; a match ends where the piece before the cut ends.
_BETWEEN_LETTERS = re.compile(rf"[{_WITHOUT_SPACES}](?=[{_WITHOUT_SPACES}])(?![{_NEVER_FIRST}])")
_KINDS = (
    # a stop inside speech (“Stop! who are you?”), the end of a speech if no “said he” follows
    re.compile(r"[!?…](?=\s+\w)|[.!?…]\u2060?(?:—|--)(?=\w)|[”»\"'](?=\s+[“«])|—[”»\"](?=\s+[^\Wa-z])"),
    # between clauses, and before a speech (said Alice, “I will eat it”)
    re.compile(rf"[;:][{_CLOSING}]*(?=\s)|[；：؛]|,(?=\s+[“«])"),
    # a comma, but not between a speech and its “said he”; a dash
    re.compile(
        rf",(?=\s)|,[{_CLOSING}]+(?=\s+[^\sa-z])|[、，،]|(?:—|--)[{_CLOSING}]*(?=[\s\w“«])|(?<=\s)[–-](?=\s)"
    ),
    re.compile(r"(?=\n)"),
    # a space, but not the one after "Mr."; an invisible one; Tibetan's mark between syllables
    re.compile(r"(?<!\.)(?=[^\S\u00a0\u202f])|[\u200b་]"),
    _BETWEEN_LETTERS,
)
_LAST_RESORTS = (re.compile(r"(?=\s)|[\u200b་]"), _BETWEEN_LETTERS)
_SIGHT = 8  # how far past a cut a pattern may look
_WHITE_SPACE = re.compile(r"\s*+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def split(text: str, *, max_characters: int) -> list[tuple[int, int]]:
    """Return half-open spans that tile `text`, each at most `max_characters` code points without outer white space.

    One sentence is one span.  A span without a letter or digit joins a neighbour if the two still fit.
    Raises ValueError if `max_characters` is less than 1.
    """
    if max_characters < 1:
        raise ValueError(f"max_characters is {max_characters}, but a segment holds at least one character")
    spans = [
        piece
        for start, end in sentence_spans(text)
        for piece in (
            [(start, end)] if end - start <= max_characters else _pieces(text, start, end, max_characters)
        )
    ]
    return _join_wordless(text, spans, max_characters)


def split_again(text: str, *, max_characters: int) -> list[tuple[int, int]]:
    """Return spans as `split` does, for a text that was not to be split; a single one if only words could be cut."""
    spans = split(text, max_characters=max_characters)
    if any(_tears_word(text, end) for _, end in spans[:-1]):
        return [(0, len(text))]
    return spans


def _tears_word(text: str, cut: int) -> bool:
    is_inside = all(_LETTER_OR_DIGIT.match(character) for character in text[cut - 1 : cut + 1])
    return is_inside and _BETWEEN_LETTERS.match(text, cut - 1) is None


def _pieces(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Cut one sentence that may be too long."""
    content = text[start:end]
    last = start + len(content.rstrip())
    begin = min(last, end - len(content.lstrip()))
    while last - begin > limit:
        cut = _best_cut(text, begin, last, limit)
        yield start, cut
        start = begin = cut
    yield start, end


def _best_cut(text: str, begin: int, last: int, limit: int) -> int:
    """Return where the piece that begins at `begin` should end, of a rest that is too long for one piece."""
    length = last - begin
    ideal = length / -(-length // limit)
    low, high = begin + max(1, int(ideal / 2)), begin + min(limit, int(ideal * 3 / 2))
    for kind in _KINDS:
        ends = sorted(_ends(text, kind, low, high), key=lambda end: abs(end - begin - ideal))
        if cut := _first_possible(text, begin, ends):
            return cut
    for kind in _LAST_RESORTS:
        if cut := _first_possible(text, begin, reversed(list(_ends(text, kind, begin + 1, begin + limit)))):
            return cut
    cut = graphemes.last_boundary(text, begin, begin + max(1, round(ideal)))
    if graphemes.is_boundary(text, cut, start=begin):
        return cut
    return graphemes.last_boundary(text, begin, begin + limit)  # a character is longer than an even piece


def _ends(text: str, kind: re.Pattern[str], low: int, high: int) -> Iterator[int]:
    """Return where pieces could end, between `low` and `high`."""
    for match in kind.finditer(text, low - 1, high + _SIGHT):
        if low <= match.end() <= high:
            yield match.end()


def _first_possible(text: str, begin: int, ends: Iterable[int]) -> int | None:
    """Return where the next piece begins, for the first end that tears no character apart."""
    for end in ends:
        cut = _WHITE_SPACE.match(text, end).end()  # type: ignore[union-attr]  # it matches the empty string
        if graphemes.is_boundary(text, cut, start=begin):
            return cut
    return None


def _join_wordless(text: str, spans: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """Join what has no letter or digit (* * *, a lone quote) to the span before it, or else to the one after."""
    joined: list[tuple[int, int]] = []
    has_words = True
    for start, end in spans:
        adds_words = _LETTER_OR_DIGIT.search(text, start, end) is not None
        if joined and not (has_words and adds_words) and _fits(text, joined[-1][0], end, limit):
            joined[-1] = (joined[-1][0], end)
            has_words = has_words or adds_words
        else:
            joined.append((start, end))
            has_words = adds_words
    return joined


def _fits(text: str, start: int, end: int, limit: int) -> bool:
    return end - start <= limit or len(text[start:end].strip()) <= limit
