"""WebVTT metadata tracks: the times of sentences and words, for programs other than the page itself.

They are made as SyncMediaLite (W3C Synchronized Multimedia for Publications Community Group) has it: the
payload of a cue is JSON with a `group` and a `selector`.  Selectors are those of the Web Annotation Data
Model; positions count UTF-16 code units of the element's text, as DOM ranges do, and the last is not
included.  WebVTT knows no more than milliseconds, so `samples` tells the times as they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from batchtts.export.alignments.clocks import clock, span
from batchtts.export.readalong.html.placed import PlacedPassage, Stretch
from batchtts.model import canonical_json


@dataclass(frozen=True, slots=True)
class _Cue:
    group: str
    element: str
    stretch: Stretch

    @property
    def payload(self) -> str:
        """Return what the cue says, on one line, as an empty one would end it."""
        position = {
            "type": "TextPositionSelector",
            "start": self.stretch.first,
            "end": self.stretch.last,
        }
        return canonical_json(
            {
                "group": self.group,
                "samples": [self.stretch.start, self.stretch.end],
                "selector": {"type": "FragmentSelector", "value": self.element, "refinedBy": position},
            }
        )


def track(passages: Iterable[PlacedPassage], sample_rate: int, note: str) -> bytes:
    """Return the file of a chapter; `note` tells what no cue does."""
    cues = [cue for passage in passages for cue in _cues(passage)]
    cues.sort(key=lambda cue: (cue.stretch.start, -cue.stretch.end))  # the voices of a dub may overlap
    blocks = ["WEBVTT\n", f"NOTE {' '.join(note.replace('-->', '->').split())}\n"]
    for number, cue in enumerate(cues, 1):
        start, end = span(cue.stretch.start, cue.stretch.end, sample_rate, 1000)
        blocks.append(f"{number}\n{clock(start, '.')} --> {clock(end, '.')}\n{cue.payload}\n")
    return "\n".join(blocks).encode()


def _cues(passage: PlacedPassage) -> Iterator[_Cue]:
    for sentence in passage.sentences:
        yield _Cue("sentence", passage.id, sentence.whole)
        for word in sentence.words:
            yield _Cue("word", passage.id, word)
