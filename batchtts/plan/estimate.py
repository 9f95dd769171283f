"""How long something will be and what it will cost, before it is spoken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from batchtts.job import Boundary, EngineSettings, Pauses, Price
from batchtts.model import Dubbing, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What so many characters cost."""

    amount: float
    currency: str
    n_characters: int


def chapter_seconds(segments: Iterable[Segment], pauses: Pauses, dubbing: Dubbing | None = None) -> float:
    """Return about how many seconds a chapter of these segments will play, its pauses included."""
    if dubbing is not None:
        return dubbing.length_ms / 1000
    silence = {boundary: pauses.after(boundary) for boundary in Boundary}
    return pauses.chapter_head + sum(segment.seconds + silence[segment.boundary] for segment in segments)


def costs_of(asked: Iterable[tuple[str, int]], engines: Mapping[str, EngineSettings]) -> list[Cost]:
    """Return what it costs to ask engines for so many characters, by currency.

    `asked` holds names of engines and numbers of characters; engines without a price are left out.
    """
    n_characters: Counter[Price] = Counter()
    for engine, n in asked:
        price = engines.get(engine, EngineSettings()).price
        if price is not None:
            n_characters[price] += n
    return [
        Cost(
            amount=round(sum(n * price.per_1000_characters / 1000 for price, n in own.items()), 6),
            currency=currency,
            n_characters=sum(own.values()),
        )
        for currency, own in _by_currency(n_characters)
    ]


def _by_currency(counts: Mapping[Price, int]) -> Iterator[tuple[str, Mapping[Price, int]]]:
    for currency in sorted({price.currency for price in counts}):
        yield currency, {price: n for price, n in counts.items() if price.currency == currency}
