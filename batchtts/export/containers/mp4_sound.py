"""The track of an MP4 file that is heard: AAC (ISO/IEC 14496-14), and which of its samples are."""

import struct
from dataclasses import dataclass, field

from batchtts.export.book import Track
from batchtts.export.containers import mp4_tables
from batchtts.export.containers.adts import SAMPLE_RATES
from batchtts.export.containers.boxes import Box, full_box
from batchtts.export.containers.mp4_tables import Edit, Samples
from batchtts.export.containers.sources import Sizes

NUMBER = 1
_AAC, _AUDIO_STREAM = 0x40, 0x15
_ES, _DECODER_CONFIG, _DECODER_SPECIFIC, _SL_CONFIG = 3, 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrack:
    """The sound of a book and the sizes of its packets; `chapters` is the number of the track that names its parts."""

    track: Track
    sizes: Sizes = field(repr=False)
    language: str
    chapters: int | None

    @property
    def per_chunk(self) -> int:
        """Return how many packets lie together: a second."""
        return max(1, self.track.sample_rate // self.track.packet_samples)

    @property
    def chunks(self) -> list[int]:
        """Return the length of each chunk in bytes."""
        return [sum(self.sizes[i : i + self.per_chunk]) for i in range(0, len(self.sizes), self.per_chunk)]

    def box(self, offsets: list[int], media_start: int, *, wide: bool) -> Box:
        """Return the box of the track; the chunks lie at these offsets in the media."""
        track = self.track
        samples = Samples(
            sizes=self.sizes,
            durations=self._durations(),
            per_chunk=self.per_chunk,
            offsets=offsets,
            media_start=media_start,
            wide=wide,
        )
        table = mp4_tables.sample_table(self._description(), samples, *_roll(len(self.sizes)))
        media = Box(
            b"mdia",
            mp4_tables.media_header(track.sample_rate, track.n_priming + track.n_samples, self.language),
            mp4_tables.handler(b"soun"),
            mp4_tables.media_information(full_box(b"smhd", 0, 0, bytes(4)), table),
        )
        edit = mp4_tables.edits(Edit(media_time=track.n_priming, duration=track.n_samples))
        head = mp4_tables.track_header(NUMBER, track.n_samples, is_sound=True)
        return Box(b"trak", head, edit, *self._reference(), media)

    def _reference(self) -> list[Box]:
        if self.chapters is None:
            return []
        return [Box(b"tref", Box(b"chap", self.chapters.to_bytes(4, "big")))]

    def _durations(self) -> list[tuple[int, int]]:
        """Return how long packets last: all alike, but the last only to the end of the sound."""
        whole, n_last = divmod(self.track.n_priming + self.track.n_samples, self.track.packet_samples)
        return [pair for pair in ((whole, self.track.packet_samples), (int(n_last > 0), n_last)) if pair[0]]

    def _description(self) -> Box:
        """Return what a decoder must know beforehand."""
        config = int.from_bytes(self.track.config[:2], "big")
        rate, n_channels = config >> 7 & 0xF, config >> 3 & 0xF
        entry = struct.pack(">6xH8xHH4xI", 1, n_channels, 16, SAMPLE_RATES[rate] << 16)
        return Box(b"mp4a", entry, full_box(b"esds", 0, 0, self._stream_descriptor()))

    def _stream_descriptor(self) -> bytes:
        """Return the ES_Descriptor (ISO/IEC 14496-1, 7.2.6.5)."""
        n_bits = 8 * self.track.sample_rate
        mean = n_bits * sum(self.sizes) // (len(self.sizes) * self.track.packet_samples)
        greatest = (
            n_bits * max(self.chunks) // (min(self.per_chunk, len(self.sizes)) * self.track.packet_samples)
        )
        head = struct.pack(">BBHBII", _AAC, _AUDIO_STREAM, 0, 0, max(greatest, mean), mean)
        decoder = _descriptor(_DECODER_CONFIG, head + _descriptor(_DECODER_SPECIFIC, self.track.config))
        return _descriptor(_ES, struct.pack(">HB", 0, 0) + decoder + _descriptor(_SL_CONFIG, b"\2"))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes([tag, 0x80, 0x80, 0x80, len(body)]) + body


def _roll(n_packets: int) -> list[Box]:
    """Return the boxes that say that a decoder which begins anywhere must begin one packet earlier."""
    kinds = full_box(b"sgpd", 1, 0, struct.pack(">4sIIh", b"roll", 2, 1, -1))
    return [kinds, full_box(b"sbgp", 0, 0, struct.pack(">4sIII", b"roll", 1, n_packets, 1))]
