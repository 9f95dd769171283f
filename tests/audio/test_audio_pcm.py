"""Audio in memory counts samples."""

from batchtts.audio.pcm import Pcm

SOUND = Pcm(b"\0\1\2\3\4\5\6\7", 2)


def test_samples_have_two_bytes() -> None:
    assert SOUND.n_samples == 4
    assert SOUND.seconds == 2.0


def test_a_slice_counts_samples_and_keeps_the_rate() -> None:
    assert SOUND.slice(1, 3) == Pcm(b"\2\3\4\5", 2)
    assert SOUND.slice(0, 0).n_samples == 0


def test_the_hash_is_that_of_the_samples_alone() -> None:
    assert Pcm(SOUND.data, 48000).sha256 == SOUND.sha256
    assert SOUND.slice(0, 3).sha256 != SOUND.sha256
