"""Lets the tests of this room use the chapters that exports are tested with."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "export"))
