"""What all requests of one server share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from batchtts.engine import Speech
from batchtts.server.admission import Admission
from batchtts.server.faults import Faults
from batchtts.server.keyring import Keyring
from batchtts.server.metrics import Metrics
from batchtts.server.refusals import invalid
from batchtts.server.usage import Usage
from batchtts.server.voices import VoiceStore

if TYPE_CHECKING:
    from batchtts.server.speaking import Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Who speaks, with which voices, for whom, how much at once, and what is counted of it."""

    speaker: "Speaker"
    voices: VoiceStore
    keyring: Keyring
    admission: Admission
    metrics: Metrics
    usage: Usage
    faults: Faults | None = None

    def engine_voice(self, voice: str, language: str | None) -> str:
        """Return what the engine calls a voice; raise `Refusal` for a voice or a language that there is not."""
        languages = self.speaker.traits.languages
        if language is not None and languages and language not in languages:
            raise invalid(f"`language`: the engine of this server speaks {', '.join(languages)} only")
        return self.voices.get(voice).engine_voice

    def count(self, client: str, text: str, speech: Speech) -> None:
        """Take note of what was spoken for a client."""
        self.usage.add(client, len(text))
        self.metrics.add("batchtts_server_characters_total", len(text))
        self.metrics.add("batchtts_server_audio_seconds_total", speech.audio.seconds)


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)

_REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


def name_request(request: web.Request, request_id: str) -> None:
    """Give a request its id; it goes out in the header `request-id` and into the log."""
    request[_REQUEST_ID] = request_id


def request_id(request: web.Request) -> str:
    """Return the id of a request."""
    return request[_REQUEST_ID]
