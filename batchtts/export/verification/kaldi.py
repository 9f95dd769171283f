"""Data directories, as the script of Kaldi judges them that Kaldi's own recipes run first.

Kaldi is no package: whoever has it says where, by KALDI_ROOT, as its own scripts want it.
"""

import os
import subprocess
from pathlib import Path

from batchtts.export.verification.exported import ExportedFolder
from batchtts.export.verification.reading import Reading

ROOT = "KALDI_ROOT"
"""The variable of the environment that says where Kaldi is."""

_RECIPE = Path("egs") / "wsj" / "s5"
_SCRIPT = Path("utils") / "validate_data_dir.sh"


def by_kaldi(folder: ExportedFolder) -> Reading:
    """Let `validate_data_dir.sh` look at the directory.

    It looks for no features, which are made later, and at no letters: it knows the locale for these by one of its names only, and
    takes all but ASCII for unprintable where that has another.
    """
    recipe = Path(os.environ[ROOT]).resolve() / _RECIPE
    if not (recipe / _SCRIPT).is_file():
        return Reading(unable=f"{ROOT} has no {(_RECIPE / _SCRIPT).as_posix()}.")
    # It calls others of its folder by paths that count from that of the recipe.
    command = ["bash", str(_SCRIPT), "--no-feats", "--non-print", str(folder.path.resolve())]
    ran = subprocess.run(command, cwd=recipe, capture_output=True, check=False)  # noqa: S603
    reading = Reading()
    reading.count("rows", folder.n_exported)
    if ran.returncode:
        for line in (ran.stdout + ran.stderr).decode(errors="replace").split("\n"):
            if line.strip():
                reading.complain(line.strip())
        if not reading.n_problems:
            reading.complain(f"it ended with {ran.returncode}, and said nothing")
    return reading
