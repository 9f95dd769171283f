"""`report.html`: a dataset on one page, which opens from the disk and fetches nothing."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from math import isqrt

from batchtts import __version__
from batchtts.alignment import SILENCE
from batchtts.export.corpus import Corpus
from batchtts.export.rows.leakage import Leakage
from batchtts.export.statistics.charts import bars, points, squares, wave
from batchtts.export.statistics.distribution import Distribution
from batchtts.export.statistics.gathering import Share, Statistics, ordered
from batchtts.export.statistics.markup import counted, section, table
from batchtts.export.statistics.outliers import Outlier
from batchtts.job import Dataset
from batchtts.query.values import VALUES

REPORT = "report.html"

_MOST_CHARACTERS = 200
_FEWEST_BARS, _MOST_BARS = 10, 40
_SHARES = ("", "rows", "hours", "words", "characters")


def page(statistics: Statistics, corpus: Corpus, leakage: Leakage | None = None) -> bytes:
    """Return the page; `leakage` is what was found to be in more than one split, if that was looked for."""
    # Bit by bit: the sounds of long rows are some megabytes each, and a text and its bytes would both hold all of them.
    return b"".join(part.encode() for part in _whole(statistics, corpus, leakage))


def _whole(statistics: Statistics, corpus: Corpus, leakage: Leakage | None) -> Iterator[str]:
    style = files("batchtts.export.statistics").joinpath("report.css").read_text(encoding="utf-8")
    title = escape(corpus.title)
    yield (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>\n{style}</style></head>\n'
        f"<body>\n<h1>{title}</h1>\n"
    )
    yield from _parts(statistics, corpus, leakage)
    yield "</body></html>\n"


def _parts(statistics: Statistics, corpus: Corpus, leakage: Leakage | None) -> Iterator[str]:
    whole = statistics.whole
    yield (
        f'<p class="note">{escape(corpus.synthetic)}</p>\n<p>{whole.rows:,} rows, {whole.seconds / 3600:.3f} hours, '
        f"{whole.words:,} words, {whole.characters:,} characters.</p>\n"
    )
    yield section("Speakers", table(_SHARES, _shares(statistics.speakers)))
    yield section("Splits", table(_SHARES, _shares(statistics.splits)) + _divided(corpus.dataset, leakage))
    yield section("What was left out", _left_out(statistics, corpus.dataset))
    yield section("How values are spread", "".join(_spread(statistics)))
    if statistics.phones:
        yield section("Phonemes", _phonemes(statistics))
    n_characters = f"<p>{len(statistics.characters):,} different ones.</p>\n"
    yield section("Characters", n_characters + counted(statistics.characters, _MOST_CHARACTERS))
    yield from _outliers(statistics)
    yield section("Where it comes from", _provenance(corpus))


def _shares(shares: Mapping[str, Share]) -> Iterator[tuple[object, ...]]:
    for name, share in ordered(shares):
        yield name, share.rows, round(share.seconds / 3600, 3), share.words, share.characters


def _divided(dataset: Dataset, leakage: Leakage | None) -> str:
    splits = dataset.splits
    told = "Rows train, but for those of which their table says otherwise."
    if splits.validation or splits.test:
        told = (
            f"Divided by {splits.by}, in shares of {splits.validation:g} for validation and {splits.test:g} for "
            "testing; what a table says of its rows comes first."
        )
    if leakage is not None:
        told += f" In more than one split: {leakage.texts:,} texts, {leakage.sounds:,} sounds, {leakage.speakers:,} speakers."
    return f"<p>{told}</p>\n"


def _left_out(statistics: Statistics, dataset: Dataset) -> str:
    rows = [*sorted(statistics.rejects.items())]
    kept = f"<p>Kept where <code>{escape(str(dataset.keep))}</code>.</p>\n" if dataset.keep else ""
    left_out = table(("reason", "rows"), rows) if rows else "<p>Nothing was.</p>\n"
    flags = [*sorted(statistics.flags.items())]
    return kept + left_out + (table(("kept, though flagged", "rows"), flags) if flags else "")


def _spread(statistics: Statistics) -> Iterator[str]:
    """Yield a picture of each quantity, and what all rows have alike."""
    spread = dict(sorted(statistics.values.items()))
    spread |= {"seconds of a word": statistics.word_seconds, "seconds of a phoneme": statistics.phone_seconds}
    yield '<div class="charts">\n'
    for name, each in spread.items():
        if each.n and not each.is_constant:
            yield _chart(name, each)
    if statistics.points:
        drawn = points(statistics.points, "characters", "seconds")
        n_points = f"{len(statistics.points):,} of {statistics.whole.rows:,} rows"
        yield f"<figure><figcaption><b>characters and seconds</b> {n_points}</figcaption>{drawn}</figure>\n"
    yield "</div>\n"
    alike = [
        f"<b>{escape(name)}</b> {each.least:.4g}"
        for name, each in spread.items()
        if each.n and each.is_constant
    ]
    if alike:
        yield f"<p>The same in all rows: {', '.join(alike)}.</p>\n"


def _chart(name: str, each: Distribution) -> str:
    known = VALUES.get(name)
    unit = f" {known.unit}" if known and known.unit else ""
    told = f' title="{escape(known.description)}"' if known else ""
    drawn = bars(each.histogram(min(max(_FEWEST_BARS, 2 * isqrt(each.n)), _MOST_BARS)))
    numbers = f"{each.least:.4g} to {each.greatest:.4g}{unit}, median {each.quantile(0.5):.4g}"
    return f"<figure{told}><figcaption><b>{escape(name)}</b> {numbers}</figcaption>{drawn}</figure>\n"


def _phonemes(statistics: Statistics) -> str:
    names = [SILENCE, *sorted(statistics.phones)]
    counts = statistics.diphones
    n_possible = len(names) ** 2 - 1
    told = f"{len(names) - 1} phonemes; {len(counts):,} of {n_possible:,} pairs of neighbours were spoken: rows by columns."
    drawn = squares(names, lambda one, other: counts[one, other])
    inventory = counted(statistics.phones, len(names))
    return f'<p>{told}</p>\n{inventory}<div class="wide">{drawn}</div>\n'


def _outliers(statistics: Statistics) -> Iterator[str]:
    """Yield the rows that are furthest from the others, each once, whatever makes it one."""
    found: dict[int, list[Outlier]] = {}
    for outlier in statistics.outliers():
        found.setdefault(outlier.utterance.number, []).append(outlier)
    yield section("Outliers", "" if found else "<p>There are none.</p>\n")
    for outliers in found.values():
        yield _heard(outliers, statistics.values)


def _heard(outliers: Sequence[Outlier], spread: Mapping[str, Distribution]) -> str:
    row = outliers[0].utterance
    sound = base64.b64encode(row.wav).decode()
    odd = "; ".join(
        f"<b>{each.measure}</b> {each.value:.4g} (median {spread[each.measure].quantile(0.5):.4g})"
        for each in outliers
    )
    return (
        f"<article><p>{escape(row.text)}</p>\n"
        f'<p class="note"><code>{escape(row.id)}</code>, {escape(row.speaker.id)}: {odd}</p>\n'
        f'<div class="wide">{wave(row)}</div>\n'
        f'<audio controls preload="none" src="data:audio/wav;base64,{sound}"></audio></article>\n'
    )


def _provenance(corpus: Corpus) -> str:
    licences = corpus.dataset.licences
    rows: list[tuple[object, ...]] = [("made by", f"batchtts {__version__}")]
    rows += [("engine", f"{name} {version}, {identity}") for name, version, identity in corpus.engines]
    rows += [("document", f"{name}, SHA-256 {sha256}") for name, sha256 in sorted(corpus.documents.items())]
    rows += [
        (f"licence of the {part}", getattr(licences, part) or "not known")
        for part in ("text", "audio", "alignment", "code")
    ]
    return table(("", ""), rows)
