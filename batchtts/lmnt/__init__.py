"""A client of LMNT's speech service: a drop-in for the `Speech` of its Python SDK, and more careful.

Where to look, from the outside in:

- `client` and `sync` are what programs call (`api` under the old name, `loop_thread` beneath the latter), and
  `connection` is a stream;
- `options` and `features` say what may be asked for, `calls` and `dialects` how it is written;
- `transport` carries it, over the sessions that `lanes` keeps for each event loop, to the `service` with its key,
  within the limits of `patience`, and again as `retrying` says;
- `answers` reads what comes back, `embedding` the audio within it, `durations` and `soundness` tell whether to
  believe it, and it ends as one of `results` or `errors`;
- `wire` is what a client and a server of the protocol share.
"""

from batchtts.lmnt.client import Speech
from batchtts.lmnt.connection import StreamingSynthesisConnection
from batchtts.lmnt.dialects import FlushComplete, ResetComplete, Timestamps
from batchtts.lmnt.errors import (
    BadAnswer,
    ConnectionFailed,
    KeyRejected,
    NoCredit,
    NotFound,
    NotOffered,
    RateLimited,
    RequestRejected,
    ServerFailed,
    SpeechError,
    StreamFailed,
    StreamTruncated,
    TimedOut,
)
from batchtts.lmnt.patience import RetryPolicy, Timeout
from batchtts.lmnt.results import Account, DetailedSpeech, SpokenText, SpokenWord, Voice
from batchtts.lmnt.sync import SpeechSync, SyncConnection

__all__ = [
    "Account",
    "BadAnswer",
    "ConnectionFailed",
    "DetailedSpeech",
    "FlushComplete",
    "KeyRejected",
    "NoCredit",
    "NotFound",
    "NotOffered",
    "RateLimited",
    "RequestRejected",
    "ResetComplete",
    "RetryPolicy",
    "ServerFailed",
    "Speech",
    "SpeechError",
    "SpeechSync",
    "SpokenText",
    "SpokenWord",
    "StreamFailed",
    "StreamTruncated",
    "StreamingSynthesisConnection",
    "SyncConnection",
    "TimedOut",
    "Timeout",
    "Timestamps",
    "Voice",
]
