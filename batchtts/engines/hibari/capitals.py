"""Words in capitals: which are shouted or stand in a heading, and which are spelled out.

The pronunciation rules name the letters of words in capitals rather too often ("WENT", "IT'S"), so what
is a plain word is given to them in small letters, and what is not is left to them.
"""

from collections.abc import Callable, Iterator, Sequence

from batchtts.engines.hibari.sentences import Written

IsKnown = Callable[[str], bool]
"""Says whether the lexicon has a word, in exactly these letters."""

_SHORT_WORDS = (
    "am an and any are as at be but by can did do for get go had has have he her him his how if in is its let "
    "may me my nor not now of off oh on one or our out own put saw say see she so than that the them then they "
    "this to too two up was we were what when why will with yes yet you your"
)
SHORT_WORDS = frozenset(_SHORT_WORDS.split())
"""Words of two to four letters that nobody reads as an acronym."""

LONGEST_ACRONYM = 4


def lower_capitals(sentence: Sequence[Written], is_known: IsKnown) -> Iterator[str]:
    """Yield the reading of each word, in small letters where its capitals are only emphasis."""
    shouted = [is_shouted(written.reading) for written in sentence]
    for index, written in enumerate(sentence):
        if shouted[index]:
            in_run = any(shouted[max(0, index - 1) : index]) or any(shouted[index + 1 : index + 2])
            yield _lowered(written.reading, in_run=in_run, is_known=is_known)
        else:
            yield written.reading


def is_shouted(word: str) -> bool:
    """Tell whether a word has at least two letters, and only capitals."""
    return word.isupper() and sum(char.isalpha() for char in word) > 1 and not any(map(str.isdigit, word))


def _lowered(word: str, *, in_run: bool, is_known: IsKnown) -> str:
    lower = word.lower()
    if "." in word:
        return word
    if "'" in word or lower in SHORT_WORDS:
        return lower
    if not in_run:
        plain = len(word) >= LONGEST_ACRONYM and _is_plain(lower, is_known) and not is_known(word)
        return lower if plain else word
    if _is_plain(lower, is_known):
        return lower
    return word.title() if len(word) > LONGEST_ACRONYM else word


def _is_plain(word: str, is_known: IsKnown) -> bool:
    return all(is_known(part) for part in word.split("-") if part)
