"""Documents that are tables: one segment a row, as many rows as there may be, never all of them in memory."""
