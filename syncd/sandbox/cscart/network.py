"""What the shop itself asks of the network: pictures to download, hooks to call. Only loopback is ever contacted."""

from __future__ import annotations

import http.client
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from syncd.sandbox import php
from syncd.sandbox.lock import ShopLock

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT = 10.0


class Network:
    """Blocking calls, made with the shop's lock released, so that the other side may ask back."""

    def __init__(self, lock: ShopLock) -> None:
        """Release ``lock`` during calls."""
        self._lock = lock

    def get(self, url: str) -> tuple[str, bytes] | None:
        """Download a file: media type and content, or None when that fails or leads outside loopback."""
        answer = self._call("GET", url, None, {})
        if answer is None or answer[0] != HTTPStatus.OK:
            return None
        return answer[1], answer[2]

    def post(self, url: str, data: Any) -> bool:
        """Post JSON the way the Zapier add-on does, with a form content type (cscart §6); no retry."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._call("POST", url, php.json_encode(data).encode(), headers)
        return answer is not None and answer[0] < HTTPStatus.MULTIPLE_CHOICES

    def _call(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, bytes] | None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            return None
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        with self._lock.unlocked():
            connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT)
            try:
                connection.request(method, target, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.headers.get_content_type(), answer.read()
            except (OSError, http.client.HTTPException):
                return None
            finally:
                connection.close()
