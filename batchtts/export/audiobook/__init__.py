"""Chapters become files to listen to: mastered, encoded once, joined, and told of to the sample."""
