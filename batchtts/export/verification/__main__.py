"""Lets one reader read one export, in a process of its own: `python -m batchtts.export.verification CHECK FOLDER`.

A program of others may crash, print, or hold on to memory; here that is nobody else's business.  What it found is printed as JSON in the
last line.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

_, name, folder = sys.argv
module, _, function = name.partition(":")
check: Callable[[ExportedFolder], Reading] = getattr(
    import_module(f"batchtts.export.verification.{module}"), function
)
sys.stdout.write("\n" + json.dumps(asdict(check(ExportedFolder.open(Path(folder))))) + "\n")
