"""Texts with words, marks and gaps, spoken at times that hypothesis makes up."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from batchtts.alignment import Alignment, Level, Origin
from batchtts.engines.tiling import SpokenPhoneme, SpokenWord, tile
from batchtts.lmnt.wire import FRAME_SAMPLES, SAMPLE_RATE

SYMBOLS = ("h", "ə", "l", "ˈoʊ", "dʒ", "ɪ")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedText:
    text: str
    alignment: Alignment


@st.composite
def timed_texts(draw: st.DrawFn, *, phonemes: bool = True, shortest: int = 0) -> TimedText:
    """Return a text of one to eight words whose alignment is in whole frames.

    `shortest` is the least length of a phoneme in samples; none is known if `phonemes` is False.
    """
    marks = st.sampled_from(["", " ", " ", ", ", "—", "... ", ' "', "\n", " - ", "’"])
    text = draw(st.sampled_from(["", '"', "  ", "— "]))
    words: list[SpokenWord] = []
    heard = 0
    for _ in range(draw(st.integers(1, 8))):
        start = heard + draw(st.one_of(st.just(0), st.integers(0, 9_000)))
        lengths = draw(st.lists(st.integers(shortest, 2_500), min_size=1, max_size=6))
        bounds = [start + sum(lengths[:n]) for n in range(len(lengths) + 1)]
        sounds = tuple(
            SpokenPhoneme(symbol=draw(st.sampled_from(SYMBOLS)), start=first, end=last)
            for first, last in pairwise(bounds)
        )
        written = draw(st.sampled_from(["one", "I", "naïve", "twenty-one", "25"]))
        heard = bounds[-1]
        char = (len(text), len(text) + len(written))
        words.append(SpokenWord(char=char, start=start, end=heard, phonemes=sounds if phonemes else ()))
        text += written + draw(marks)
    n_samples = -(-max(1, heard + draw(st.integers(0, 9_000))) // FRAME_SAMPLES) * FRAME_SAMPLES
    alignment = Alignment(
        sample_rate=SAMPLE_RATE,
        level=Level.PHONEME if phonemes else Level.WORD,
        origin=Origin.ENGINE,
        items=tile(text, words, n_samples=n_samples, phonemes=phonemes),
    )
    return TimedText(text=text, alignment=alignment)
