"""Plain lists of what is spoken when: CTM as lhotse reads it, labels as Audacity splits them, sync maps as aeneas has them."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import phones, plain, utterances, words

_LABELS = {"words": words, "segments": utterances, "phones": phones}
"""What stands in labels, by the option of that name."""


def ctm(folder: ExportedFolder) -> Reading:
    """Let lhotse find the words of a file of sound."""
    from lhotse import SupervisionSegment, SupervisionSet

    reading = Reading()
    for chapter, truths in folder.chapters.items():
        rate, n_samples = truths[0].alignment.sample_rate, truths[0].chapter_n_samples or 0
        whole = SupervisionSegment(id=chapter, recording_id=chapter, start=0.0, duration=n_samples / rate)
        read = SupervisionSet.from_segments([whole]).with_alignment_from_ctm(folder.path / f"{chapter}.ctm")
        found = [
            (round(word.start * rate), round((word.start + word.duration) * rate), word.symbol)
            for word in next(iter(read)).alignment["word"]
        ]
        wanted = [(start, end, text.replace(" ", "_")) for start, end, text in words(truths)]
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
            (round(float(start) * rate), round(float(end) * rate), label) for start, end, label in fields
        ]
        reading.expect_all(f"{kind} with both boundaries", chapter, found, _LABELS[kind](truths))
    return reading


def sync_maps(folder: ExportedFolder) -> Reading:
    """Hold fragments against the texts: they follow one another without a gap, as aeneas asks of them.

    So do the words of a text in its fragment, where they are listed.
    """
    reading = Reading()
    for chapter, truths in folder.chapters.items():
        rate, n_samples = truths[0].alignment.sample_rate, truths[0].chapter_n_samples or 0
        spoken = sorted(truths, key=lambda truth: truth.alignment.speech)
        fragments = json.loads((folder.path / f"{chapter}.json").read_bytes())["fragments"]
        starts = [truth.alignment.speech[0] / rate for truth in spoken]
        texts = [plain(truth.text) for truth in spoken]
        _compare(reading, "fragments", chapter, fragments, list(zip(starts, texts, strict=True)))
        reading.expect("ends", chapter, _is_near(fragments[-1]["end"], n_samples / rate), True)
        for fragment, truth in zip(fragments, spoken, strict=False):
            if children := fragment["children"]:
                own = [(word.start / rate, word.text) for word in truth.alignment.words]
                _compare(reading, "words", fragment["id"], children, own)
                span = children[0]["begin"], children[-1]["end"]
                reading.expect("spans", fragment["id"], span, (fragment["begin"], fragment["end"]))
    return reading


def _compare(
    reading: Reading, what: str, where: str, fragments: Sequence[Any], wanted: Sequence[tuple[float, str]]
) -> None:
    """Hold texts, and when they begin, against those that are wanted; the first has what is before it."""
    texts = [" ".join(fragment["lines"]) for fragment in fragments]
    reading.expect_all(what, where, texts, (text for _, text in wanted))
    for fragment, (start, _) in list(zip(fragments, wanted, strict=False))[1:]:
        reading.expect(f"beginnings of {what}", fragment["id"], _is_near(fragment["begin"], start), True)
    gaps = [one["end"] != other["begin"] for one, other in pairwise(fragments)]
    reading.expect("gaps", where, sum(gaps), 0)


def _is_near(written: str, seconds: float) -> bool:
    """Return whether a time is as near as three decimals can be."""
    return abs(float(written) - seconds) <= 0.001
