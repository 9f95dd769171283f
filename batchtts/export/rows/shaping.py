"""A recording as the dataset wants it: the silence around it cut, its rate changed, and its alignment with it."""

from batchtts import alignment as alignments
from batchtts.alignment import Alignment, Level
from batchtts.audio.pcm import Pcm
from batchtts.job import Dataset


def shaped(audio: Pcm, alignment: Alignment, dataset: Dataset) -> tuple[Pcm, Alignment]:
    """Return a recording and its alignment as the dataset wants them; nothing is done to how loud it is."""
    if dataset.trim_seconds is not None:
        audio, alignment = trimmed(audio, alignment, dataset.trim_seconds)
    if dataset.sample_rate not in (None, audio.sample_rate):
        audio, alignment = resampled(audio, alignment, dataset.sample_rate)
    return audio, alignment


def trimmed(audio: Pcm, alignment: Alignment, seconds: float) -> tuple[Pcm, Alignment]:
    """Return a recording with no more than so much silence before its first word and after its last.

    Where words are, the alignment says; a recording whose words have no times stays as it is.
    """
    heard = [word for word in alignment.words if word.n_samples]
    if alignment.level is Level.SEGMENT or not heard:
        return audio, alignment
    margin = round(seconds * audio.sample_rate)
    start = max(0, heard[0].start - margin)
    end = min(audio.n_samples, heard[-1].end + margin)
    return audio.slice(start, end), alignments.crop(alignment, start, end)


def resampled(audio: Pcm, alignment: Alignment, sample_rate: int) -> tuple[Pcm, Alignment]:
    """Return a recording at another rate; each boundary moves to the sample that is nearest in time."""
    from batchtts.audio.rates import at_rate  # numpy, which most of what is exported needs not

    return at_rate(audio, sample_rate), alignments.at_rate(alignment, sample_rate)
