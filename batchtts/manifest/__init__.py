"""Stage 1: a manifest becomes a job."""
