"""The same sound at another rate, by the soxr resampler of ffmpeg: one pass, linear phase, no delay."""

from batchtts.audio import ffmpeg
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm

READ_AT_ONCE = ("-avioflags", "direct", "-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer")
"""ffmpeg begins with the first samples it gets, and collects none to find out what they are."""


def reading(sample_rate: int) -> tuple[str, ...]:
    """Return the options with which ffmpeg reads samples like ours."""
    return (*READ_AT_ONCE, "-f", "s16le", "-ar", str(sample_rate), "-ac", "1")


def changing(before: int, after: int) -> tuple[str, ...]:
    """Return the options with which ffmpeg changes the rate of what it reads, where it has to."""
    return () if before == after else ("-af", f"aresample={after}:resampler=soxr:precision=24")


def scaled(n_samples: int, before: int, after: int) -> int:
    """Return how many samples at the rate `after` last as long as `n_samples` at the rate `before`."""
    return (2 * n_samples * after + before) // (2 * before)


def exactly(pcm: Pcm, n_samples: int) -> Pcm:
    """Return the sound cut, or continued in silence, to `n_samples`."""
    n_bytes = n_samples * SAMPLE_BYTES
    return Pcm(pcm.data[:n_bytes].ljust(n_bytes, b"\0"), pcm.sample_rate)


async def resample(pcm: Pcm, sample_rate: int) -> Pcm:
    """Return the sound at another rate, as long as it was to the nearest sample.  The same rate is free."""
    if pcm.sample_rate == sample_rate:
        return pcm
    n_samples = scaled(pcm.n_samples, pcm.sample_rate, sample_rate)
    if not n_samples:
        return Pcm(b"", sample_rate)
    writing = (*changing(pcm.sample_rate, sample_rate), "-f", "s16le")
    data = await ffmpeg.convert(pcm.data, reading(pcm.sample_rate), writing)
    return exactly(Pcm(data, sample_rate), n_samples)
