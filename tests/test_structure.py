"""What no linter knows about the shape of this repository."""

import subprocess
import sys
from pathlib import Path

import pytest

from batchtts import errors

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "batchtts").rglob("*.py"))
JOBS = sorted((ROOT / "jobs").glob("*.yaml"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_is_longer_than_four_hundred_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_has_a_name_that_says_nothing(module: Path) -> None:
    assert module.stem not in {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}


def test_every_error_class_is_in_the_tree_with_its_exit_code() -> None:
    tree = errors.__doc__ or ""
    for name, thing in vars(errors).items():
        if isinstance(thing, type) and issubclass(thing, errors.BatchttsError):
            [line] = [line for line in tree.splitlines() if f"{name} " in f"{line} "]
            code = thing.__dict__.get("exit_code")
            assert code is None or f"exit {code}" in line


@pytest.mark.parametrize("job", JOBS, ids=lambda path: path.name)
def test_every_manifest_in_jobs_is_planned(job: Path) -> None:
    planned = subprocess.run(
        [sys.executable, "-m", "batchtts", "plan", str(job)], capture_output=True, text=True, check=False
    )
    assert planned.returncode == 0, planned.stderr


def test_every_link_in_the_readme_leads_somewhere() -> None:
    import re

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
