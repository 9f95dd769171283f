"""How long a session may say nothing, and how much of it may wait."""

from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """What one session may take: `max_characters` of it wait to be spoken, then the server reads no further.

    A session ends if its client says nothing for `idle_seconds` while there is nothing to do, and if it does not
    take a frame for `stall_seconds`.
    """

    idle_seconds: float = 60.0
    stall_seconds: float = 300.0
    max_characters: int = 100_000


LIMITS: web.AppKey[SessionLimits] = web.AppKey("session_limits", SessionLimits)
"""Where an application keeps other limits than these."""
