"""What `voices` prints: those of all engines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from batchtts.cli.reports.printing import table

if TYPE_CHECKING:
    from batchtts.engine import VoiceInfo


def voices_form(found: "Mapping[str, Sequence[VoiceInfo]]") -> list[dict[str, object]]:
    """Return voices as JSON."""
    return [{"engine": engine, **asdict(voice)} for engine, voices in found.items() for voice in voices]


def print_voices(found: "Mapping[str, Sequence[VoiceInfo]]") -> None:
    """Print voices."""
    rows = [
        (engine, voice.id, ", ".join(voice.languages) or "any", voice.gender, voice.description)
        for engine, voices in found.items()
        for voice in voices
    ]
    table(("engine", "voice", "languages", "gender", "what it is"), rows)
