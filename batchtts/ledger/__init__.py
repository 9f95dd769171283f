"""The facts of a job, in SQLite."""
