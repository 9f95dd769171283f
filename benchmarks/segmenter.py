"""Measures the text splitter: golden rules, wrong and missed ends in real books, speed, and growth on hostile text.

    python benchmarks/segmenter.py alice.epub sherlock.epub --golden-rules rules.jsonl --show

Rates and speed are per book, with ok or MISS against the promises in docs/segmenter.md.  The rules are JSON lines
{"number": 1, "text": "...", "sentences": ["...", "..."]}.
"""

import argparse
import json
import re
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from batchtts.plan.sentences import sentence_spans
from batchtts.plan.splitting import split
from benchmarks.measuring import hold, reach

MOST_OVER = 0.001
MOST_MISSED = 0.005
FEWEST_RULES = 43
LEAST_SPEED = 1e6
MOST_GROWTH = 3.0
MAX_CHARACTERS = 500
HOSTILE = (
    ".",
    '"',
    "a",
    "! ",
    ". ",
    "Mr. ",
    '." ',
    "!” I ",
    "1. ",
    " ",
    "。",
    "漢",
    "e\u0301",
    "🇫🇷",
    "\u0301",
)

_XHTML_P = "{http://www.w3.org/1999/xhtml}p"
_FIRST_LETTER = re.compile(r"[^\W_]")
# What looks like an end, whatever the splitter thinks.  The words before and after are judged by lists that are
# this program's own, so that the splitter is not measured by its own opinion.
_LOOKS_LIKE_END = re.compile(r"(?P<stop>[.!?…]+)(?P<close>[”’\"')\]\u200a]*)\s+(?=[“‘\"'(\[\u200a]*[A-Z])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Messrs|Prof|Rev|Col|Capt|Lt|Esq|Mme|Mlle|v|vs)|\b[A-Z]|[A-Z]\.[A-Z])$"
)
_SAYS_WHO_SPOKE = re.compile(
    r"(?:I|[A-Z]\w+)\s(?:asked|asks|answered|began|called|cried|ejaculated|exclaimed|gasped|replied|roared|said"
    r"|screamed|shouted|thought|whispered|yelled)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was counted in one book; `over`, `missed` and `tags` are excerpts."""

    n_characters: int
    n_sentences: int
    over: tuple[str, ...]
    missed: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def over_rate(self) -> float:
        """Return which share of sentences begins in the middle of one."""
        return len(self.over) / self.n_sentences

    @property
    def missed_rate(self) -> float:
        """Return which share of sentence ends was left inside a sentence."""
        return len(self.missed) / (self.n_sentences + len(self.missed))


def paragraphs(book: Path) -> list[str]:
    """Return the text of every `p` element of an EPUB, its source's line breaks made spaces."""
    found = []
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if name.endswith((".xhtml", ".html")):
                root = etree.fromstring(archive.read(name))
                texts = ("".join(map(str, element.itertext())) for element in root.iter(_XHTML_P))
                found += [re.sub(r"[ \t\r\n]+", " ", text).strip() for text in texts]
    return [text for text in found if text]


def score(texts: Iterable[str]) -> Score:
    """Count wrong and missed ends."""
    n_characters, n_sentences = 0, 0
    over: list[str] = []
    missed: list[str] = []
    tags: list[str] = []
    for text in texts:
        spans = sentence_spans(text)
        n_characters += len(text)
        n_sentences += len(spans)
        for start, end in spans:
            first = _FIRST_LETTER.search(text, start, end)
            if start and first and first[0].islower():
                over.append(f"{text[max(0, start - 40) : start]}|{text[start : start + 40]}")
            for match in _LOOKS_LIKE_END.finditer(text[start:end].rstrip()):
                excerpt = f"{text[start:end][max(0, match.start() - 40) : match.end() + 40]}"
                if match["stop"] == "." and _ABBREVIATED.search(text[:end], start, start + match.start()):
                    continue
                said = match["close"] and _SAYS_WHO_SPOKE.match(text, start + match.end())
                (tags if said else missed).append(excerpt)
    return Score(
        n_characters=n_characters,
        n_sentences=n_sentences,
        over=tuple(over),
        missed=tuple(missed),
        tags=tuple(tags),
    )


def failing_rules(rules: Path) -> list[int]:
    """Return the numbers of the rules that do not hold."""
    lines = [json.loads(line) for line in rules.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [rule["number"] for rule in lines if _sentences(rule["text"]) != rule["sentences"]]


def _sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text)]


def seconds_to_split(texts: Sequence[str]) -> float:
    """Return the least processor time of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            split(text, max_characters=MAX_CHARACTERS)
        times.append(time.process_time() - start)
    return min(times)


def growth(unit: str, n_characters: int = 500_000) -> float:
    """Return how much longer twice as much of a hostile text takes: 2 if it is linear, 4 if it is quadratic."""
    small, large = (unit * (n // len(unit)) for n in (n_characters, 2 * n_characters))
    return seconds_to_split([large]) / seconds_to_split([small])


def _report_book(book: Path, *, show: bool) -> bool:
    texts = paragraphs(book)
    result = score(texts)
    speed = result.n_characters / seconds_to_split(texts)
    print(
        f"{book.name}: {result.n_characters:,} characters, {result.n_sentences:,} sentences, "
        f"{len(result.tags)} tags kept with their speech on purpose"
    )
    kept = [
        hold(f"sentences of {book.name} begun in the middle", result.over_rate * 100, MOST_OVER * 100, " %"),
        hold(f"ends of sentences of {book.name} missed", result.missed_rate * 100, MOST_MISSED * 100, " %"),
        reach(f"splitting {book.name}, characters a second", speed / 1e6, LEAST_SPEED / 1e6, " million"),
    ]
    if show:
        for kind, excerpts in (("over", result.over), ("missed", result.missed), ("tag", result.tags)):
            print(*(f"    {kind}: {excerpt}" for excerpt in excerpts), sep="\n")
    return all(kept)


def _report_rules(rules: Path) -> bool:
    failing = failing_rules(rules)
    n_rules = sum(1 for line in rules.read_text(encoding="utf-8").splitlines() if line.strip())
    print(f"golden rules failing: {failing}")
    return reach(f"golden rules of {n_rules} that hold", n_rules - len(failing), FEWEST_RULES)


def _report_growth() -> bool:
    factors = {unit: growth(unit) for unit in HOSTILE}
    worst = max(factors, key=lambda unit: factors[unit])
    print(f"the most hostile text repeats {worst!r}")
    return hold("twice the hostile text / the text, time", factors[worst], MOST_GROWTH)


def main() -> int:
    """Measure what the command line names; return 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("books", nargs="*", type=Path, help="EPUB files")
    parser.add_argument("--golden-rules", type=Path, metavar="FILE", help="JSON lines of rules to score")
    parser.add_argument("--show", action="store_true", help="print what was counted")
    arguments = parser.parse_args()
    kept = [_report_book(book, show=arguments.show) for book in arguments.books]
    if arguments.golden_rules:
        kept.append(_report_rules(arguments.golden_rules))
    kept.append(_report_growth())
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
