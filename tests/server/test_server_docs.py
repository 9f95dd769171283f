"""docs/server.md has every path, status, key and metric, and what it shows works."""

import json
import re
from pathlib import Path

import pytest
from rest_bench import Client, talk

from batchtts.server import inputs
from batchtts.server.app import make_app
from batchtts.server.faults import GROUPS, Answer, Moment
from batchtts.server.faults_file import KEYS, read_faults
from batchtts.server.metrics import FAMILIES
from batchtts.server.refusals import kind_of
from batchtts.server.voices import KEYS as VOICE_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(rf"^##+ {title}$", PAGE, flags=re.MULTILINE)[1].split("\n## ", 1)[0]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the tables of a section, without their heads."""
    lines = re.findall(r"^\| (.*) \|$", section(title), flags=re.MULTILINE)
    cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    rules = [index for index, row in enumerate(cells) if set("".join(row)) <= set("-: ")]
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def names(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def first_cells(title: str) -> set[str]:
    return {name for row in rows(title) for name in names(row[0])}


def test_every_path_is_there_with_its_methods() -> None:
    async def routes(client: Client) -> set[tuple[str, str]]:
        app = make_app(client.service)
        return {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}

    listed = {(method, names(row[0])[0]) for row in rows("What it answers") for method in row[1].split(", ")
              if row[0].startswith("`/")}  # fmt: skip
    assert listed == talk(routes)


def test_every_fault_key_is_there() -> None:
    assert first_cells("Faults") == set(KEYS)


@pytest.mark.parametrize("word", [*GROUPS, *Moment, *Answer])
def test_every_word_that_a_rule_can_say_is_there(word: str) -> None:
    assert f"`{word}`" in section("Faults")


def test_the_rules_that_are_shown_are_read(tmp_path: Path) -> None:
    [shown] = re.findall(r"```json\n(.*?)```", section("Faults"), flags=re.DOTALL)
    path = tmp_path / "faults.json"
    path.write_text(shown, encoding="utf-8")
    assert read_faults(path).befalling("/v1/account") == (0.05, None)


def test_every_key_of_a_voice_is_there_and_the_one_that_is_shown_is_complete(tmp_path: Path) -> None:
    assert first_cells("Voices") == set(VOICE_KEYS)
    [shown] = re.findall(r"```json\n(.*?)```", section("Voices"), flags=re.DOTALL)
    assert set(json.loads(shown)["leah"]) <= set(VOICE_KEYS)


def test_every_metric_is_there_with_its_labels() -> None:
    listed = {names(row[0])[0]: tuple(names(row[1])) for row in rows("Metrics")}
    assert listed == {name: family.labels for name, family in FAMILIES.items()}


def test_every_status_has_the_type_that_clients_read() -> None:
    for status, type_, _ in rows("What it refuses"):
        assert names(type_) == [str(kind_of(int(status)))]


@pytest.mark.parametrize("format_", inputs.V1_FORMATS)
def test_every_format_is_there(format_: str) -> None:
    assert f"`{format_}`" in section("Fields")
