"""What an error of SQLite's means: a damaged file, trouble with the disk, or a rule that was broken."""

import sqlite3

REBUILD = "Rename ledger.db and run the job again: a new one is made from the takes, at no cost."


def is_damage(error: Exception) -> bool:
    """Return whether the file's content is the trouble, and not the way to it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the higher bits only say more precisely what
    is_unreadable = str(error).startswith("Could not decode to UTF-8")  # said by Python, without a code
    return is_unreadable or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def concerns_the_file(error: Exception) -> bool:
    """Return whether nothing more can be relied on, as opposed to one statement that was refused."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:  # the statement itself makes no sense
        return False
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def hint(error: Exception) -> str:
    """Return what to do about it."""
    if is_damage(error):
        return REBUILD
    return (
        "What was recorded before is safe. Check the disk (its space, its health, your permissions), then run "
        "the same command again."
    )
