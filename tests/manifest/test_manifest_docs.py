"""docs/manifest.md says what the definitions say, and its examples are manifests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchtts.manifest.fields import MANIFEST
from batchtts.manifest.kinds import Kind
from batchtts.manifest.reading import read_job
from batchtts.manifest.structures import Field, ListOf, MapOf, Record, Switchable
from batchtts.manifest.voices import Voices

PAGE = Path(__file__).parents[2] / "docs" / "manifest.md"


def records(kind: Kind[object]) -> Iterator[Record[object]]:
    match kind:
        case Record():
            yield kind
            for field in kind.fields.values():
                yield from records(field.kind)
        case ListOf(item=inner) | MapOf(item=inner) | Switchable(record=inner) | Voices(voices=inner):
            yield from records(inner)


def row(name: str, field: Field) -> str:
    if field.required:
        default = "required"
    elif field.otherwise:
        default = field.otherwise
    elif isinstance(field.default, str | int | float):
        default = f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"
    else:
        default = "—"
    return f"| `{name}` | {field.kind.words} | {default} | {field.description} |"


ROWS = [row(name, field) for record in records(MANIFEST) for name, field in record.fields.items()]
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("expected", ROWS)
def test_every_key_stands_in_the_documentation_as_it_is_defined(expected: str) -> None:
    assert expected in PAGE.read_text("utf-8").splitlines()


def test_the_documentation_has_no_keys_of_its_own() -> None:
    assert {line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")} == set(ROWS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_loads(example: str, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "cover.png").write_bytes(b"an image")
    manifest = tmp_path / "jobs" / "book.yaml"
    manifest.write_text(example, "utf-8")
    assert read_job(manifest).sources


def test_every_key_is_used_in_an_example() -> None:
    examples = "\n".join(EXAMPLES)
    names = {name for record in records(MANIFEST) for name in record.fields}
    assert {name for name in names if not re.search(rf"\b{name}:", examples)} == set()


def test_the_errors_of_the_documentation_are_real(tmp_path: Path) -> None:
    from batchtts.errors import ManifestError

    page = PAGE.read_text("utf-8")
    [wrong] = re.findall(r"^```yaml wrong\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    [told] = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    manifest = tmp_path / "book.yaml"
    manifest.write_text(wrong, "utf-8")
    with pytest.raises(ManifestError) as caught:
        read_job(manifest)
    assert str(caught.value).replace(f"{tmp_path.as_posix()}/", "jobs/") == told.rstrip("\n")
