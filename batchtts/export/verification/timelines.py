"""Plain lists of what is spoken when: CTM as lhotse reads it, labels as Audacity splits them, sync maps as aeneas has them."""

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise

from batchtts.export.verification.exported import ExportedFolder, Truth
from batchtts.export.verification.reading import Reading

_Spoken = tuple[str, int, int]
"""A text, the sample at which it begins, and the one at which it has ended."""


def ctm(folder: ExportedFolder) -> Reading:
    """Let lhotse find the words of a file of sound."""
    from lhotse import SupervisionSegment, SupervisionSet

    reading = Reading()
    for chapter, truths in folder.chapters.items():
        rate, n_samples = truths[0].alignment.sample_rate, truths[0].chapter_n_samples or 0
        whole = SupervisionSegment(id=chapter, recording_id=chapter, start=0.0, duration=n_samples / rate)
        read = SupervisionSet.from_segments([whole]).with_alignment_from_ctm(folder.path / f"{chapter}.ctm")
        found = [
            (word.symbol, round(word.start * rate), round((word.start + word.duration) * rate))
            for word in next(iter(read)).alignment["word"]
        ]
        wanted = [("_".join(text.split()), start, end) for text, start, end in _words(truths)]
        reading.expect_all("words with both boundaries", chapter, found, wanted)
    return reading


def labels(folder: ExportedFolder) -> Reading:
    """Split lines at tabs, as Audacity does: two times in seconds, and a label that may be anything."""
    reading = Reading()
    kind = folder.statement["options"]["labels"]
    for chapter, truths in folder.chapters.items():
        rate = truths[0].alignment.sample_rate
        lines = (folder.path / f"{chapter}.txt").read_text(encoding="utf-8").splitlines()
        fields = [line.split("\t") for line in lines]
        found = [
            (label, round(float(start) * rate), round(float(end) * rate)) for start, end, label in fields
        ]
        if kind == "words":
            wanted = [(" ".join(text.split()), start, end) for text, start, end in _words(truths)]
            reading.expect_all("words with both boundaries", chapter, found, wanted)
        else:
            edges = set(_edges(truths))
            reading.expect_all(
                "labels", chapter, (set(each[1:]) <= edges for each in found), [True] * len(found)
            )
    return reading


def sync_maps(folder: ExportedFolder) -> Reading:
    """Hold fragments against the texts: they follow one another without a gap, as aeneas asks of them."""
    reading = Reading()
    for chapter, truths in folder.chapters.items():
        rate, n_samples = truths[0].alignment.sample_rate, truths[0].chapter_n_samples or 0
        fragments = json.loads((folder.path / f"{chapter}.json").read_bytes())["fragments"]
        texts = [" ".join(fragment["lines"]) for fragment in fragments]
        reading.expect_all("texts", chapter, texts, (" ".join(truth.text.split()) for truth in truths))
        gaps = [one["end"] != other["begin"] for one, other in pairwise(fragments)]
        reading.expect("gaps", chapter, sum(gaps), 0)
        reading.expect("ends", chapter, abs(float(fragments[-1]["end"]) - n_samples / rate) <= 0.001, True)
        for fragment, truth in zip(fragments[1:], truths[1:], strict=False):
            late = float(fragment["begin"]) - truth.alignment.speech[0] / rate
            reading.expect("begins", fragment["id"], abs(late) <= 0.001, True)
    return reading


def _words(truths: Iterable[Truth]) -> Iterator[_Spoken]:
    for truth in truths:
        yield from ((word.text, word.start, word.end) for word in truth.alignment.words if word.n_samples)


def _edges(truths: Iterable[Truth]) -> Iterator[int]:
    """Yield all samples at which a word, a phoneme or a text begins or ends."""
    for truth in truths:
        yield from truth.alignment.speech
        for word in truth.alignment.words:
            edge = word.start
            yield edge
            for n_samples in word.phoneme_n_samples or (word.n_samples,):
                edge += n_samples
                yield edge
