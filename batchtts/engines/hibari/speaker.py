"""From a text to its sound and its alignment.  This imports the model; `engine` does so when it is asked."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from batchtts.alignment import Alignment, Level, Origin, scale
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.hibari.joining import Stretch, join
from batchtts.engines.hibari.network import FRAME, Network
from batchtts.engines.hibari.package import find_package
from batchtts.engines.hibari.pronunciation import PAUSES, Pronunciation, Unit, unspeakable
from batchtts.engines.hibari.sentences import Written, split_sentences
from batchtts.engines.hibari.spectrum import SAMPLE_RATE
from batchtts.engines.hibari.timing import Symbol, time_phonemes
from batchtts.engines.hibari.varispeed import RATIOS, resample
from batchtts.engines.tiling import SpokenPhoneme, SpokenWord, tile
from batchtts.errors import TextRejected

MAX_SYMBOLS = 400
"""The network was trained on sentences; longer ones are cut at punctuation or between words."""

CUTS = frozenset(",;:—")
SENTENCE_PAUSE, CLAUSE_PAUSE, WORD_PAUSE = 0.42, 0.25, 0.08
"""Seconds of silence between two calls of the network, at speed 1."""

FULL_SCALE = 32_767
UNSIGNED = 0xFFFF_FFFF_FFFF_FFFF


class Speaker:
    """The loaded model.  Threads may share it: nothing is kept between calls."""

    def __init__(self) -> None:
        """Load the model and the lexicon, which takes most of a second."""
        self._network = Network(find_package())
        self._pronunciation = Pronunciation(self._network.knows)

    def speak(self, request: SpeechRequest) -> Speech:
        """Speak a text.  Raises `TextRejected` for one that has no word or a word that cannot be said."""
        sentences = split_sentences(request.text)
        _check(sentences)
        spoken_sentences = [self._pronunciation.pronounce(sentence) for sentence in sentences]
        ratio = RATIOS[request.voice]
        spoken = self._record(spoken_sentences, request.speed / ratio, request.seed)
        units = [unit for sentence in spoken_sentences for unit in sentence]
        n_samples = len(spoken.audio)
        alignment = Alignment(
            sample_rate=SAMPLE_RATE,
            level=Level.PHONEME,
            origin=Origin.ENGINE,
            items=tile(request.text, list(_words(units, spoken)), n_samples=n_samples, phonemes=True),
            frame=round(FRAME / ratio),
            alphabet="ipa",
        )
        n_resampled = round(n_samples / ratio)
        audio = _pcm(resample(spoken.audio, n_resampled))
        return Speech(audio=audio, alignment=scale(alignment, n_samples=n_resampled))

    def _record(self, sentences: Sequence[Sequence[Unit]], speed: float, seed: int) -> Stretch:
        """Speak one stretch of symbols after the other, with noise that only the seed decides."""
        rng = np.random.default_rng(seed & UNSIGNED)
        stretches: list[Stretch] = []
        n_units = 0
        for units in sentences:
            parts = list(cut(list(_symbols(units, n_units))))
            pauses = [*map(_pause_at, parts[:-1]), SENTENCE_PAUSE]
            for symbols, seconds in zip(parts, pauses, strict=True):
                sound = self._network.speak([symbol.text for symbol in symbols], speed, rng)
                phonemes = list(time_phonemes(symbols, sound))
                if phonemes:
                    stretches.append(Stretch(sound.audio, phonemes, round(seconds * SAMPLE_RATE / speed)))
            n_units += len(units)
        return join(stretches)


def cut(symbols: Sequence[Symbol]) -> Iterator[Sequence[Symbol]]:
    """Yield stretches of at most `MAX_SYMBOLS`, without spaces at their ends.

    Cuts are made at the last punctuation, or else at the last space, or else anywhere.
    """
    while symbols:
        stretch = symbols[: _cut_position(symbols)]
        symbols = symbols[len(stretch) :]
        start, end = 0, len(stretch)
        while start < end and stretch[start].text.isspace():
            start += 1
        while end > start and stretch[end - 1].text.isspace():
            end -= 1
        if start < end:
            yield stretch[start:end]


def _cut_position(symbols: Sequence[Symbol]) -> int:
    if len(symbols) <= MAX_SYMBOLS:
        return len(symbols)
    spaces = [index for index in range(1, MAX_SYMBOLS) if symbols[index].text.isspace()]
    clauses = [index for index in spaces if index > MAX_SYMBOLS // 4 and symbols[index - 1].text in CUTS]
    return (clauses or spaces or [MAX_SYMBOLS])[-1]


def _pause_at(symbols: Sequence[Symbol]) -> float:
    """Return how many seconds of silence should follow symbols behind which a sentence was cut."""
    return CLAUSE_PAUSE if symbols[-1].text in PAUSES else WORD_PAUSE


def _symbols(units: Sequence[Unit], first: int) -> Iterator[Symbol]:
    """Yield the symbols of a sentence whose units are numbered from `first` on."""
    for number, unit in enumerate(units, first):
        for symbol in unit.symbols:
            yield Symbol(symbol, number)
        if not unit.symbols.endswith("—"):
            yield Symbol(" ", None)


def _words(units: Sequence[Unit], spoken: Stretch) -> Iterator[SpokenWord]:
    by_unit: dict[int, list[SpokenPhoneme]] = defaultdict(list)
    for number, phoneme in spoken.phonemes:
        by_unit[number].append(phoneme)
    for number, phonemes in by_unit.items():
        yield SpokenWord(
            char=units[number].char,
            start=phonemes[0].start,
            end=phonemes[-1].end,
            phonemes=tuple(phonemes),
            spoken=units[number].spoken,
        )


def _check(sentences: Sequence[Sequence[Written]]) -> None:
    if not sentences:
        raise TextRejected("there is no word in the text", hint="Give it at least one letter or digit.")
    foreign = [
        written.word.text
        for sentence in sentences
        for written in sentence
        if not written.reading or not all(map(_is_speakable, written.reading))
    ]
    if foreign:
        raise unspeakable(foreign)


def _is_speakable(char: str) -> bool:
    """Tell whether a letter is Latin; other characters are left to the pronunciation rules."""
    if char.isascii() or not char.isalpha() or char in "µªº" or unicodedata.category(char) == "Lm":
        return True
    return "LATIN" in unicodedata.name(unicodedata.normalize("NFKC", char)[0], "")


def _pcm(audio: NDArray[np.float32]) -> Pcm:
    samples = np.rint(np.clip(audio, -1.0, 1.0) * FULL_SCALE)
    return Pcm(samples.astype("<i2").tobytes(), SAMPLE_RATE)
