"""M4B: AAC in MP4, with chapters, as players of audiobooks want it.

All that tells of the sound stands before it, so that playing can begin before all has been fetched.  The edit list
says which samples are heard (ISO/IEC 14496-12, 8.6.6), so a decoder that heeds it gives exactly those of the book.
"""

from collections.abc import Sequence
from itertools import accumulate

from batchtts.export.book import ChapterMark, Tags, Track
from batchtts.export.containers import mp4_chapters, mp4_tables, sources
from batchtts.export.containers.boxes import U32, Box, mdat_header
from batchtts.export.containers.languages import three_letters
from batchtts.export.containers.marks import check
from batchtts.export.containers.mp4_chapters import ChapterTrack
from batchtts.export.containers.mp4_sound import SoundTrack
from batchtts.export.containers.mp4_tags import user_data
from batchtts.export.containers.sources import Sink

_FILE_TYPE = Box(b"ftyp", b"M4B ", bytes(4), b"M4B M4A mp42isom")


def write(out: Sink, track: Track, marks: Sequence[ChapterMark], tags: Tags, *, limit: int = U32) -> None:
    """Write a book; the same values give the same bytes.

    A file longer than `limit` bytes counts them with 64 bits.  Raises `ValueError` where marks or packets do not
    fit the sound, and `StreamError` where a file of packets is too short.
    """
    check(marks, track.n_samples)
    packets = sources.needed(track)
    movie = _Movie(track, marks, tags, sources.sizes_of(packets))
    wide = movie.media_start(wide=True) + movie.n_media_bytes > limit
    for box in (_FILE_TYPE, movie.box(movie.media_start(wide=wide), wide=wide)):
        for piece in box.pieces():
            out.write(piece)
    out.write(mdat_header(movie.n_media_bytes, wide=wide) + movie.titles)
    for some in packets:
        for piece in sources.stretches(some):
            out.write(piece)


class _Movie:
    """All that tells of the sound.  Its media are the titles of the chapters, then the packets."""

    def __init__(self, track: Track, marks: Sequence[ChapterMark], tags: Tags, sizes: sources.Sizes) -> None:
        language = three_letters(tags.language)
        self._track, self._user_data = track, user_data(tags, marks, track.sample_rate)
        self._chapters = (
            ChapterTrack(
                marks=marks, sample_rate=track.sample_rate, n_samples=track.n_samples, language=language
            )
            if marks
            else None
        )
        self._sound = SoundTrack(
            track=track, sizes=sizes, language=language, chapters=mp4_chapters.NUMBER if marks else None
        )
        self.titles = b"".join(self._chapters.titles) if self._chapters else b""
        chunks = self._sound.chunks
        self.n_media_bytes = len(self.titles) + sum(chunks)
        self._offsets = list(accumulate(chunks[:-1], initial=len(self.titles)))

    def media_start(self, *, wide: bool) -> int:
        """Return where in the file the media begin."""
        before = _FILE_TYPE.n_bytes + self.box(0, wide=wide).n_bytes
        return before + len(mdat_header(self.n_media_bytes, wide=wide))

    def box(self, media_start: int, *, wide: bool) -> Box:
        """Return the box, for media that begin at this offset; its length is the same for all of them."""
        duration = self._track.n_samples
        tracks = [self._sound.box(self._offsets, media_start, wide=wide)]
        if self._chapters:
            tracks.append(self._chapters.box(media_start, wide=wide))
        header = mp4_tables.movie_header(self._track.sample_rate, duration, len(tracks))
        return Box(b"moov", header, *tracks, self._user_data)
