"""A server that speaks LMNT's protocol over any engine."""
