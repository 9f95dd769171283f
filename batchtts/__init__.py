"""Render text to speech in batches, and record when every word is spoken."""

__version__ = "0.1.0"
