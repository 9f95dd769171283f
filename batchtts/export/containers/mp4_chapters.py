"""The track of an MP4 file that names its chapters: text, as in Apple's QuickTime File Format.

A player reads it where the track of the sound refers to it with `chap`.  Each title lasts until the next.
"""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from batchtts.export.book import ChapterMark
from batchtts.export.containers import mp4_tables
from batchtts.export.containers.boxes import U32, Box, full_box
from batchtts.export.containers.marks import clipped, scaled
from batchtts.export.containers.mp4_tables import Edit, Samples

NUMBER = 2
_UTF_8 = struct.pack(">I4sI", 12, b"encd", 0x100)
_MAX_TITLE_BYTES = 0xFFFF
_COARSE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterTrack:
    """The chapters, at least one, of a sound of `n_samples`."""

    marks: Sequence[ChapterMark]
    sample_rate: int
    n_samples: int
    language: str

    @property
    def titles(self) -> list[bytes]:
        """Return the media of the track: of each title its length, itself, and that it is UTF-8."""
        texts = [clipped(mark.title, _MAX_TITLE_BYTES) for mark in self.marks]
        return [len(text).to_bytes(2, "big") + text + _UTF_8 for text in texts]

    def box(self, media_start: int, *, wide: bool) -> Box:
        """Return the box of the track; its titles begin at an offset in the file."""
        # A title whose samples do not fit into 32 bits would last more than a day: then milliseconds must do.
        units = self.sample_rate if self.n_samples <= U32 else _COARSE
        ends = [*(mark.start for mark in self.marks), self.n_samples]
        times = [scaled(end, self.sample_rate, units) for end in ends]
        titles = self.titles
        samples = Samples(
            sizes=array("I", map(len, titles)),
            durations=[(1, after - before) for before, after in pairwise(times)],
            per_chunk=1,
            offsets=[0, *accumulate(map(len, titles[:-1]))],
            media_start=media_start,
            wide=wide,
        )
        media = Box(
            b"mdia",
            mp4_tables.media_header(units, times[-1] - times[0], self.language),
            mp4_tables.handler(b"text"),
            mp4_tables.media_information(_header(), mp4_tables.sample_table(_description(), samples)),
        )
        delay = self.marks[0].start
        edit = mp4_tables.edits(Edit(media_time=0, duration=self.n_samples - delay, delay=delay))
        return Box(b"trak", mp4_tables.track_header(NUMBER, self.n_samples, is_sound=False), edit, media)


def _header() -> Box:
    """Return the header of text media: it copies its pixels (mode 0x40), nothing is moved or scaled."""
    general = full_box(b"gmin", 0, 0, struct.pack(">4H4x", 0x40, 0x8000, 0x8000, 0x8000))
    return Box(b"gmhd", general, Box(b"text", mp4_tables.UNITY))


def _description() -> Box:
    """Return the description of plain text that is never shown: no colour, no box, no font."""
    return Box(b"text", struct.pack(">6xH43xx", 1))
