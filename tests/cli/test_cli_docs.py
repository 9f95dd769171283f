"""docs/cli.md and --help name every command, option and exit code, and what they show works."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from batchtts.cli import main
from batchtts.cli.progress import EVENT_NAMES
from batchtts.errors import BatchttsError

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
COMMANDS = sorted(main.commands)
ENDLESS = {"serve"}  # it goes on until a signal comes; its lines are run in tests/server
ELSEWHERE = {"pull", "push"}  # they need a storage; their lines are run in tests/remote
BOOK = """\
voices: {narrator: {engine: tone, voice: hum}}
documents:
  - {title: Calm, text: "One line. Another line."}
  - {title: The Storm, text: "A third line. A fourth line."}
output: {dir: out}
"""


def section(command: str) -> str:
    """Return what the page says under the heading of a command."""
    return re.split(rf"^## {command}$", PAGE, flags=re.MULTILINE)[1].split("\n## ", 1)[0]


def options(command: str) -> set[str]:
    params = main.commands[command].params
    return {name for param in params if isinstance(param, click.Option) for name in param.opts}


def exit_codes(error: type[BatchttsError] = BatchttsError) -> set[int]:
    return {error.exit_code}.union(*(exit_codes(kind) for kind in error.__subclasses__()))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_has_every_option_of_a_command_and_no_other(command: str) -> None:
    table = "\n".join(re.findall(r"^\|([^|]*)\|", section(command), flags=re.MULTILINE))
    assert set(re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", table)) == options(command)


def test_the_page_lists_every_command() -> None:
    listed = re.findall(r"^\| \[`(\w+)`\]", PAGE, flags=re.MULTILINE)
    assert sorted(listed) == COMMANDS


def test_the_page_has_every_exit_code() -> None:
    listed = re.findall(r"^\| (\d+) \|", PAGE, flags=re.MULTILINE)
    assert {int(code) for code in listed} == exit_codes() | {0}


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_shows_every_exit_code(command: str | None) -> None:
    result = CliRunner().invoke(main, [command, "--help"] if command else ["--help"])
    assert result.exit_code == 0
    codes = result.stdout.split("Exit codes:")[1]
    assert {int(code) for code in re.findall(r"^ +(\d+) ", codes, flags=re.MULTILINE)} == exit_codes() | {0}


@pytest.mark.parametrize("event", EVENT_NAMES.values())
def test_the_page_names_every_event_of_a_run(event: str) -> None:
    assert f"`{event}`" in section("run")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_says_what_it_is_for(command: str) -> None:
    assert main.commands[command].help
    for param in main.commands[command].params:
        assert not isinstance(param, click.Option) or param.help or param.name in {"speed", "seed"}


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - ENDLESS - ELSEWHERE))
def test_every_line_on_the_page_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.yaml").write_text(BOOK, encoding="utf-8")
    if command != "run":  # the others need a book that is rendered
        for folder in ("out", "elsewhere"):
            assert CliRunner().invoke(main, ["run", "book.yaml", "--output", folder]).exit_code == 0
    lines = re.findall(r"^batchtts (.+)$", section(command), flags=re.MULTILINE)
    assert lines
    for line in lines:
        result = CliRunner().invoke(main, shlex.split(line))
        assert result.exit_code == 0, f"batchtts {line}: {result.stderr}"
