"""The versions of a chapter: the same texts by one voice after the other, and by each of them in several takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batchtts.job import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One reading of a chapter: by a voice, for the `take`-th time, from 1.

    Where there are several voices each has its label, in which its versions differ from the others' in their ids.
    What a text says of its voice itself holds in all versions, so only those of the first voice, which `leads`, have it.
    """

    voice: str
    take: int = 1
    leads: bool = True
    labels: Mapping[str, str] | None = None

    def suffix(self, voice: str) -> str:
        """Return what stands behind an id, if this voice speaks it."""
        label = f"-{self.labels[voice]}" if self.labels is not None else ""
        return f"{label}-t{self.take}" if self.take > 1 else label


def versions(source: Source, default_voice: str, labels: Mapping[str, str]) -> Iterator[Version]:
    """Yield the versions that the manifest wants of the chapters of an entry; `labels` are those of all voices."""
    voices = source.voices or (source.voice or default_voice,)
    for voice in voices:
        for take in range(1, source.takes + 1):
            yield Version(
                voice=voice, take=take, leads=voice == voices[0], labels=labels if source.voices else None
            )
