"""Samples as seconds in decimals that lead back to the very sample."""


def seconds(n_samples: int, sample_rate: int) -> str:
    """Return a time in seconds with six decimals, which up to 192 kHz stand for one sample only."""
    micros = (2 * n_samples * 1_000_000 + sample_rate) // (2 * sample_rate)
    return f"{micros // 1_000_000}.{micros % 1_000_000:06}"
