"""The neural network: phonemes in, sound and the length of each phoneme out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from batchtts.engines.hibari.noise import draw_noise
from batchtts.engines.hibari.onnx_tap import find_durations, find_prediction, read_only
from batchtts.engines.hibari.package import Package
from batchtts.engines.hibari.spectrum import N_BINS, synthesize
from batchtts.errors import EngineRefused

FRAME = 600
"""Samples in one unit of duration: 25 ms, two hops of the spectrum."""

PITCH = "f0"
QUIET_LOGS = 3
_PAD = 0
_PROBE = "həlˈO."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Audio between -1 and 1, and how many samples of it each symbol lasts.

    `n_samples` has one entry more than there were symbols at either end: the network's lead and tail.
    """

    audio: NDArray[np.float32]
    n_samples: NDArray[np.int64]


class Network:
    """The model in memory.  It keeps no state between calls, so threads may share it."""

    def __init__(self, package: Package) -> None:
        """Load the model.  Raises `EngineRefused` where its durations cannot be had or do not add up."""
        self._session = _open_session(package)
        self._ids: Mapping[str, int] = json.loads(
            (package.model.parent / "vocab.json").read_text(encoding="utf-8")
        )
        probed = self.speak(_PROBE, 1.0, np.random.default_rng(0))
        if int(probed.n_samples.sum()) != len(probed.audio):
            raise EngineRefused(
                f"hibari's phonemes last {probed.n_samples.sum()} samples, its audio {len(probed.audio)}",
                hint="This version of hibari-tts is not one that batchtts knows; install an older one.",
            )

    def knows(self, symbol: str) -> bool:
        """Tell whether the network has learned this symbol."""
        return symbol in self._ids

    def speak(self, symbols: Sequence[str], speed: float, rng: np.random.Generator) -> Sound:
        """Speak symbols that the network knows; `rng` makes the noise in consonants and breath."""
        ids = np.asarray([[_PAD, *(self._ids[symbol] for symbol in symbols), _PAD]], np.int64)
        inputs = {"ids": ids, "speed": np.asarray([speed], np.float32)}
        predicted, pitch, durations = self._session.run(None, inputs)
        audio = synthesize(predicted[0], pitch[0], lambda n_frames: draw_noise(rng, n_frames, N_BINS))
        return Sound(audio=audio, n_samples=durations.reshape(-1).astype(np.int64) * FRAME)


def _open_session(package: Package) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # Threads that each speak another text scale better than threads that share one.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = QUIET_LOGS
    model = package.model.read_bytes()
    try:
        tapped = read_only(model, [find_prediction(model), PITCH, find_durations(model)])
    except LookupError as error:
        raise EngineRefused(
            f"the model {package.model.name} of hibari-tts {package.version} cannot be used: {error}",
            hint="Install a version of hibari-tts that batchtts knows.",
        ) from error
    return onnxruntime.InferenceSession(tapped, options, providers=["CPUExecutionProvider"])
