"""Subtitles, read by srt, pysubs2, webvtt-py and ffmpeg: every cue is there, at its time, with its text."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from batchtts.export.verification.beginnings import Beginnings
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

Shown: TypeAlias = tuple[int, int, str]
"""From which millisecond, to which, and the text."""

_ENDINGS = {"srt": "srt", "webvtt": "vtt", "ass": "ass", "lrc": "lrc"}
_TAGS = re.compile(r"<[^>]*>|\{[^}]*\}")
_LIKE = str.maketrans("<>{}[]‹›\\", "()()()()/")


def by_srt(folder: ExportedFolder) -> Reading:
    """Let the package srt read them."""
    import srt

    def shown(path: Path) -> Iterator[Shown]:
        for cue in srt.parse(path.read_text(encoding="utf-8"), ignore_errors=False):
            yield round(cue.start.total_seconds() * 1000), round(cue.end.total_seconds() * 1000), cue.content

    return _compared(folder, shown)


def by_pysubs2(folder: ExportedFolder) -> Reading:
    """Let pysubs2 read them."""
    import pysubs2

    if folder.statement["options"].get("cues") == "words":
        return Reading(unable="It takes the times of words for those of cues.")

    def shown(path: Path) -> Iterator[Shown]:
        for cue in pysubs2.load(str(path), encoding="utf-8"):
            yield cue.start, cue.end, cue.plaintext

    return _compared(folder, shown)


def by_webvtt(folder: ExportedFolder) -> Reading:
    """Let webvtt-py read them."""
    import webvtt

    def shown(path: Path) -> Iterator[Shown]:
        for cue in webvtt.read(str(path)):
            yield milliseconds(cue.start), milliseconds(cue.end), cue.text

    return _compared(folder, shown)


def by_ffmpeg(folder: ExportedFolder) -> Reading:
    """Let ffmpeg read them, and write them as SRT."""
    import subprocess

    from batchtts.audio.ffmpeg import executable

    def shown(path: Path) -> Iterator[Shown]:
        command = [executable(), "-v", "error", "-i", f"file:{path}", "-f", "srt", "pipe:1"]
        said = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout  # noqa: S603
        for block in said.strip().split("\n\n"):
            _, times, *lines = block.split("\n")
            start, _, end = times.partition(" --> ")
            yield milliseconds(start), milliseconds(end), "\n".join(lines)

    return _compared(folder, shown)


def milliseconds(clock: str) -> int:
    """Return the milliseconds of a time such as 00:01:02.345."""
    hours, minutes, seconds, rest = re.split("[:,.]", clock)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def _compared(folder: ExportedFolder, shown: Callable[[Path], Iterator[Shown]]) -> Reading:
    """Hold what a reader shows against the texts, and its times against those of words."""
    reading = Reading()
    ending = _ENDINGS[folder.format.name]
    grain = 10 if ending in {"ass", "lrc"} else 1
    for chapter, truths in folder.chapters.items():
        found = list(shown(folder.path / f"{chapter}.{ending}"))
        texts = _plain(" ".join(text for _, _, text in found))
        reading.expect("chapters' texts", chapter, texts, _plain(" ".join(truth.text for truth in truths)))
        rate, beginnings = truths[0].alignment.sample_rate, Beginnings(truths)
        for start, end, text in found:
            reading.count("cues")
            starts = {_units(sample, rate, grain) for sample in beginnings.of_next(_plain(text))}
            if start not in starts or (end <= start and ending != "lrc"):  # lyrics have no ends
                reading.complain(
                    f"{chapter}: {text!r} is shown from {start} to {end} ms, when it does not begin"
                )
    return reading


def _units(sample: int, sample_rate: int, grain: int) -> int:
    """Return a time in milliseconds, of which a format tells only whole grains."""
    return (2 * sample * 1000 // grain + sample_rate) // (2 * sample_rate) * grain


def _plain(text: str) -> str:
    """Return a text without tags, escapes, the difference between brackets, and spaces: lines may break after a dash."""
    shown = html.unescape(_TAGS.sub("", text.replace("\\N", " ").replace("\\n", " ")))
    return "".join(shown.translate(_LIKE).split())
