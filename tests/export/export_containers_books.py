"""Small books of real packets for tests of files of sound, and what real readers make of such files."""

import re
import struct
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from batchtts.audio import ffmpeg
from batchtts.export.book import ChapterMark, Packets, Tags, Track
from batchtts.export.containers.adts import AdtsSplitter
from batchtts.export.containers.mp3_frames import Mp3Splitter
from batchtts.export.containers.ogg_pages import OggSplitter
from batchtts.export.containers.streams import Splitter

TITLES = ("I", "Ein Kapitel – mit Ünï¢ode, 世界 und 🎧", "3=4; #5 \\ or: " + "é" * 280)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one codec is asked for, and how its chapters are joined."""

    name: str
    sample_rate: int
    packet_samples: int
    n_priming: int
    n_preroll: int
    n_pad: int
    options: tuple[str, ...]

    def splitter(self) -> Splitter:
        return {"aac": AdtsSplitter, "mp3": Mp3Splitter, "opus": OggSplitter}[self.name]()


def aac(rate: int) -> Codec:
    options = ("-c:a", "aac", "-b:a", "64k" if rate > 16_000 else "48k", "-f", "adts")
    return Codec(name="aac", sample_rate=rate, packet_samples=1024, n_priming=1024, n_preroll=2, n_pad=1,
                 options=options)  # fmt: skip


def mp3(rate: int, *quality: str) -> Codec:
    options = (*(quality or ("-b:a", "96k")), "-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0")
    return Codec(name="mp3", sample_rate=rate, packet_samples=1152 if rate >= 32_000 else 576, n_priming=1105,
                 n_preroll=4, n_pad=2, options=("-c:a", "libmp3lame", *options, "-f", "mp3"))  # fmt: skip


def opus() -> Codec:
    options = ("-c:a", "libopus", "-b:a", "48k", "-frame_duration", "20", "-f", "ogg")
    return Codec(name="opus", sample_rate=48_000, packet_samples=960, n_priming=312, n_preroll=5, n_pad=2,
                 options=options)  # fmt: skip


def run(arguments: Sequence[str], data: bytes = b"") -> bytes:
    command = [ffmpeg.executable(), "-nostdin", "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


@cache
def speech(sample_rate: int, seed: int, seconds: float = 1.3) -> np.ndarray:
    """Return something like speech, loud from its first sample to its last, whose every stretch is unlike any other."""
    noise = np.random.default_rng(seed).standard_normal
    n_samples = int(sample_rate * seconds) + seed * 137
    time = np.arange(n_samples) / sample_rate
    phase = 2 * np.pi * np.cumsum(110 * 2 ** (0.3 * np.sin(4.4 * time + seed))) / sample_rate
    voiced = sum(np.sin(k * phase + k * k) / k**0.8 for k in range(1, 25))
    gate = np.clip(3 * np.sin(14.5 * time + 2 * seed + 1.2), 0, 1)
    sound = 0.12 * gate * voiced + 0.05 * (1 - gate) * noise(n_samples)
    return (np.clip(sound, -0.95, 0.95) * 32767).astype("<i2")


@cache
def encoded(codec: Codec, pcm: bytes) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """Return the stream of ffmpeg, the packets in it, and their config."""
    stream = run([*input_options(codec.sample_rate), *codec.options, "-"], pcm)
    splitter = codec.splitter()
    packets = tuple(splitter.feed(stream))
    splitter.finish()
    return stream, packets, splitter.config


def input_options(sample_rate: int) -> list[str]:
    return ["-f", "s16le", "-ar", str(sample_rate), "-ac", "1", "-i", "-"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A track of real packets, and what was spoken in each of its chapters."""

    track: Track
    marks: tuple[ChapterMark, ...]
    sounds: tuple[np.ndarray, ...]


def book(codec: Codec, folder: Path, n_chapters: int = 3) -> Book:
    """Encode chapters each by itself, behind silence whose packets are dropped, and join their packets."""
    marks, packets, config, start = [], [], b"", 0
    sounds = tuple(speech(codec.sample_rate, 1 + number) for number in range(n_chapters))
    for number, sound in enumerate(sounds):
        n_packets = -(-len(sound) // codec.packet_samples) + codec.n_pad
        n_before = codec.n_preroll * codec.packet_samples
        padded = np.zeros(n_before + n_packets * codec.packet_samples, "<i2")
        padded[n_before : n_before + len(sound)] = sound
        _, found, config = encoded(codec, padded.tobytes())
        kept = found[codec.n_preroll :][:n_packets]
        path = folder / f"{number}.packets"
        path.write_bytes(b"kept" + b"".join(kept))
        packets.append(Packets(path=path, first_byte=4, sizes=[len(packet) for packet in kept]))
        marks.append(ChapterMark(start=start, n_samples=len(sound), title=TITLES[number]))
        start += n_packets * codec.packet_samples
    track = Track(
        sample_rate=codec.sample_rate,
        packet_samples=codec.packet_samples,
        n_priming=codec.n_priming,
        n_samples=marks[-1].start + marks[-1].n_samples,
        packets=tuple(packets),
        config=config,
    )
    return Book(track=track, marks=tuple(marks), sounds=sounds)


def png(width: int = 3, height: int = 2) -> bytes:
    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80\x20\x40" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", rows) + part(b"IEND", b"")


@cache
def jpeg(width: int = 16, height: int = 24) -> bytes:
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-"]
    return run(
        [*raw, "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe", "-"], b"\x40" * width * height * 3
    )


TAGS = Tags(
    title="Der Große Test 📖",
    author="A. Writer",
    narrator="The Voice",
    year="1865",
    description="What happens,\nin two lines. " + "And more. " * 60,
    language="de-AT",
    synthetic="Read by a synthetic voice (tone).",
    cover=png(),
    chapter=None,
)


def crowded(book: Book, n_chapters: int) -> tuple[ChapterMark, ...]:
    """Return very many chapters in the time of a book."""
    n_samples = book.track.n_samples
    starts = [n_samples * number // n_chapters for number in range(n_chapters + 1)]
    return tuple(
        ChapterMark(start=starts[i], n_samples=starts[i + 1] - starts[i], title=f"Nr. {i}")
        for i in range(n_chapters)
    )


def decoded(path: Path) -> np.ndarray:
    """Return the samples that ffmpeg gives for a file."""
    return np.frombuffer(run(["-i", str(path), "-map", "0:a", "-f", "s16le", "-"]), "<i2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What ffmpeg says of a file: tags, and chapters by their start in seconds and their title."""

    tags: Mapping[str, str]
    chapters: Sequence[tuple[float, str]]


def told(path: Path) -> Told:
    """Read what ffmpeg says of a file."""
    text = run(["-i", str(path), "-map_metadata:g", "0:g" if path.suffix != ".opus" else "0:s:0",
                "-f", "ffmetadata", "-"]).decode(errors="replace")  # fmt: skip
    head, *chapters = [_values(part) for part in text.split("[CHAPTER]\n")]
    starts = [int(values["START"]) / int(values["TIMEBASE"].split("/")[1]) for values in chapters]
    titles = [values.get("title", "") for values in chapters]
    return Told(tags=head, chapters=list(zip(starts, titles, strict=True)))


def _values(text: str) -> dict[str, str]:
    """Read `name=value` lines, in which a backslash says that a character, even the end of a line, is meant."""
    plain = re.sub(r"\\(.)", lambda found: "\v" if found[1] == "\n" else found[1], text, flags=re.DOTALL)
    rows = [line.replace("\v", "\n").split("=", 1) for line in plain.split("\n") if "=" in line]
    return dict(rows)


def listed(path: Path) -> list[float]:
    """Return where chapters begin, in seconds, as ffmpeg reads them from a file.

    What `told` returns counts from the first sample that ffmpeg decodes, which for an MP3 is one that it drops.
    """
    command = [ffmpeg.executable(), "-nostdin", "-hide_banner", "-i", str(path)]
    text = subprocess.run(command, stderr=subprocess.PIPE, check=False).stderr.decode(errors="replace")
    return [float(start) for start in re.findall(r"Chapter #0:\d+: start ([\d.]+), end", text)]


def lag(sound: np.ndarray, heard: np.ndarray, at: int) -> int:
    """Return how many samples later than `at` a sound is heard, by cross-correlation."""
    reach = 1500
    around = np.concatenate([np.zeros(reach), heard, np.zeros(reach)])[
        at : at + len(sound) + 2 * reach
    ].astype(float)
    n_points = 1 << (len(around) + len(sound)).bit_length()
    spectrum = np.fft.rfft(around, n_points) * np.conj(np.fft.rfft(sound.astype(float), n_points))
    return int(np.fft.irfft(spectrum, n_points)[: 2 * reach + 1].argmax()) - reach


def with_tags(**changes: object) -> Tags:
    return replace(TAGS, **changes)  # type: ignore[arg-type]
