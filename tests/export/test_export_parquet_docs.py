"""docs/dataset-formats.md names the columns that there are, in the types that they have, and shows code that runs."""

import re
from pathlib import Path
from typing import Any

from nasty_six import exported, utterances

from batchtts.export.datasets.rows import OWN, WORD
from batchtts.export.formats import FORMATS, Material

PAGE = (Path(__file__).parents[2] / "docs" / "dataset-formats.md").read_text(encoding="utf-8")
KINDS = {"text": "string", "integer": "int64", "number": "float64", "true or false": "bool"}


def section(title: str) -> str:
    return re.split(rf"^## {title}$", PAGE, flags=re.MULTILINE)[1].split("\n## ", 1)[0]


def listed(table: str) -> dict[str, str]:
    """Return the names in the first column of a table with what the second says of each, in order."""
    found: dict[str, str] = {}
    for names, kinds in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", table, flags=re.MULTILINE):
        each = re.findall(r"`(\w+)`", names)
        told = kinds.split(", ")
        found |= dict(zip(each, told * len(each) if len(told) == 1 else told, strict=False))
    return found


def test_every_format_of_datasets_has_its_row_and_its_section() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| WAV", PAGE, flags=re.MULTILINE))
    assert rows == {name for name, form in FORMATS.items() if form.material is Material.UTTERANCES}
    assert len(re.findall(r"^## ", PAGE, flags=re.MULTILINE)) == len(rows) + 2  # Texts and Columns


def test_the_page_has_every_column_in_its_order_and_type() -> None:
    columns, words = section("Columns").split("Each of `words` has:")
    own = listed(columns)
    assert list(own) == list(OWN)
    assert {name: KINDS[kind] for name, kind in own.items() if kind in KINDS} == {
        name: kind for name, kind in OWN.items() if isinstance(kind, str)
    }
    assert list(listed(words)) == list(WORD)


def run(title: str, folder: Path) -> dict[str, Any]:
    """Run the last example of a section, which needs nothing that this suite has not; return its names at its end."""
    code = re.findall(r"```python\n(.*?)```", section(title), flags=re.DOTALL)[-1]
    names: dict[str, Any] = {}
    exec(code.replace("FOLDER", str(folder)), names)
    return names


def test_the_example_for_audiofolder_reads_the_last_row_of_its_split(tmp_path: Path) -> None:
    names = run("audiofolder", exported("audiofolder", tmp_path))
    own = utterances()[3]
    assert (names["row"]["id"], names["sound"]) == (own.id, own.wav)


def test_the_example_for_parquet_cuts_the_last_word_of_the_last_row(tmp_path: Path) -> None:
    names = run("Parquet", exported("parquet", tmp_path))
    [own] = [row for row in utterances() if row.id == names["row"]["id"]]
    word = own.alignment.words[-1]
    wanted = own.audio.slice(word.start, word.end)
    assert (names["sound"] * 32768).astype("<i2").tobytes() == wanted.data


def test_the_example_for_webdataset_reads_the_last_row_of_its_split(tmp_path: Path) -> None:
    names = run("WebDataset", exported("webdataset", tmp_path))
    assert names["row"]["id"] == utterances()[3].id
