"""What others do with a folder of recordings to have one M4B, beside what batchtts does with its takes.

    python -m benchmarks.peers [--hours 1]

The same samples lie in one WAV file for each sentence.  `pydub` adds them up with `+=` and exports the sum, as its
documentation shows; the concat demuxer of ffmpeg reads a list of them and encodes.  Neither writes chapters, tags or
an alignment.  batchtts stitches its takes, masters nothing, encodes, joins, and writes all of these.
"""

import argparse
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from batchtts.audio.ffmpeg import executable
from batchtts.export.audiobook.coding import coding_of
from benchmarks.delivery import RATE, Shelf
from benchmarks.measuring import PYTHON, hold, measure

_PIECE_SAMPLES = round(6.5 * RATE)
_CODEC = coding_of("m4b", {RATE}, master="none").options[:-2]
"""How batchtts encodes, but for the form of the file."""


def cut(chapters: list[Path], folder: Path) -> list[Path]:
    """Write the samples of chapters into files of a sentence's length, and return them."""
    return [
        _write(folder / f"{number:06d}.wav", samples) for number, samples in enumerate(_stretches(chapters))
    ]


def _stretches(chapters: list[Path]) -> Iterator[bytes]:
    for chapter in chapters:
        with wave.open(str(chapter)) as sound:
            while samples := sound.readframes(_PIECE_SAMPLES):
                yield samples


def _write(path: Path, samples: bytes) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples)
    return path


def add_up(folder: Path, out: Path) -> None:
    """Do what users of pydub do: add recordings up in memory, and export the sum."""
    from pydub import AudioSegment

    AudioSegment.converter = executable()
    whole = AudioSegment.empty()
    for path in sorted(folder.glob("*.wav")):
        whole += AudioSegment.from_wav(str(path))
    whole.export(str(out), format="ipod", codec="aac", parameters=list(_CODEC))


def concatenate(folder: Path, out: Path) -> None:
    """Do what users of ffmpeg do: name the files in a list, and encode it."""
    names = out.with_suffix(".txt")
    names.write_text("".join(f"file '{path}'\n" for path in sorted(folder.glob("*.wav"))), encoding="utf-8")
    reading = ["-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(names)]
    subprocess.run([executable(), *reading, *_CODEC, str(out)], check=True)


IN_MEMORY = "pydub, +="
PEERS = {IN_MEMORY: add_up, "ffmpeg, concat demuxer": concatenate}


def main() -> None:
    """Measure all three; called for a peer, do as it does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        PEERS[args.peer](args.folder, args.folder.parent / "book.m4a")
    else:
        sys.exit(not compare(args.hours))


def compare(hours: float) -> bool:
    """Compare the three; return whether batchtts takes less time than either, and less memory than pydub."""
    held = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        shelf = Shelf(folder, hours, ["--audiobook", "m4b", "--master", "none"], engine="hibari")
        (pieces := folder / "pieces").mkdir()
        n_pieces = len(cut(shelf.chapters, pieces))
        shelf.clear()
        own = shelf.deliver()
        print(f"{n_pieces} recordings, {hours:g} h\nbatchtts {own}", flush=True)
        for peer in PEERS:
            command = [PYTHON, "-m", "benchmarks.peers", "--peer", peer, "--folder", str(pieces)]
            other = measure(command)
            print(f"{peer} {other}", flush=True)
            held.append(hold(f"delivery of {hours:g} h / {peer}, wall time", own.wall / other.wall, 1.0))
            if peer == IN_MEMORY:
                held.append(
                    hold(f"delivery of {hours:g} h / {peer}, memory", own.peak_mb / other.peak_mb, 1.0)
                )
    return all(held)


if __name__ == "__main__":
    main()
