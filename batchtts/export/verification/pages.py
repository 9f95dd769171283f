"""Books to read along, read back: what is lit or named in a text while a file of sound is heard.

Cues of pages are read by webvtt-py; their content, and Guided Navigation, is JSON.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from batchtts.export.verification.beginnings import Beginnings
from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.marked import texts_by_id
from batchtts.export.verification.reading import Reading
from batchtts.export.verification.spoken import Stretch, plain, words
from batchtts.export.verification.subtitles import milliseconds


def cues(folder: ExportedFolder) -> Reading:
    """Hold what a page would light up against what is spoken then, to the sample."""
    import webvtt

    reading = Reading()
    texts = texts_by_id((folder.path / "index.html").read_text(encoding="utf-8"))
    for chapter, truths in folder.chapters.items():
        rate = truths[0].alignment.sample_rate
        found: dict[str, list[Stretch]] = {"sentence": [], "word": []}
        for cue in webvtt.read(str(folder.path / "cues" / f"{chapter}.vtt")):
            form = json.loads(cue.text)
            start, end = form["samples"]
            found[form["group"]].append((start, end, plain(_selected(texts, form["selector"]))))
            shown = milliseconds(cue.start), milliseconds(cue.end)
            if (
                max(abs(ms - sample * 1000 / rate) for ms, sample in zip(shown, (start, end), strict=True))
                > 1
            ):
                reading.complain(f"{chapter}: {cue.start} is not when sample {start} is heard")
        sentences = [text for _, _, text in found["sentence"]]
        reading.expect_all("sentences", chapter, sentences, [plain(truth.text) for truth in truths])
        reading.expect_all("words", chapter, found["word"], words(truths))
        reading.expect("chapters with sound", chapter, _n_sounds(folder.path, chapter), 1)
    return reading


def guided_navigation(folder: ExportedFolder) -> Reading:
    """Hold the steps through a publication against what is spoken then: none is missing, and no pause is between two."""
    reading = Reading()
    manifest = json.loads((folder.path / "manifest.json").read_bytes())
    for link in chain(manifest["readingOrder"], manifest["resources"]):
        reading.expect("links", link["href"], (folder.path / link["href"]).is_file(), True)
    whole = sum(link["duration"] for link in manifest["readingOrder"])
    reading.expect("lengths", "manifest.json", manifest["metadata"]["duration"], round(whole, 6))
    for (chapter, truths), link in zip(folder.chapters.items(), manifest["readingOrder"], strict=True):
        rate, n_samples = truths[0].alignment.sample_rate, truths[0].chapter_n_samples or 0
        seconds = round(n_samples / rate, 6)
        reading.expect("chapters", chapter, link["duration"], seconds)
        guided = json.loads((folder.path / f"guided-{chapter}.json").read_bytes())
        steps = list(_steps(guided["guided"]))
        own = texts_by_id((folder.path / "text" / f"{chapter}.html").read_text(encoding="utf-8"))
        said = " ".join(step["text"] for step in steps)
        reading.expect("texts", chapter, plain(said), plain(" ".join(truth.text for truth in truths)))
        times = [tuple(map(float, step["audioref"].rpartition("#t=")[2].split(","))) for step in steps]
        beginnings = Beginnings(truths)
        for step, (start, end) in zip(steps, times, strict=True):
            place = step["textref"].rpartition("#")[2]
            reading.expect("steps", place, plain(own.get(place, "")), plain(step["text"]))
            samples = beginnings.of_next(step["text"])
            if start not in {round(sample / rate, 6) for sample in samples} or not start < end <= seconds:
                reading.complain(f"{chapter}: {step['text']!r} is said to be heard from {start} to {end} s")
        if any(before[1] != after[0] for before, after in pairwise(times)):
            reading.complain(f"{chapter}: there are gaps between its steps")
    return reading


def _steps(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the nodes that are heard and shown at once, in order."""
    for node in nodes:
        if "children" in node:
            yield from _steps(node["children"])
        elif "audioref" in node:
            yield node


def _selected(texts: Mapping[str, str], selector: Mapping[str, Any]) -> str:
    """Return what a cue stands for; browsers count text in units of UTF-16."""
    position = selector["refinedBy"]
    text = texts[selector["value"]].encode("utf-16-le")
    return text[2 * position["start"] : 2 * position["end"]].decode("utf-16-le")


def _n_sounds(folder: Path, chapter: str) -> int:
    return len(list((folder / "audio").glob(f"{chapter}.*")))
