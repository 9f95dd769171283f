"""Which engine was asked, and at what price: a few rows that a million attempts share."""

import sqlite3
from dataclasses import dataclass

from batchtts.job import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """An engine and what it takes for text, None where the manifest does not say."""

    engine: str
    price: Price | None = None

    @property
    def columns(self) -> tuple[str, float | None, str | None]:
        """Return the engine, what it takes for 1,000 characters, and in which currency."""
        if self.price is None:
            return self.engine, None, None
        return self.engine, self.price.per_1000_characters, self.price.currency


def tariff_id(db: sqlite3.Connection, tariff: Tariff) -> int:
    """Return the row of a tariff, made if there is none yet."""
    form = tariff.columns
    row = db.execute(
        "SELECT id FROM tariff WHERE engine = ? AND per_1000_characters IS ? AND currency IS ?", form
    ).fetchone()
    if row is None:
        row = db.execute(
            "INSERT INTO tariff (engine, per_1000_characters, currency) VALUES (?, ?, ?) RETURNING id", form
        ).fetchone()
    return int(row[0])
