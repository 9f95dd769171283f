"""The text of a chapter as an HTML resource, in which everything that has times of its own has an id.

Guided Navigation refers to text by fragments, and ids are those that every reading system resolves.
"""

from collections.abc import Iterator, Sequence
from html import escape

from batchtts.export.readalong.escaping import escaped
from batchtts.export.readalong.passages import Passage, PassageKind, Sentence
from batchtts.export.timed import TimedChapter


def passage_id(number: int) -> str:
    """Return the id of a passage; it counts from 1, as all numbers here."""
    return f"p{number}"


def sentence_id(passage: int, number: int) -> str:
    """Return the id of a sentence of a passage."""
    return f"p{passage}s{number}"


def word_id(passage: int, sentence: int, number: int) -> str:
    """Return the id of a word of a sentence, of those that are heard."""
    return f"p{passage}s{sentence}w{number}"


def text(chapter: TimedChapter, passages: Sequence[Passage], *, has_words: bool) -> bytes:
    """Return the resource; words have ids only if it says so."""
    body = "\n".join(_body(passages, has_words=has_words))
    return (
        f'<!doctype html>\n<html lang="{escape(chapter.language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escaped(chapter.title)}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _body(passages: Sequence[Passage], *, has_words: bool) -> Iterator[str]:
    for number, passage in enumerate(passages, 1):
        tag = "h2" if passage.kind is PassageKind.HEADING else "p"
        inside = "".join(_sentences(passage, number, has_words=has_words))
        yield f'<{tag} id="{passage_id(number)}" dir="auto">{inside}</{tag}>'
        if passage.ends_scene:
            yield "<hr>"


def _sentences(passage: Passage, passage_number: int, *, has_words: bool) -> Iterator[str]:
    position = 0
    for number, sentence in enumerate(passage.sentences, 1):
        inside = (
            "".join(_words(sentence, passage_number, number)) if has_words else escaped(sentence.segment.text)
        )
        id_ = sentence_id(passage_number, number)
        yield f'{escaped(passage.text[position : sentence.first])}<span id="{id_}">{inside}</span>'
        position = sentence.last


def _words(sentence: Sentence, passage_number: int, sentence_number: int) -> Iterator[str]:
    own, position = sentence.segment.text, 0
    for number, word in enumerate(sentence.words, 1):
        id_ = word_id(passage_number, sentence_number, number)
        yield f'{escaped(own[position : word.char[0]])}<span id="{id_}">{escaped(word.text)}</span>'
        position = word.char[1]
    yield escaped(own[position:])
