"""How long something will be and what it will cost, before it is spoken."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from batchtts.engine import EngineTraits
from batchtts.job import EngineSettings, Pauses, Price
from batchtts.model import Chapter, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What so many characters cost."""

    amount: float
    currency: str
    n_characters: int


def seconds_of(segment: Segment, traits: Mapping[str, EngineTraits]) -> float:
    """Return about how many seconds of speech a segment is."""
    if segment.length_seconds is not None:
        return segment.length_seconds
    return len(segment.text) / (traits[segment.voice.engine].characters_per_second * segment.speed)


def chapter_seconds(chapter: Chapter, pauses: Pauses, traits: Mapping[str, EngineTraits]) -> float:
    """Return about how many seconds a chapter will play, its pauses included."""
    speech = sum(seconds_of(segment, traits) for segment in chapter.segments)
    silence = sum(pauses.after(segment.boundary) for segment in chapter.segments)
    return pauses.chapter_head + speech + silence


def costs_of(segments: Iterable[Segment], engines: Mapping[str, EngineSettings]) -> list[Cost]:
    """Return what segments cost to ask for once, by currency; those of engines without a price are left out."""
    n_characters: Counter[Price] = Counter()
    for segment in segments:
        price = engines.get(segment.voice.engine, EngineSettings()).price
        if price is not None:
            n_characters[price] += len(segment.text)
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
