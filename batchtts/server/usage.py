"""How many characters each client had spoken, for the account that it may ask about."""

from collections import Counter


class Usage:
    """Characters by client, counted while the server runs."""

    def __init__(self) -> None:
        self._characters: Counter[str] = Counter()

    def add(self, client: str, n_characters: int) -> None:
        """Count text that was spoken for a client."""
        self._characters[client] += n_characters

    def characters(self, client: str) -> int:
        """Return how many characters were spoken for a client so far."""
        return self._characters[client]
