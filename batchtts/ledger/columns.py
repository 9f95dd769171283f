"""The columns in which a plan goes from one database into another."""

from collections.abc import Mapping

CHAPTER = (
    *("position", "id", "number", "title", "slug", "parts", "document", "digest", "seconds"),
    *("dubbing", "first", "n_segments", "n_characters"),
)
SEGMENT = (
    *("number", "id", "chapter", "position", "fingerprint", "voice", "boundary", "characters", "seconds"),
    *("text", "document", "char_start", "char_end", "href", "xpath", "line"),
    *("slot_start_ms", "slot_end_ms", "slot_limit_ms", "split", "extra", "text_id"),
)
PLAN = ("id", "inputs", "language", "metadata", "cover", "documents", "warnings")


def insertion(table: str, columns: tuple[str, ...], found: Mapping[str, str] | None = None) -> str:
    """Return the statement that adds a row with these columns; `found` are expressions to use instead of a plain `?`."""
    places = ", ".join((found or {}).get(column, "?") for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608


def selection(table: str, columns: tuple[str, ...]) -> str:
    """Return the beginning of a query for these columns."""
    return f"SELECT {', '.join(f'{table}.{column}' for column in columns)} FROM {table}"  # noqa: S608
