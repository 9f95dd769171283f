"""Where sentences end, as a narrator would read them: split inside speech, never before “said he”.

One regular expression finds every place that may be an end: stops, what closes with them, and the white space
after that.  Only there is anything decided, from the word before and the first letter after.  Offsets are code
points.  docs/segmenter.md lists the rules in order and what they were measured to do.
"""

import re
from itertools import pairwise

from batchtts.plan import abbreviations, graphemes

# Stops that need white space after them, and those of scripts that do without it.
_SPACED = ".!?…‽⁇⁈⁉"
_UNSPACED = "。｡！？．।॥؟۔։።፧፨។៕။།༎꓿᠃᠉。᙮᥄᪨᪩᭞᭟᱾꘎꛳꣎꤯꧈꩝꫰꯫\u037e"
_STOPS = _SPACED + _UNSPACED
_MARKS_OF_NOTES = "⁰¹²³⁴⁵⁶⁷⁸⁹†‡"
_NARROW_SPACES = "\u00a0\u2009\u200a\u202f\u2060"

# Possessive throughout: a row of a million dots is read once.
_CANDIDATE = re.compile(
    rf"""
    (?P<stop>
        (?: ॥ \s* \d{{1,4}} \s* ॥ | [{_STOPS}]++ | (?<=[\u0370-\u03ff\u1f00-\u1fff]) ; )   # Greek asks with ;
        (?: \s? [{_STOPS}]++ (?!\w) )*+                                                  # . . .
    )
    (?P<close>
        (?: [{_NARROW_SPACES}]?+ (?: [”’»›)\]}}」』）】〉》］｝〕〗〙｣{_MARKS_OF_NOTES}] | ["'“‘«‹*_](?!\w) )
          | \[ \d{{1,3}} \]
          | \s++ [”’»›)\]}}] (?= [\s,;:—–-] | $ )                                         # French: « Oui ! »
        )*+
    )
    (?P<gap> \s*+ )
    """,
    re.VERBOSE,
)
_BEFORE_LETTERS = re.compile(rf"(?:[^\w{_STOPS}]|_)*+[{_STOPS}]*+(?:[^\w{_STOPS}]|_)*+")
_WORD = re.compile(r"[^\W_]{1,24}")
_OPENING = "“‘„‚«‹「『\"'"
_CLOSING_QUOTES = re.compile(r"[”’»›“‘«‹\"'」』]")
_NOT_AN_END = re.compile(r"[,;:，、；：،؛]")

_LONGEST_TOKEN = 24
_PARTS_WITH_STOPS = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,4}")
_ROMAN = re.compile(r"(?=[CLXVI])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_NO_BREAK_SPACES = ("\u00a0", "\u202f")

# “Stop!” I said.  “Stop!” Mr. Holmes cried.
_NAME_TAG = re.compile(
    rf"""
    (?: I | (?: (?:Mr|Mrs|Ms|Dr|St)\.?\s )? (?P<name>[^\W\d_a-z]\w{{1,24}})
            (?: \s [^\W\d_a-z][\w’'-]{{1,24}} ){{0,2}} )
    \s (?: \w{{2,16}}ly \s )?
    (?: {"|".join(sorted(abbreviations.SPEECH_VERBS))} ) \b
    """,
    re.VERBOSE,
)
# 「止まれ！」と言った。  “停！”他说。
_UNSPACED_TAG = re.compile(r"と|って|[\u4e00-\u9fff]{1,6}?[说說道问問喊叫答][，。：！？,]")

# What begins a list or a heading: • 1. / a) / IV.  And what may begin its further items, for each way to close it.
_MARKER = re.compile(
    rf"\s*+(?:[•⁃‣◦*-]\s?)?(?P<value>\d{{1,3}}|[^\W\d_]|{_ROMAN.pattern})(?P<tail>\.\)|\.|\))(?=\s)"
)
_FURTHER_MARKERS = {
    tail: re.compile(
        rf"(?<=\s)(?:[•⁃‣◦*-]\s?)?(?P<value>\d{{1,3}}|[b-z]){re.escape(tail)}(?=\s{{1,8}}\W{{0,8}}[^\W\d_])"
    )
    for tail in (".)", ".", ")")
}


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the sentences of one paragraph, heading or stanza as half-open spans that tile `text`.

    White space belongs to the sentence before it, at the very start to the first one.
    """
    cuts, marker_stops = _list_items(text)
    for match in _CANDIDATE.finditer(text):
        cut = match.end()
        if cut < len(text) and match.start() not in marker_stops and _is_end(text, match):
            cuts.add(cut)
    bounds = [0, *sorted(cuts), len(text)]
    return list(pairwise(bounds)) if text else []


def _is_end(text: str, match: re.Match[str]) -> bool:
    """Return whether a sentence ends at a candidate."""
    stop, close, gap = match.group("stop", "close", "gap")
    after = match.end()
    spaced = stop[-1] in _SPACED or stop == ";"
    if (spaced and not gap) or _NOT_AN_END.match(text, after) or not graphemes.is_boundary(text, after):
        return False
    letter = _BEFORE_LETTERS.match(text, after).end()  # type: ignore[union-attr]  # it matches the empty string
    if letter == len(text) or text[letter].islower():
        return False
    if close and _CLOSING_QUOTES.search(close) and _is_tagged(text, after, stop):
        return False
    if not spaced:
        return not _is_decimal(text, match)
    if stop == ".":
        return _full_stop_ends(text, match, letter)
    return _strong_stop_ends(text, match, letter)


def _is_tagged(text: str, after: int, stop: str) -> bool:
    """Return whether the words after a speech say who spoke it: “Stop!” I said."""
    if stop[-1] in _UNSPACED:
        return bool(_UNSPACED_TAG.match(text, after))
    tag = None if stop == "." else _NAME_TAG.match(text, after)
    return tag is not None and (tag["name"] or "").lower() not in abbreviations.SENTENCE_STARTERS


def _is_decimal(text: str, match: re.Match[str]) -> bool:
    """Return whether a full-width stop stands inside a number: ３．１４."""
    before, after = match.start() - 1, match.end()
    return match[0] == "．" and before >= 0 and text[before].isdigit() and text[after].isdigit()


def _strong_stop_ends(text: str, match: re.Match[str], letter: int) -> bool:
    """Decide about anything but a lone full stop."""
    stop, close = match.group("stop", "close")
    start = match.start()
    if close[:1] in (")", "]") and start and text[start - 1] in "([":  # [...], (!)
        return False
    if stop == "!" and not close and _token_before(text, start).lower() in abbreviations.EXCLAIMED_NAMES:
        return _starts_sentence(text, letter)
    if not close and stop.strip(". …") == "" and stop.count(".") < 4:
        return _word_at(text, letter) != "I"  # the pronoun goes on after a pause as often as it begins
    return True


def _full_stop_ends(text: str, match: re.Match[str], letter: int) -> bool:
    """Decide about a lone full stop, from the word before it and the one after."""
    token = _token_before(text, match.start())
    if token[:1].isupper() and token.lower() in abbreviations.TITLES:
        return False
    if match["close"]:
        return True
    if _needs_more(text, token.lower(), letter):
        return False
    if len(token) == 1 and token.isalpha():
        return _initial_ends(text, match.start(), letter)
    if _is_open_ended(token):
        return _starts_sentence(text, letter) or text[letter - 1] in _OPENING
    return not (match["gap"] in _NO_BREAK_SPACES and len(token) <= 5)


def _needs_more(text: str, word: str, letter: int) -> bool:
    """Return whether an abbreviation or a number cannot be the last word before what begins at `letter`."""
    if word in abbreviations.CONNECTIVES:
        return True
    if word in abbreviations.BEFORE_NUMBERS:
        return _counts(text, letter, word)
    if word.isdigit():  # am 3. Oktober
        return len(word) <= 2 and _word_at(text, letter).lower() in abbreviations.AFTER_ORDINALS
    is_unit = word in abbreviations.UNITS or (word[:1].isdigit() and word[-1].isalpha())  # 7s. 6d.
    return is_unit and text[letter].isdigit()


def _is_open_ended(token: str) -> bool:
    """Return whether a word with a stop may stand at the end of a sentence as well as inside it."""
    return (
        token.lower() in abbreviations.OPEN_ENDED
        or (token[:1].isupper() and token.lower() in abbreviations.OPEN_ENDED_NAMES)
        or _PARTS_WITH_STOPS.fullmatch(token) is not None
    )


def _initial_ends(text: str, at: int, letter: int) -> bool:
    """Decide about the stop at `at` after a single letter: J. R. R. Tolkien, but: you and I. She left."""
    initial = text[at - 1]
    before = text[max(0, at - _LONGEST_TOKEN) : at].split()[-2:-1]
    if before and initial == "I" and before[0][0].islower():
        return True
    if before and initial.islower() and before[0][-1].isdigit():  # 7 m. Then
        return True
    return initial.lower() != initial.upper() and _starts_sentence(text, letter)


def _counts(text: str, letter: int, word: str) -> bool:
    """Return whether what follows "vol." or "No." is a number or a letter that stands for one."""
    following = _word_at(text, letter)
    if following[:1].isdigit():
        return True
    if not text[letter - 1].isspace():  # under the fig. “I see.”
        return False
    if word in abbreviations.ORDINARY_WORDS:
        return len(following) > 1 and _ROMAN.fullmatch(following) is not None
    return _ROMAN.fullmatch(following) is not None or (len(following) == 1 and following != "A")


def _starts_sentence(text: str, letter: int) -> bool:
    """Return whether the word at `letter` begins sentences rather than continues names."""
    word = _word_at(text, letter)
    is_initial = len(word) == 1 and text[letter + 1 : letter + 2] == "."
    return word.lower() in abbreviations.SENTENCE_STARTERS and not is_initial


def _word_at(text: str, letter: int) -> str:
    match = _WORD.match(text, letter)
    return match[0] if match else ""


def _token_before(text: str, at: int) -> str:
    """Return what stands before the stop at `at`, back to white space, an opening mark or a dash."""
    tokens = text[max(0, at - _LONGEST_TOKEN) : at].rsplit(None, 1)
    if not tokens or text[at - 1].isspace():
        return ""
    return re.split(r"[—–/]|--|[“”‘\"'(\[{«„*_]+", tokens[-1])[-1]


def _list_items(text: str) -> tuple[set[int], set[int]]:
    """Return where the items of a list begin, and the stops inside their markers.

    A paragraph is a list if it begins with a number or with "a"; its next item has the next number or letter.
    """
    first = _MARKER.match(text)
    if not first:
        return set(), set()
    starts, stops = set(), {first.start("tail")}
    expected = _next_value(first["value"])
    for match in _FURTHER_MARKERS[first["tail"]].finditer(text, first.end()):
        if expected and match["value"] == expected:
            starts.add(match.start())
            stops.add(match.end("value"))
            expected = _next_value(expected)
    return starts, stops


def _next_value(value: str) -> str | None:
    """Return the number or letter after this one, or None if nothing is counted."""
    if value.isdigit():
        return str(int(value) + 1)
    return chr(ord(value) + 1) if "a" <= value < "z" else None
