import asyncio
import re
from pathlib import Path

import pytest
from ledger_values import fail, record_of, render, replace_plan

from batchtts.errors import TextRejected
from batchtts.ledger.ledger import Ledger

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_page_has_queries() -> None:
    assert len(QUERIES) == 12


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_page_finds_something(ledger: Ledger, query: str) -> None:
    replace_plan(ledger, ["Project", "two"], ["one"])
    asyncio.run(render(ledger, "Project"))
    asyncio.run(fail(ledger, "two", TextRejected("no letters")))
    asyncio.run(fail(ledger, "two", ValueError("a bug")))
    ledger.adopt(record_of("old"), drop_reason="mumbled")
    ledger.adopt(record_of("one"))
    assert ledger.ask(lambda db: db.execute(query).fetchall())


def test_the_page_names_every_table_and_column(ledger: Ledger) -> None:
    tables = ledger.ask(
        lambda db: db.execute(
            "SELECT tables.name, group_concat(columns.name, ', ') FROM sqlite_schema AS tables "
            "JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' "
            "AND tables.name NOT LIKE 'sqlite_%' GROUP BY tables.name"
        ).fetchall()
    )
    documented = re.findall(r"^\| `(\w+)` \| .+ \| (`.+`) \|$", PAGE, re.MULTILINE)
    assert dict(tables) == {name: columns.replace("`", "") for name, columns in documented}


def test_the_page_names_every_outcome_and_what_the_view_takes_for_it(ledger: Ledger) -> None:
    [schema] = ledger.ask(
        lambda db: db.execute("SELECT sql FROM sqlite_schema WHERE name = 'attempt'").fetchone()
    )
    known = re.findall(r"'(\w+)'", schema.partition("outcome IN (")[2].partition(")")[0])
    documented = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (yes|perhaps|no) \|$", PAGE, re.MULTILINE))
    assert list(documented) == known
    [view] = ledger.ask(
        lambda db: db.execute("SELECT sql FROM sqlite_schema WHERE name = 'charge'").fetchone()
    )
    free = set(re.findall(r"'(\w+)'", view)) | {"adopted"}  # which asks nobody, with no characters
    assert free == {outcome for outcome, charged in documented.items() if charged == "no"}
