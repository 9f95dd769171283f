"""JSON Schemas (2020-12) of the alignment files; `docs/alignment.md` explains every field."""
