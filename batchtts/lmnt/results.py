"""What the client returns: the dicts of LMNT's own client, with typed attributes beside their keys."""

from typing import Any


class Voice(dict[str, Any]):
    """A voice; what the server left out is an empty string, or None."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """Return what `synthesize` calls the voice; in the beta it is the key of `list_voices()`."""
        return str(self.get("id") or "")

    @property
    def name(self) -> str:
        """Return the name for people."""
        return str(self.get("name") or "")

    @property
    def gender(self) -> str:
        """Return the gender as the server describes it."""
        return str(self.get("gender") or "")

    @property
    def description(self) -> str:
        """Return the description (v1)."""
        return str(self.get("description") or "")

    @property
    def owner(self) -> str:
        """Return whose it is (v1): `system`, `me` or `other`."""
        return str(self.get("owner") or "")

    @property
    def state(self) -> str:
        """Return whether it can be used (v1): `ready`, or what it still waits for."""
        return str(self.get("state") or "")

    @property
    def starred(self) -> bool | None:
        """Return whether it is one of the account's favourites (v1)."""
        return self.get("starred")


class Account(dict[str, Any]):
    """The plan of an account, and what it has used of it."""

    __slots__ = ()

    @property
    def plan(self) -> dict[str, Any]:
        """Return what the account may do."""
        return dict(self.get("plan") or {})

    @property
    def usage(self) -> dict[str, Any]:
        """Return the counts; whether `characters` are used or left has changed between versions of the API."""
        return dict(self.get("usage") or {})


class SpokenWord(dict[str, Any]):
    """One word of the beta, or the gap between two, in samples at 24 kHz, whatever the audio's own rate is."""

    __slots__ = ()

    @property
    def phonemes(self) -> list[str]:
        """Return the phonemes; those of a gap are one space."""
        found: list[str] = self["phonemes"]
        return found

    @property
    def phoneme_durations(self) -> list[int]:
        """Return how long each phoneme is, in samples."""
        found: list[int] = self["phoneme_durations"]
        return found

    @property
    def start(self) -> int:
        """Return the sample that it begins with."""
        found: int = self["start"]
        return found

    @property
    def duration(self) -> int:
        """Return how long it is, in samples."""
        found: int = self["duration"]
        return found


class SpokenText(dict[str, Any]):
    """One word, gap or run of punctuation of v1, in seconds; silence has an empty text."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """Return the text as it was given."""
        found: str = self["text"]
        return found

    @property
    def start(self) -> float:
        """Return when it begins, in seconds."""
        found: float = self["start"]
        return found

    @property
    def duration(self) -> float:
        """Return how long it takes, in seconds."""
        found: float = self["duration"]
        return found


class DetailedSpeech(dict[str, Any]):
    """Audio, and when each of its words is spoken.

    Its keys are `audio`, and `durations` or `timestamps`, whichever was asked for; in v1 also `seed`, if the
    server tells it.
    """

    __slots__ = ()

    @property
    def audio(self) -> bytes:
        """Return the audio file."""
        found: bytes = self["audio"]
        return found

    @property
    def words(self) -> list[SpokenWord]:
        """Return the words of the beta, which have phonemes."""
        found: list[SpokenWord] = self["durations"]
        return found

    @property
    def texts(self) -> list[SpokenText]:
        """Return the words of v1, from its `durations` or its `timestamps`."""
        found: list[SpokenText] = self["timestamps"] if "timestamps" in self else self["durations"]
        return found

    @property
    def seed(self) -> int | None:
        """Return the number of this take, if the server told it (v1)."""
        return self.get("seed")
