"""Stage 2: files become documents."""
