"""The durations of the beta: from frames and phonemes to words in samples, and whether they fit the audio.

One frame is 300 samples at 24 kHz.  A phoneme that is one space parts two words, and is an entry of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from batchtts.lmnt import wire
from batchtts.lmnt.errors import BadAnswer
from batchtts.lmnt.results import SpokenText, SpokenWord
from batchtts.lmnt.soundness import samples_of_wav

_ENDLESS = 1e9
"""No speech takes as many seconds, or frames; integers that no float can hold are as wrong as infinity."""

_FRAME_SECONDS = wire.FRAME_SAMPLES / wire.SAMPLE_RATE


def spoken_words(frames: object, phonemes: object) -> list[SpokenWord]:
    """Return the words of an answer; raise `BadAnswer` if the two lists are not what they should be.

    Boundaries are rounded to samples, not lengths, so that frames with a fraction add up, too.
    """
    lengths, names = _checked_frames(frames), _checked_phonemes(phonemes)
    if not names or len(lengths) != len(names):
        raise BadAnswer(200, f"the durations are of no use: {len(lengths)} of them for {len(names)} phonemes")
    bounds = [round(end * wire.FRAME_SAMPLES) for end in accumulate(lengths, initial=0.0)]
    return [
        SpokenWord(
            phonemes=list(names[first:last]),
            phoneme_durations=[end - start for start, end in pairwise(bounds[first : last + 1])],
            start=bounds[first],
            duration=bounds[last] - bounds[first],
        )
        for first, last in _words(names)
    ]


def _words(phonemes: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first index and the one after the last of each word and of each gap."""
    first = 0
    for index, phoneme in enumerate(phonemes):
        if phoneme != wire.WORD_GAP:
            continue
        if first < index:
            yield first, index
        yield index, index + 1
        first = index + 1
    if first < len(phonemes):
        yield first, len(phonemes)


def _checked_frames(frames: object) -> list[float]:
    if not isinstance(frames, list):
        raise BadAnswer(200, "the durations are of no use: they are not a list")
    for frame in frames:
        if not _is_time(frame):
            raise BadAnswer(200, f"the durations are of no use: one of them is {str(frame)[:40]!r}")
    return frames


def _checked_phonemes(phonemes: object) -> list[str]:
    if not isinstance(phonemes, list) or not all(isinstance(phoneme, str) for phoneme in phonemes):
        raise BadAnswer(200, "the durations are of no use: the phonemes are not a list of strings")
    return phonemes


def check_words_fit(words: Sequence[SpokenWord], audio: bytes) -> None:
    """Raise `BadAnswer` if the durations do not end where a WAV file does, within one frame."""
    count = samples_of_wav(audio)
    if count is None or not count.n_samples:
        raise BadAnswer(200, "the audio holds no samples")
    if count.sample_rate != wire.SAMPLE_RATE:
        raise BadAnswer(
            200,
            f"the audio has {count.sample_rate} samples a second, its durations are for {wire.SAMPLE_RATE}",
        )
    end = words[-1].start + words[-1].duration
    if abs(end - count.n_samples) > wire.FRAME_SAMPLES:
        raise BadAnswer(200, f"the durations end at sample {end}, the audio at sample {count.n_samples}")


def spoken_texts(entries: object) -> list[SpokenText]:
    """Return the timed words of v1; raise `BadAnswer` if they are not what they should be."""
    if not isinstance(entries, list):
        raise BadAnswer(200, "the times of the words are of no use: they are not a list")
    for entry in entries:
        if not (isinstance(entry, dict) and isinstance(entry.get("text"), str) and _timed(entry)):
            raise BadAnswer(200, f"the times of the words are of no use: one of them is {str(entry)[:80]}")
    return [SpokenText(entry) for entry in entries]


def _timed(entry: dict[str, object]) -> bool:
    return _is_time(entry.get("start")) and _is_time(entry.get("duration"))


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _ENDLESS


def check_texts_fit(texts: Sequence[SpokenText], audio: bytes) -> None:
    """Raise `BadAnswer` if a word of v1 ends after a WAV file does, by more than one frame.

    They may end before: nothing says that a trailing silence has an entry.
    """
    count = samples_of_wav(audio)
    if count is None or not count.n_samples:
        raise BadAnswer(200, "the audio holds no samples")
    end = max((text.start + text.duration for text in texts), default=0.0)
    if end > count.seconds + _FRAME_SECONDS:
        raise BadAnswer(200, f"the last word ends after {end:.3f} s, the audio after {count.seconds:.3f} s")
