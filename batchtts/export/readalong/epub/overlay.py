"""Media overlays: which element of a page is heard in which clip of a recording (EPUB 3.3, section 9).

Clips follow one another without a gap, so that pauses are heard as well; a reading system plays one clip
after the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.export.readalong.escaping import escaped
from batchtts.export.timed import TimedChapter

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A stretch of a chapter's recording, in samples, and the id of the element that is shown with it."""

    chapter: TimedChapter
    id: str
    start: int
    end: int

    @property
    def microseconds(self) -> tuple[int, int]:
        """Return when it begins and ends, rounded to the microsecond and never beyond the recording."""
        rate = self.chapter.sample_rate
        return self.start * _MICROSECONDS // rate, self.end * _MICROSECONDS // rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A sentence: its own element, and the clips in it, one or one for each word."""

    id: str
    clips: Sequence[Clip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """The overlay of one page; `page` and `sounds` are paths as they stand in it, `sounds` by the chapters' ids."""

    page: str
    sounds: dict[str, str]
    sentences: Sequence[Spoken]

    @property
    def microseconds(self) -> int:
        """Return how long all of its clips last together."""
        spans = (clip.microseconds for sentence in self.sentences for clip in sentence.clips)
        return sum(end - start for start, end in spans)

    def smil(self) -> bytes:
        """Return the file."""
        body = "".join(self._body())
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">\n'
            f"<body>\n{body}</body>\n</smil>\n"
        ).encode()

    def _body(self) -> Iterator[str]:
        page = escaped(self.page)
        for sentence in self.sentences:
            clips = [self._par(clip) for clip in sentence.clips]
            if len(clips) == 1:
                yield clips[0]
            else:
                inner = "".join(clips)
                yield f'<seq id="seq-{sentence.id}" epub:textref="{page}#{sentence.id}">\n{inner}</seq>\n'

    def _par(self, clip: Clip) -> str:
        begin, end = clip.microseconds
        sound = escaped(self.sounds[clip.chapter.id])
        return (
            f'<par id="par-{clip.id}"><text src="{escaped(self.page)}#{clip.id}"/>'
            f'<audio src="{sound}" clipBegin="{seconds(begin)}" clipEnd="{seconds(end)}"/></par>\n'
        )


def seconds(microseconds: int) -> str:
    """Return a time as a clock value in seconds."""
    return f"{microseconds // _MICROSECONDS}.{microseconds % _MICROSECONDS:06}s"
