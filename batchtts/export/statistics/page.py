"""`report.html`: a dataset on one page, which opens from the disk and fetches nothing."""

import base64
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files

from batchtts import __version__
from batchtts.alignment import SILENCE
from batchtts.export.corpus import Corpus
from batchtts.export.statistics.charts import bars, points, squares, table, wave
from batchtts.export.statistics.distribution import Distribution
from batchtts.export.statistics.gathering import Share, Statistics
from batchtts.export.statistics.outliers import Outlier

REPORT = "report.html"

_MOST_CHARACTERS = 200
_SHARES = ("", "rows", "hours", "words", "characters")


def page(statistics: Statistics, corpus: Corpus) -> bytes:
    """Return the page."""
    style = files("batchtts.export.statistics").joinpath("report.css").read_text(encoding="utf-8")
    parts = "".join(_parts(statistics, corpus))
    title = escape(corpus.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>\n{style}</style></head>\n'
        f"<body>\n<h1>{title}</h1>\n{parts}</body></html>\n"
    ).encode()


def _parts(statistics: Statistics, corpus: Corpus) -> Iterator[str]:
    whole = statistics.whole
    yield (
        f'<p class="note">{escape(corpus.synthetic)}</p>\n<p>{whole.rows:,} rows, {whole.seconds / 3600:.3f} hours, '
        f"{whole.words:,} words, {whole.characters:,} characters.</p>\n"
    )
    yield _section("Speakers", table(_SHARES, _shares(statistics.speakers)))
    yield _section("Splits", table(_SHARES, _shares(statistics.splits)))
    yield _section("What was left out", _left_out(statistics))
    yield _section("How values are spread", "".join(_charts(statistics)))
    if statistics.phones:
        yield _section("Phonemes", _phonemes(statistics))
    yield _section("Characters", _characters(statistics))
    yield _section("Outliers", "".join(map(_heard, statistics.outliers())) or "<p>There are none.</p>")
    yield _section("Where it comes from", _provenance(corpus))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>\n{body}</section>\n"


def _shares(shares: Mapping[str, Share]) -> Iterator[tuple[object, ...]]:
    for name, share in sorted(shares.items()):
        yield name, share.rows, round(share.seconds / 3600, 3), share.words, share.characters


def _left_out(statistics: Statistics) -> str:
    rows = [*sorted(statistics.rejects.items())]
    left_out = table(("reason", "rows"), rows) if rows else "<p>Nothing.</p>"
    flags = [*sorted(statistics.flags.items())]
    return left_out + (table(("kept, though flagged", "rows"), flags) if flags else "")


def _charts(statistics: Statistics) -> Iterator[str]:
    yield '<div class="charts">'
    for name, each in sorted(statistics.values.items()):
        yield _chart(name, each)
    yield _chart("seconds of a word", statistics.word_seconds)
    yield _chart("seconds of a phoneme", statistics.phone_seconds)
    drawn = points(statistics.points, "characters", "seconds")
    caption = f"characters and seconds of {len(statistics.points):,} rows"
    yield f"<figure>{drawn}<figcaption>{caption}</figcaption></figure></div>\n"


def _chart(name: str, each: Distribution) -> str:
    if not each.n:
        return ""
    numbers = f"median {each.quantile(0.5):.4g}, from {each.least:.4g} to {each.greatest:.4g}"
    caption = f"{escape(name.replace('_', ' '))}: {numbers}"
    return f"<figure>{bars(each.histogram(40))}<figcaption>{caption}</figcaption></figure>\n"


def _phonemes(statistics: Statistics) -> str:
    names = [SILENCE, *sorted(statistics.phones)]
    counts = statistics.diphones
    n_possible = len(names) ** 2 - 1
    told = f"{len(names) - 1} phonemes; {len(counts):,} of {n_possible:,} pairs of neighbours were spoken."
    ranked = statistics.phones.most_common()
    inventory = ", ".join(
        f"{escape(name)} {n:,}" for name, n in sorted(ranked, key=lambda each: (-each[1], each[0]))
    )
    return f"<p>{told}</p>\n<p>{inventory}</p>\n{squares(names, lambda one, other: counts[one, other])}\n"


def _characters(statistics: Statistics) -> str:
    ranked = sorted(statistics.characters.items(), key=lambda each: (-each[1], each[0]))
    listed = ", ".join(f"{escape(_visible(name))} {n:,}" for name, n in ranked[:_MOST_CHARACTERS])
    more = f" and {len(ranked) - _MOST_CHARACTERS:,} more" if len(ranked) > _MOST_CHARACTERS else ""
    return f"<p>{len(ranked):,} different: {listed}{more}</p>\n"


def _visible(character: str) -> str:
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


def _heard(outlier: Outlier) -> str:
    row = outlier.utterance
    sound = base64.b64encode(row.wav).decode()
    return (
        f"<article><strong>{escape(outlier.measure.replace('_', ' '))} {outlier.value:.4g}</strong> "
        f"<code>{escape(row.id)}</code>, {escape(row.speaker.id)}: {escape(row.text)}\n{wave(row)}\n"
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
