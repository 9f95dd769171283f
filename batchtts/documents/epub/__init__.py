"""EPUB 2 and 3: a zip archive of pages becomes divisions of a book."""
