"""Whose requests the server answers."""

import hashlib
import hmac
from collections.abc import Collection
from secrets import token_bytes

from batchtts.server.refusals import Refusal


class Keyring:
    """The keys that are accepted; without any, every key is, but there must be one."""

    def __init__(self, keys: Collection[str] = ()) -> None:
        # Keys are kept as they are compared, under a secret that dies with the process: nothing that is logged or
        # dumped later tells a key, nor lets one be guessed from it.
        self._secret = token_bytes(32)
        self._digests = tuple(self._digest(key) for key in dict.fromkeys(keys))

    def __repr__(self) -> str:
        """Return how many keys there are, and none of them."""
        return f"Keyring({len(self._digests)} keys)"

    @property
    def is_open(self) -> bool:
        """Return whether any key will do."""
        return not self._digests

    def check(self, key: str | None) -> str:
        """Return the client that a key stands for: a short hash, the same while the server runs, safe to log.

        Raises `Refusal` 401 where there is no key and 403 where it is not one of ours.
        """
        if not key:
            raise Refusal(401, "Missing API key; send it in the header X-API-Key")
        digest = self._digest(key)
        # Every key is compared, each in constant time, so that the time tells nothing about any of them.
        known = [hmac.compare_digest(digest, ours) for ours in self._digests]
        if self._digests and not any(known):
            raise Refusal(403, "Invalid API key")
        return digest.hex()[:12]

    def _digest(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode(errors="surrogatepass"), key=self._secret, digest_size=32).digest()
