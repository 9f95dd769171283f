"""What LMNT's protocol fixes, for its client and its server alike: paths, names, formats, ranges and frames.

Read in the sources of LMNT's Python SDKs 0.1.0 to 2.13.0 and captured from them on the wire; where nothing
is published, docs/lmnt.md says what was chosen.
"""

from typing import Final

DEFAULT_URL: Final = "https://api.lmnt.com"

KEY_HEADER: Final = "X-API-Key"
"""In requests it is a header; in a WebSocket session it is a key of the first message."""

VERSION_HEADER: Final = "lmnt-version"
REQUEST_ID_HEADER: Final = "request-id"

BETA_VOICES: Final = "/speech/beta/voices"
BETA_SYNTHESIZE: Final = "/speech/beta/synthesize"
BETA_STREAM: Final = "/speech/beta/synthesize_streaming"
V1_VOICES: Final = "/v1/ai/voice/list"
V1_VOICE: Final = "/v1/ai/voice"
V1_SPEECH: Final = "/v1/ai/speech"
V1_BYTES: Final = "/v1/ai/speech/bytes"
V1_CONVERT: Final = "/v1/ai/speech/convert"
V1_STREAM: Final = "/v1/ai/speech/stream"
V1_ACCOUNT: Final = "/v1/account"

SAMPLE_RATE: Final = 24_000
"""Samples a second of everything in the beta, and by default in v1."""

SAMPLE_RATES: Final = (8_000, 16_000, 24_000)

FRAME_SAMPLES: Final = 300
"""Durations travel as frames of 12.5 ms, whatever the format of the audio is."""

WORD_GAP: Final = " "
"""The phoneme that parts words in the beta; it is an entry of its own."""

BETA_FORMATS: Final = ("aac", "mp3", "wav")
V1_FORMATS: Final = ("aac", "mp3", "ulaw", "wav", "webm", "pcm_s16le", "pcm_f32le")

V1_STREAM_FORMATS: Final = ("mp3", "ulaw", "webm", "pcm_s16le", "pcm_f32le")
"""WAV and AAC cannot be streamed: their beginning depends on their end."""

SPEEDS: Final = (0.25, 2.0)
SHORTEST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 300.0
"""The bounds of `length`."""

TEMPERATURES: Final = (0.0001, 5.0)
TOP_PS: Final = (0.0, 1.0)
"""The bounds of `temperature` and `top_p` in v1."""

MAX_CHARACTERS: Final = 5_000
"""Of one request, spaces included."""

MAX_FRAME_BYTES: Final = 1 << 20
"""The longest WebSocket message that every client accepts."""

LANGUAGES: Final = (
    *("ar", "as", "bn", "cs", "da", "de", "en", "es", "fi", "fr", "hi", "id", "it", "ja", "ko", "ml"),
    *("mr", "nl", "pl", "pt", "ru", "sk", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh"),
)
"""What v1 can be told; `auto` leaves it to the service."""

AUTO_LANGUAGE: Final = "auto"
