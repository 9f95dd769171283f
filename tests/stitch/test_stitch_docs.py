"""docs/alignment.md names every field as the schemas do, and its example is what the engine `tone` gives."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from small_books import PARAGRAPH, Stitched, job_of, stitch

from batchtts.files import sha256_of
from batchtts.job import Pauses

PAGE = (Path(__file__).parents[2] / "docs" / "alignment.md").read_text("utf-8")
BLOCKS = ((PARAGRAPH, "Hello, you.", None), (PARAGRAPH, "Come in!", None))


def schema(kind: str) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(
        files("batchtts.schemas").joinpath(f"{kind}-1.schema.json").read_text("utf-8")
    )
    return form


def rows(kind: str) -> Iterator[str]:
    """Yield the table row of every field, with its path as the page writes it."""
    root = schema(kind)

    def resolved(form: dict[str, Any]) -> dict[str, Any]:
        """Return a schema together with those that it refers to."""
        made = {**form}
        for part in [form, *form.get("allOf", [])]:
            found = root["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
            made = {**found, **made, "properties": form.get("properties", {}) | found.get("properties", {})}
            made["required"] = [*form.get("required", []), *found.get("required", [])]
        return made

    def fields(form: dict[str, Any], path: str) -> Iterator[str]:
        whole = resolved(form)
        for name, field in whole["properties"].items():
            optional = "" if name in whole["required"] else ", may be absent"
            yield f"| `{path}{name}` | {_kind(resolved(field))}{optional} | {field['description']} |"
            yield from fields(field, f"{path}{name}.")
            yield from fields(field.get("items", {}), f"{path}{name}[].")

    yield from fields(root, "")


def _kind(form: dict[str, Any]) -> str:
    kind = form.get("type", "string" if "enum" in form else "object")
    return " or ".join(kind) if isinstance(kind, list) else kind


def shown(value: object, depth: int = 2, indent: str = "") -> str:
    """Return JSON with its outer levels on lines of their own."""
    deeper = f"{indent}  "
    if depth and isinstance(value, dict) and value:
        inner = [
            f"{deeper}{json.dumps(key)}: {shown(each, depth - 1, deeper)}" for key, each in value.items()
        ]
        return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(deeper + shown(each, 0) for each in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Stitched:
    folder = tmp_path_factory.mktemp("example") / "out" / "ferry"
    return stitch(job_of(folder, pauses=Pauses(paragraph=0.15)), BLOCKS)


@pytest.mark.parametrize("row", [*rows("segment"), *rows("chapter")])
def test_every_field_stands_on_the_page_as_its_schema_describes_it(row: str) -> None:
    assert row in PAGE.splitlines()


def test_the_page_has_no_fields_of_its_own() -> None:
    assert {line for line in PAGE.splitlines() if line.startswith("| `")} == {
        *rows("segment"),
        *rows("chapter"),
    }


def test_the_example_is_what_the_engine_tone_gives(example: Stitched) -> None:
    [chapter] = example.chapters
    expected = [shown(example.page(chapter)), shown(example.lines(chapter)[1])]
    assert blocks("json") == expected, "docs/alignment.md should show:\n" + "\n\n".join(expected)


def test_the_program_on_the_page_prints_what_the_page_says(
    example: Stitched, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(example.workspace.root.parents[1])
    [program] = blocks("python")
    exec(program, {})
    assert capsys.readouterr().out == "".join(f"{output}\n" for output in blocks("text"))


@pytest.mark.skipif(not shutil.which("tar") or not shutil.which("sh"), reason="there is no tar here")
def test_the_command_on_the_page_gives_every_take_under_the_name_in_the_files(
    example: Stitched, tmp_path: Path
) -> None:
    (tmp_path / "out").symlink_to(example.workspace.root.parent)
    [command] = blocks("sh")
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True, timeout=60)
    sounds = [line["audio"] for line in example.lines(example.chapters[0])]
    assert {path.name for path in tmp_path.glob("*.wav")} == {sound["path"] for sound in sounds}
    assert [sha256_of(tmp_path / sound["path"]) for sound in sounds] == [sound["sha256"] for sound in sounds]


def test_the_sum_on_the_page_is_right(example: Stitched) -> None:
    [chapter] = example.chapters
    entry, line = example.page(chapter)["timeline"][1], example.lines(chapter)[1]
    word = next(item for item in line["alignment"]["items"] if item["text"] == "Come")
    terms = entry["start"], word["start"], entry["trim"][0]
    assert f"{terms[0]} + ({terms[1]} − {terms[2]}) = {terms[0] + terms[1] - terms[2]}" in PAGE
