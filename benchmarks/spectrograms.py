"""Draw docs/seam.png and docs/stretch.png: spectrograms of what hibari speaks, before above and after below.

`python -m benchmarks.spectrograms`: frequency goes up to half the rate, 80 dB lie between black and white.  The PNG
(ISO/IEC 15948) has a palette and is written here; no library of pictures is needed for two of them.
"""

import asyncio
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from batchtts.audio.fades import mixed
from batchtts.audio.fit import fit
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.engine import SpeechRequest
from batchtts.engines import hibari
from batchtts.job import RoomTone
from batchtts.stitch.room_tone import Tone

DOCS = Path(__file__).parents[1] / "docs"
WIDTH, HEIGHT, RULE = 800, 200, 6
RANGE_DB = 80.0
N_SHADES = 32
TEXT = "The harbour clock is fifty minutes slow, and nobody minds."
HUM_HERTZ, HUM_LEVEL, N_FADE = 130, 800, 240
SEAM_SECONDS = 0.15, 0.08, 0.033
"""How much is drawn of each take, how long the gap is, and how much of a take's silence is trimmed."""
RATIO = 1.4
SEAM_LOUDEST_DB, LOUDEST_DB = 95.0, 125.0

Panel = NDArray[np.uint8]

_STOPS = ((0, 0, 8), (70, 20, 110), (180, 50, 90), (245, 130, 30), (250, 240, 160), (255, 255, 255))
"""Colours from silence to the loudest, as dark as the sound is quiet, so that it can be read without colours."""


def spectrogram(pcm: Pcm, *, n_window: int, loudest: float) -> Panel:
    """Return the levels of a sound, its time over `WIDTH` columns, high frequencies at the top."""
    samples = np.pad(np.frombuffer(pcm.data, "<i2").astype(float), n_window, "reflect")
    starts = np.linspace(n_window / 2, pcm.n_samples + n_window / 2, WIDTH).astype(int)
    frames = samples[starts[:, None] + np.arange(n_window)] * np.hanning(n_window)
    power = np.abs(np.fft.rfft(frames, 2 * HEIGHT - 1)) ** 2
    levels = 10 * np.log10(power + 1e-9) - loudest
    shades = np.clip(N_SHADES * (levels / RANGE_DB + 1), 0, N_SHADES - 1)
    return shades.astype(np.uint8).T[::-1]


def draw(path: Path, above: Panel, below: Panel) -> None:
    """Write two spectrograms, one above the other, as a PNG."""
    rule = np.full((RULE, WIDTH), N_SHADES - 1, np.uint8)
    rows = np.concatenate([above, rule, below])
    ramp = [
        np.interp(np.arange(N_SHADES), np.linspace(0, N_SHADES - 1, len(_STOPS)), stop)
        for stop in zip(*_STOPS, strict=True)
    ]
    palette = np.stack(ramp, axis=1).astype(np.uint8).tobytes()
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 3, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks))
    print(f"{path}: {path.stat().st_size:,} bytes")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def seam(take: Pcm, n_fade: int) -> Pcm:
    """Return how room tone fills the gap between a take and the next, faded over so many samples.

    Both have a hum behind them, as of a bad line: hibari's own silence is so quiet that nothing could be seen.
    """
    rate, tone = take.sample_rate, Tone(RoomTone())
    hum = HUM_LEVEL * np.sin(2 * np.pi * HUM_HERTZ * np.arange(take.n_samples) / rate)
    room = np.frombuffer(tone.slice(0, take.n_samples), "<i2")
    noisy = (np.frombuffer(take.data, "<i2") + hum + room).astype("<i2").tobytes()
    n_kept, n_gap, n_edge = (round(seconds * rate) * SAMPLE_BYTES for seconds in SEAM_SECONDS)
    n_bytes = n_fade * SAMPLE_BYTES
    first, second = noisy[-n_edge - n_kept : -n_edge], noisy[n_edge : n_edge + n_kept]
    ground = tone.slice(0, n_gap // SAMPLE_BYTES + 2 * n_fade)
    out = mixed(first[n_kept - n_bytes :], ground[:n_bytes])
    back = mixed(ground[n_bytes + n_gap :], second[:n_bytes])
    middle = out + ground[n_bytes : n_bytes + n_gap] + back
    return Pcm(first[: n_kept - n_bytes] + middle + second[n_bytes:], rate)


async def spoken() -> Pcm:
    """Return a sentence."""
    async with hibari.open_engine({}) as engine:
        return (await engine.synthesize(SpeechRequest(text=TEXT, voice="heart"))).audio


def main() -> None:
    """Draw both pictures."""
    natural = asyncio.run(spoken())
    seams = [seam(natural, n_fade) for n_fade in (0, N_FADE)]
    draw(DOCS / "seam.png", *(spectrogram(pcm, n_window=128, loudest=SEAM_LOUDEST_DB) for pcm in seams))
    stretched = asyncio.run(fit(natural, round(natural.n_samples * RATIO)))
    padding = bytes(len(stretched.data) - len(natural.data))
    natural = Pcm(natural.data + padding, natural.sample_rate)
    draw(
        DOCS / "stretch.png",
        *(spectrogram(pcm, n_window=512, loudest=LOUDEST_DB) for pcm in (natural, stretched)),
    )


if __name__ == "__main__":
    main()
