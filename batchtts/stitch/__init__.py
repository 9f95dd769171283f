"""Stage 5: takes become masters."""
