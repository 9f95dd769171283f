"""A client of LMNT's speech service: a drop-in for the `Speech` of its Python SDK, and more careful."""

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
