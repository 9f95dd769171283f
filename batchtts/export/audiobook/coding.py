"""How each format is encoded: rates, sizes, and what is needed so that chapters can be joined without a second encode.

A codec's packets overlap.  So each chapter is encoded behind `n_preroll` packets of silence and ends in `n_pad`
packets of it: at a join there is nothing but silence on both sides, and what a chapter's packets hold does not
depend on where it comes to lie.  docs/audiobook.md has the measurements behind the figures.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass

PACKED_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""What both AAC and MP3 have.  AAC has three more, at which few players play it; MP4 cannot state the highest two."""

OPUS_RATE = 48_000
STORE_RATE = 44_100
"""What audiobook stores take: MP3 at this rate."""

_REPEATABLE = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
"""No date, no version and no random number in what ffmpeg writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How a delivery is encoded.

    Packets have `packet_samples` samples at `sample_rate`; the encoder delays the sound by `n_delay`.  The first
    chapter of a file keeps its preroll if `keeps_preroll`: what a decoder knows at the beginning is not what the
    encoder knew.  What is not made of packets counts as packets of one sample.  `options` are those of ffmpeg.
    """

    codec: str
    sample_rate: int
    options: tuple[str, ...]
    bits_per_second: int | None = None
    packet_samples: int = 1
    n_delay: int = 0
    n_preroll: int = 0
    n_pad: int = 0
    keeps_preroll: bool = False

    @property
    def n_priming(self) -> int:
        """Return how many samples a decoder drops at the beginning of a file."""
        return self.n_delay + (self.n_preroll * self.packet_samples if self.keeps_preroll else 0)

    def n_packets(self, n_samples: int) -> int:
        """Return how many packets a chapter lasts, its silence at the end included."""
        return -(-n_samples // self.packet_samples) + self.n_pad

    @property
    def form(self) -> dict[str, object]:
        """Return all of it in the form of JSON, to be hashed."""
        return {**asdict(self), "options": list(self.options)}


def coding_of(file_format: str, rates: Collection[int], *, master: str) -> Coding:
    """Return how a file of one of `AUDIOBOOK_FORMATS` is encoded, given the rates of its chapters."""
    rate = max(rates)
    match file_format:
        case "m4b":
            return _aac(_supported(rate))
        case "mp3":
            return _mp3(STORE_RATE, 192_000) if master == "acx" else _mp3(_supported(rate), 96_000)
        case "opus":
            return _opus()
        case "flac":
            return Coding(
                codec="flac", sample_rate=rate, options=("-c:a", "flac", *_REPEATABLE, "-f", "flac")
            )
        case _:
            return Coding(codec="pcm_s16le", sample_rate=rate, options=("-f", "s16le"))


def _supported(rate: int) -> int:
    """Return the rate, or the next one of those that AAC and MP3 have."""
    return min((own for own in PACKED_RATES if own >= rate), default=max(PACKED_RATES))


def _aac(rate: int) -> Coding:
    bits = (
        64_000 if rate > 16_000 else 48_000 if rate > 12_000 else 32_000
    )  # a packet of AAC cannot be longer
    # With noise in the place of bands, its default, this encoder makes clicks in speech: some in every chapter.
    options = (
        *("-c:a", "aac", "-profile:a", "aac_low", "-aac_pns", "0", "-b:a", str(bits)),
        *(*_REPEATABLE, "-f", "adts"),
    )
    return Coding(
        codec="aac",
        sample_rate=rate,
        options=options,
        bits_per_second=bits,
        packet_samples=1024,
        n_delay=1024,
        n_preroll=2,
        n_pad=1,
    )


def _mp3(rate: int, bits: int) -> Coding:
    bits = min(bits, 64_000) if rate <= 12_000 else bits  # MPEG-2.5 ends there
    # Without a bit reservoir every frame can be decoded behind any other.
    options = (
        *("-c:a", "libmp3lame", "-b:a", str(bits), "-reservoir", "0", *_REPEATABLE),
        *("-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"),
    )
    return Coding(
        codec="mp3",
        sample_rate=rate,
        options=options,
        bits_per_second=bits,
        packet_samples=1152 if rate >= 32_000 else 576,
        n_delay=1105,
        n_preroll=4,
        n_pad=2,
    )


def _opus() -> Coding:
    options = ("-c:a", "libopus", "-b:a", "32000", "-frame_duration", "20", *_REPEATABLE, "-f", "ogg")
    return Coding(
        codec="opus",
        sample_rate=OPUS_RATE,
        options=options,
        bits_per_second=32_000,
        packet_samples=960,
        n_delay=312,
        n_preroll=5,
        n_pad=2,
        keeps_preroll=True,
    )
