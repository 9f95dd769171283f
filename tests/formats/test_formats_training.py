"""The proof that boundaries are where speech is can fail: it is given boundaries that are wrong."""

from collections.abc import Iterator

import numpy as np
import pytest
from training import Row, profile

RATE = 16_000
WORDS = [(2_000, 4_000), (6_000, 3_000), (12_000, 5_000)]


def row(words: list[tuple[int, int]] = WORDS, *, noise: float = 0.0005) -> Row:
    """Return a second and a half of noise that is loud where `WORDS` are, and that says that `words` are in it."""
    loudness = np.full(24_000, noise)
    for start, n_samples in WORDS:
        loudness[start : start + n_samples] = 0.1
    samples = np.random.default_rng(1).normal(size=24_000) * loudness
    told = [{"word": "w", "start_sample": start, "num_samples": n} for start, n in words]
    return Row(id="r", samples=samples, sample_rate=RATE, words=told)


def failures(*rows: Row, shift: float = 0.0) -> Iterator[str]:
    return profile(rows, shift).failures()


def test_right_boundaries_pass() -> None:
    heard = profile([row(), row()])
    assert not list(heard.failures())
    assert (heard.n_rows, len(heard.words)) == (2, 6)
    assert heard.inside.level - heard.outside.level == pytest.approx(46, abs=0.2)


@pytest.mark.parametrize("shift", [0.2, -0.2, 0.05, -0.05, 9.0])
def test_moved_boundaries_fail(shift: float) -> None:
    assert list(failures(row(), shift=shift))


@pytest.mark.parametrize("words", [WORDS[:2], [], [(0, 24_000)]])
def test_missing_words_and_words_without_a_pause_fail(words: list[tuple[int, int]]) -> None:
    assert list(failures(row(words)))


def test_a_noisy_recording_passes_and_one_without_pauses_does_not() -> None:
    assert not list(failures(row(noise=0.003)))
    assert list(failures(row(noise=0.1)))


def test_a_word_that_is_none_is_the_worst() -> None:
    heard = profile([row([*WORDS, (21_000, 2_000)])])
    worst = min(heard.words)
    assert (worst.seconds, worst.margin < 3) == (21_000 / RATE, True)
