"""Text that is still arriving, and the sentences in it that are surely complete.

Where it is cut depends on the text alone, never on how it was split on its way or when it came.  So a cut is not
looked for when something arrives, but at fixed places: where a word has begun or ended, with everything that
stands before that place and nothing behind it.  There a cut is sure if it would still be made whatever came next;
a few ways to go on are tried that would turn an end into something else.
"""

import re

from batchtts.plan.sentences import sentence_spans
from batchtts.plan.splitting import split

LONGEST_SENTENCE = 1_000
"""Characters.  A sentence beyond that is cut between its clauses: nobody should wait a minute for its first word."""

_PLACE = re.compile(r"(?<=\w)\W|(?<!\w)\w")
_POSSIBLE_END = re.compile(r"[^\w\s,]|\n")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*(?=\S)")
_COUNTED = re.compile(r"\d\.\s+\w\Z")
"""A number, a stop and the first letter of a word: it takes the whole word to know an ordinal (am 3. Oktober)."""

_WAYS_TO_GO_ON = (
    *(
        "said ",
        " said ",
        "qq said ",
        "qqly said ",
        " Qq said ",
        "说，",
        "て",
    ),  # “Stop!” she said; 「止まれ！」と言った
    *("qq ", ".", "I "),  # the word goes on; it is an initial; it is a Roman number
)

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FIRST_HALVES = ("\ud800", "\udbff")


class TextBuffer:
    """Collects text and gives up its sentences one by one."""

    def __init__(self, *, longest: int = LONGEST_SENTENCE) -> None:
        """Cut sentences of more than `longest` characters."""
        self._longest = longest
        self._text = ""
        self._n_seen = 0
        self._half = ""

    def add(self, text: str) -> list[str]:
        """Take in more text; return the sentences that have become complete.

        White space stays where it is, behind a sentence.  What has no letter and no digit is left out where it
        would stand alone: there is nothing to say.
        """
        self._text += self._joined(text)
        complete = []
        while (place := self._next_place()) is not None:
            self._n_seen = place
            if cut := self._cut(self._text[:place]):
                complete.append(self._text[:cut])
                self._text = self._text[cut:]
                self._n_seen -= cut
        return [sentence for sentence in complete if _has_words(sentence)]

    def take(self) -> list[str]:
        """Return what is left as sentences, since nothing follows it, and begin anew."""
        text = self._text
        self.clear()
        sentences = [text[start:end] for start, end in split(text, max_characters=self._longest)]
        return [sentence for sentence in sentences if _has_words(sentence)]

    def clear(self) -> None:
        """Forget what waits."""
        self._text = self._half = ""
        self._n_seen = 0

    def _joined(self, text: str) -> str:
        """Return text with characters whole that were split into the two halves that UTF-16 makes of them.

        A first half at the end waits for the second; a half without the other is no character.
        """
        text, self._half = self._half + text, ""
        if text and _FIRST_HALVES[0] <= text[-1] <= _FIRST_HALVES[1]:
            text, self._half = text[:-1], text[-1]
        if _SURROGATE.search(text):
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def _next_place(self) -> int | None:
        """Return the next place at which to look for a cut: it ends behind a first letter, or behind a word."""
        match = _PLACE.search(self._text, self._n_seen)
        place = match.end() if match else None
        limit = self._longest + 1
        if len(self._text) >= limit and (place is None or place > limit):
            return limit
        return place

    def _cut(self, text: str) -> int | None:
        if cut := _sure_cut(text):
            return cut
        return split(text, max_characters=self._longest)[0][1] if len(text) > self._longest else None


def _sure_cut(text: str) -> int | None:
    """Return the first place where a sentence of a text ends, whatever comes after the text."""
    if not _POSSIBLE_END.search(text) or _COUNTED.search(text):
        return None
    cuts = _cuts(text)
    for more in _WAYS_TO_GO_ON:
        if not cuts:
            return None
        cuts &= _cuts(text + more)
    return min(cuts, default=None)


def _cuts(text: str) -> set[int]:
    ends = {end for _, end in sentence_spans(text)[:-1]} | {
        match.end() for match in _BLANK_LINE.finditer(text)
    }
    return {end for end in ends if _has_words(text[:end])}


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
