"""Stage 3: a job and its documents become a plan."""
