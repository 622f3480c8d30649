"""Calls that a sandbox shop itself makes: hooks, pictures. Only loopback is ever contacted."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from syncd.sandbox.lock import ShopLock

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side answered: status, media type without parameters, body."""

    status: int
    media_type: str
    body: bytes


class Outgoing:
    """Blocking calls, made with the shop's lock released, so that the other side may ask back."""

    def __init__(self, lock: ShopLock) -> None:
        """Release ``lock`` during calls."""
        self._lock = lock

    def call(
        self, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply | None:
        """Make one call without retries; None when nobody answered or the address leads outside loopback."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            return None
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        with self._lock.unlocked():
            connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT)
            try:
                connection.request(method, target, body, headers or {})
                answer = connection.getresponse()
                return Reply(answer.status, answer.headers.get_content_type(), answer.read())
            except (OSError, http.client.HTTPException):
                return None
            finally:
                connection.close()
