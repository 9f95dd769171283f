"""Programs that measure what batchtts promises, as ratios to a baseline in the same run."""
