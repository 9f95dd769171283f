"""How many characters each client had spoken, for the account that it may ask about."""

from collections import Counter

MOST_CLIENTS = 10_000
"""A server without keys takes any key for a client; what it knows of those that came first is forgotten then."""


class Usage:
    """Characters by client, counted while the server runs."""

    def __init__(self) -> None:
        self._characters: Counter[str] = Counter()

    def add(self, client: str, n_characters: int) -> None:
        """Count text that was spoken for a client."""
        self._characters[client] += n_characters
        if len(self._characters) > MOST_CLIENTS:
            del self._characters[next(iter(self._characters))]

    def characters(self, client: str) -> int:
        """Return how many characters were spoken for a client so far."""
        return self._characters[client]
