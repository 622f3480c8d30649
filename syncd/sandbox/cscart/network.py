"""What the shop itself asks of the network: pictures to download, hooks to call. Only loopback is ever contacted."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.outgoing import Outgoing


class Network:
    """Blocking calls, made with the shop's lock released, so that the other side may ask back."""

    def __init__(self, lock: ShopLock) -> None:
        """Release ``lock`` during calls."""
        self._outgoing = Outgoing(lock)

    def get(self, url: str) -> tuple[str, bytes] | None:
        """Download a file: media type and content, or None when that fails or leads outside loopback."""
        reply = self._outgoing.call("GET", url)
        if reply is None or reply.status != HTTPStatus.OK:
            return None
        return reply.media_type, reply.body

    def post(self, url: str, data: Any) -> bool:
        """Post JSON the way the Zapier add-on does, with a form content type (cscart §6); no retry."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self._outgoing.call("POST", url, php.json_encode(data).encode(), headers)
        return reply is not None and reply.status < HTTPStatus.MULTIPLE_CHOICES
