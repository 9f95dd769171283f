"""The markup of the page: its frame from `page.html`, and a section for each chapter.

The text of a passage is one run of text, with nothing inserted: highlights are ranges of it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import takewhile
from string import Template
from urllib.parse import quote

from batchtts.export.corpus import Corpus
from batchtts.export.readalong.escaping import escaped
from batchtts.export.readalong.html.placed import PlacedPassage
from batchtts.export.readalong.passages import PassageKind
from batchtts.export.readalong.recordings import Recording

_CHAPTERS = "<!-- chapters -->\n"
_PACKAGE = "batchtts.export.readalong.html"


def resource(name: str) -> str:
    """Return a file that lies beside this module."""
    return files(_PACKAGE).joinpath(name).read_text(encoding="utf-8")


def chapter_id(index: int) -> str:
    """Return the id of a chapter's section."""
    return f"c{index + 1}"


def frame(corpus: Corpus, recordings: Sequence[Recording], cover: str | None) -> tuple[str, str]:
    """Return what stands before the chapters, and what stands after them; `cover` is the path of a picture."""
    before, after = (Template(half) for half in resource("page.html").split(_CHAPTERS))
    known: Mapping[str, str] = {
        "language": escape(corpus.language),
        "title": escaped(corpus.title),
        "author": f'<p class="author">{escaped(corpus.metadata.author)}</p>'
        if corpus.metadata.author
        else "",
        "cover": f'<img class="cover" src="{escape(quote(cover))}" alt="">' if cover else "",
        "synthetic": escaped(corpus.synthetic),
        "contents": "\n".join(_contents(recordings)),
    }
    return before.substitute(known), after.substitute(known)


def section(recording: Recording, id_: str, passages: Sequence[PlacedPassage], track: str) -> Iterator[str]:
    """Yield the section of a chapter: its headings, its sound, its text, and the times of its sentences and words."""
    chapter = recording.chapter
    opening = list(takewhile(lambda each: each.passage.kind is PassageKind.HEADING, passages))
    names = " ".join(each.id for each in opening) or f"{id_}title"
    yield f'<section class="chapter" id="{id_}" lang="{escape(chapter.language)}" aria-labelledby="{names}">\n'
    if not opening:
        yield f'<h2 id="{names}" dir="auto">{escaped(chapter.title)}</h2>\n'
    yield from (_text(each, "h2") for each in opening)
    yield (
        f'<audio controls preload="none" src="{recording.address}" aria-labelledby="{names}">'
        f'<track kind="metadata" label="sentences and words" src="{escape(quote(track))}"></audio>\n'
    )
    for each in passages[len(opening) :]:
        yield _text(each, "h3" if each.passage.kind is PassageKind.HEADING else "p")
    yield f'<script type="application/json" class="times">{_times(recording, passages)}</script>\n</section>\n'


def _contents(recordings: Sequence[Recording]) -> Iterator[str]:
    for index, recording in enumerate(recordings):
        seconds = round(recording.seconds)
        lasting = f"{seconds // 60}:{seconds % 60:02}"
        title = escaped(recording.chapter.title)
        yield f'<li><a href="#{chapter_id(index)}">{title}</a> <span class="lasting">{lasting}</span></li>'


def _text(each: PlacedPassage, tag: str) -> str:
    text = f'<{tag} class="spoken" id="{each.id}" dir="auto">{escaped(each.passage.text)}</{tag}>\n'
    return f"{text}<hr>\n" if each.passage.ends_scene else text


def _times(recording: Recording, passages: Iterable[PlacedPassage]) -> str:
    """Return the times as JSON: of each passage its sentences, of each sentence itself and then its words.

    All are flat lists of start, end, first and last, since a book has a hundred thousand of them.
    """
    form = {
        "rate": recording.chapter.sample_rate,
        "passages": {
            each.id: [
                [*sentence.whole.form, *(number for word in sentence.words for number in word.form)]
                for sentence in each.sentences
            ]
            for each in passages
        },
    }
    return json.dumps(form, separators=(",", ":"))
