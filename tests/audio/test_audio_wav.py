"""WAV files are read by others as they were meant, and damaged ones are refused by us."""

import io
import struct
import wave

import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st

from batchtts.audio.pcm import Pcm
from batchtts.audio.wav import WavError, decode, encode, header

RATES = st.sampled_from([8000, 16000, 22050, 24000, 44100, 48000])
PCMS = st.builds(
    lambda samples, rate: Pcm(struct.pack(f"<{len(samples)}h", *samples), rate),
    st.lists(st.integers(-(2**15), 2**15 - 1), max_size=300),
    RATES,
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=3).map("x{}".format)
CHUNKS = st.dictionaries(NAMES, st.binary(max_size=40), max_size=3)
SOUND = Pcm(struct.pack("<5h", 0, 1, -1, 32767, -32768), 24000)
FILE = encode(SOUND, {"even": b"four", "oddx": b"odd"})


def soundfile_reads(data: bytes) -> Pcm:
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    return Pcm(samples.astype("<i2").tobytes(), rate)


@given(PCMS, CHUNKS)
def test_the_standard_library_reads_what_we_write(pcm: Pcm, chunks: dict[str, bytes]) -> None:
    with wave.open(io.BytesIO(encode(pcm, chunks))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, pcm.sample_rate)
        assert file.readframes(file.getnframes()) == pcm.data


@given(PCMS, CHUNKS)
def test_soundfile_reads_what_we_write(pcm: Pcm, chunks: dict[str, bytes]) -> None:
    assert soundfile_reads(encode(pcm, chunks)) == pcm


@given(PCMS, CHUNKS)
def test_we_read_what_we_write(pcm: Pcm, chunks: dict[str, bytes]) -> None:
    file = decode(encode(pcm, chunks))
    assert file.pcm == pcm
    assert file.chunks == chunks


@given(PCMS)
def test_we_read_what_others_write(pcm: Pcm) -> None:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setparams((1, 2, pcm.sample_rate, 0, "NONE", ""))
        file.writeframes(pcm.data)
    assert decode(stream.getvalue()).pcm == pcm


@given(PCMS.filter(lambda pcm: pcm.n_samples > 0))
def test_a_file_beyond_the_limit_is_rf64_and_soundfile_reads_it(pcm: Pcm) -> None:
    data = header(pcm.sample_rate, pcm.n_samples, limit=36) + pcm.data
    assert data[:4] == b"RF64"
    assert soundfile_reads(data) == pcm
    assert soundfile.info(io.BytesIO(data)).frames == pcm.n_samples


@pytest.mark.parametrize(("n_samples", "kind"), [(2**31 - 19, b"RIFF"), (2**31 - 18, b"RF64")])
def test_the_form_changes_where_riff_cannot_count_any_further(n_samples: int, kind: bytes) -> None:
    assert header(24000, n_samples)[:4] == kind


def test_the_largest_riff_counts_its_bytes() -> None:
    made, n_samples = header(24000, 2**31 - 19), 2**31 - 19
    n_file = len(made) + 2 * n_samples
    assert struct.unpack_from("<I", made, 4) == (n_file - 8,)
    assert struct.unpack_from("<I", made, len(made) - 4) == (2 * n_samples,)


@pytest.mark.parametrize("n_samples", [2**31 - 18, 2**33])
def test_rf64_counts_beyond_four_gibibytes(n_samples: int) -> None:
    made = header(24000, n_samples)
    n_riff, n_data, n_counted, n_table = struct.unpack_from("<QQQI", made, 20)
    assert made[12:16] == b"ds64"
    assert (n_riff, n_data) == (len(made) + 2 * n_samples - 8, 2 * n_samples)
    assert (n_counted, n_table) == (n_samples, 0)
    assert made[4:8] == made[-4:] == b"\xff\xff\xff\xff"


def test_chunks_after_the_samples_count_for_the_limit() -> None:
    assert header(24000, 10, n_after=8, limit=64)[:4] == b"RIFF"
    assert header(24000, 10, n_after=10, limit=64)[:4] == b"RF64"


@pytest.mark.parametrize("n_bytes", range(len(FILE)))
def test_a_file_cut_short_anywhere_is_refused(n_bytes: int) -> None:
    with pytest.raises(WavError):
        decode(FILE[:n_bytes])


def test_what_follows_the_end_is_left_alone() -> None:
    assert decode(FILE + b"TAG of some other program") == decode(FILE)


def _with_format(kind: int, n_channels: int, rate: int, n_bits: int) -> bytes:
    form = struct.pack("<HHIIHH", kind, n_channels, rate, 0, 0, n_bits)
    return _riff(b"fmt " + struct.pack("<I", 16) + form, b"data\0\0\0\0")


def _riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "does not begin"),
        (b"RIFF", "does not begin"),
        (b"RIFX" + FILE[4:], "does not begin"),
        (_with_format(3, 1, 24000, 32), "format 3, 1 channels, 32 bits"),
        (_with_format(1, 2, 24000, 16), "format 1, 2 channels, 16 bits"),
        (_with_format(1, 1, 24000, 8), "format 1, 1 channels, 8 bits"),
        (_with_format(1, 1, 0, 16), "not mono 16-bit PCM"),
        (_riff(FILE[12:36]), "no format or no samples"),
        (_riff(FILE[36:54]), "no format or no samples"),
        (_riff(b"fmt \2\0\0\0\1\0", FILE[36:54]), "no format or no samples"),
        (_riff(FILE[12:36], b"data\3\0\0\0abc\0"), "cut in half"),
        (_riff(FILE[12:36], b"data\xff\xff\xff\x7fabc\0"), "cut off: 4 of 2147483647"),
    ],
)
def test_what_is_no_mono_16_bit_wav_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(WavError, match=reason):
        decode(data)


@given(st.binary(max_size=60), st.integers(0, len(FILE)), st.integers(0, len(FILE)))
@example(b"", 12, 44)
def test_garbage_anywhere_gives_a_wav_or_a_wav_error(garbage: bytes, start: int, end: int) -> None:
    try:
        pcm = decode(FILE[:start] + garbage + FILE[end:]).pcm
    except WavError:
        return
    assert len(pcm.data) % 2 == 0
    assert pcm.sample_rate > 0


def test_half_a_sample_is_refused_before_it_is_written() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        Pcm(b"abc", 24000)
