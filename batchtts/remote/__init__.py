"""A copy of the output folder in object storage: what goes there, what comes back, and what never gets lost."""
