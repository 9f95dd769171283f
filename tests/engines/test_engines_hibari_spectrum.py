"""Our signal processing against that of the package, on what the network really predicts."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hibari import Hibari, dsp
from numpy.typing import NDArray

from batchtts.engines.hibari import spectrum
from batchtts.engines.hibari.noise import LEVELS, draw_noise, normal_quantiles
from batchtts.engines.hibari.spectrum import BLOCK, HOP, N_BINS, OVERLAP, synthesize

Prediction = tuple[NDArray[np.float32], NDArray[np.float32]]
SENTENCES = (
    "Oh!",
    "Seven foxes chased sixty shy geese across the frosty fields, hissing.",
    "Why should anyone, on such a morning, wish to be anywhere else than by this slow green river?",
)


@pytest.fixture(scope="module")
def predictions() -> list[Prediction]:
    """Return the rows of prediction and the pitch of each sentence."""
    hibari = Hibari()
    predictions = []
    for sentence in SENTENCES:
        [phonemes] = hibari.phonemize(sentence)
        inputs = {"ids": np.array([hibari.ids(phonemes)]), "speed": np.ones(1, np.float32)}
        *parts, pitch = (output[0] for output in hibari.sess.run(None, inputs))
        predictions.append((np.ascontiguousarray(np.concatenate(parts).T), pitch))
    return predictions


def synthesized(prediction: Prediction, seed: int = 1) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return synthesize(*prediction, lambda n_frames: draw_noise(rng, n_frames, N_BINS))


class GivenNoise:
    """A generator for the package that has one answer."""

    def __init__(self, noise: NDArray[np.complex64]) -> None:
        self.noise = noise

    def standard_normal(self, shape: tuple[int, int], dtype: type) -> NDArray[np.float32]:
        assert shape == (self.noise.shape[1], 2 * self.noise.shape[0])
        return np.ascontiguousarray(self.noise.T).view(dtype)


def synthesized_by_the_package(prediction: Prediction, seed: int = 1) -> NDArray[np.float32]:
    rows, pitch = prediction
    noise = draw_noise(np.random.default_rng(seed), len(rows), N_BINS)
    parts = [np.ascontiguousarray(part) for part in np.split(rows.T, 5)]
    sound: NDArray[np.float32] = dsp.synth(*parts, pitch, GivenNoise(noise))
    return sound


def pcm(sound: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.rint(np.clip(sound, -1, 1) * 32_767).astype(np.int32)


def test_equal_noise_gives_the_samples_of_the_package(predictions: list[Prediction]) -> None:
    for prediction in predictions:
        ours, theirs = synthesized(prediction), synthesized_by_the_package(prediction)
        assert ours.dtype == theirs.dtype
        assert len(ours) == len(theirs) == len(prediction[0]) * HOP
        assert np.abs(theirs).max() > 0.05
        assert np.abs(pcm(ours) - pcm(theirs)).max() <= 1


@pytest.mark.parametrize("n_frames", [OVERLAP, OVERLAP + 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
@pytest.mark.parametrize("pitch", [0.0, 39.0, 200.0, 5_000.0])
def test_any_length_and_pitch_sound_as_in_the_package(n_frames: int, pitch: float) -> None:
    rng = np.random.default_rng(n_frames)
    rows = rng.normal(-3, 2, (n_frames, 5 * N_BINS)).astype(np.float32)
    prediction = rows, (pitch + rng.normal(0, 5, n_frames)).astype(np.float32)
    ours, theirs = synthesized(prediction), synthesized_by_the_package(prediction)
    assert np.allclose(ours, theirs, rtol=0, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.parametrize("block", [1, 7, 1_000])
def test_the_size_of_blocks_changes_no_bit(
    predictions: list[Prediction], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [synthesized(prediction) for prediction in predictions]
    monkeypatch.setattr(spectrum, "BLOCK", block)
    for sound, prediction in zip(expected, predictions, strict=True):
        assert np.array_equal(sound, synthesized(prediction))


def test_threads_that_share_the_processor_change_no_bit(predictions: list[Prediction]) -> None:
    expected = [synthesized(prediction) for prediction in predictions]
    with ThreadPoolExecutor(4) as threads:
        sounds = list(threads.map(synthesized, predictions * 4))
    assert all(np.array_equal(sound, expected[i % len(expected)]) for i, sound in enumerate(sounds))


def test_another_seed_gives_other_noise_of_the_same_loudness(predictions: list[Prediction]) -> None:
    first, second = (synthesized(predictions[1], seed) for seed in (1, 2))
    assert not np.array_equal(first, second)
    assert np.std(first) == pytest.approx(np.std(second), rel=0.02)


def test_noise_is_the_same_in_one_draw_or_several() -> None:
    whole = draw_noise(np.random.default_rng(5), 9, N_BINS)
    rng = np.random.default_rng(5)
    parts = [draw_noise(rng, n_frames, N_BINS) for n_frames in (1, 5, 3)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_the_quantiles_are_those_of_normal_numbers() -> None:
    quantiles = normal_quantiles().astype(np.float64)
    assert len(quantiles) == LEVELS
    assert np.all(np.diff(quantiles) > 0)
    assert np.mean(quantiles) == pytest.approx(0, abs=1e-7)
    assert np.var(quantiles) == pytest.approx(1, abs=1e-6)
    assert np.mean(quantiles**4) == pytest.approx(3, abs=0.01)


def test_noise_is_as_normal_and_as_white_as_that_of_the_generator() -> None:
    noise = draw_noise(np.random.default_rng(3), 800, N_BINS)
    numbers = noise.view(np.float32).reshape(-1).astype(np.float64)
    drawn = np.sort(np.random.default_rng(4).standard_normal(len(numbers)))
    furthest = np.abs(np.searchsorted(drawn, np.sort(numbers)) / len(drawn) - np.linspace(0, 1, len(drawn)))
    assert furthest.max() < 1.95 * np.sqrt(2 / len(drawn))  # Kolmogorov and Smirnov, one in a thousand
    for distance in (1, 2, 2 * N_BINS):
        correlation = np.mean(numbers[distance:] * numbers[:-distance])
        assert abs(correlation) < 4 / np.sqrt(len(numbers))
