"""Which segments of a plan are meant, where not all of them are."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Segments of the chapters with these ids (None: of all), and with fingerprints that `holds` says yes to.

    What `holds` decides, it decides for all segments with that fingerprint: so it tells shards apart.
    """

    chapters: frozenset[str] | None = None
    holds: Callable[[str], bool] | None = None

    def has(self, chapter: str) -> bool:
        """Return whether the chapter with this id is meant."""
        return self.chapters is None or chapter in self.chapters


EVERYTHING = Scope()
