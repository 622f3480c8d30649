"""Reading the body of a call that somebody out there makes, without trusting its size."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.types import Receive

LIMIT = 1024 * 1024
"""The most bytes of a body that are taken."""
PATIENCE = 4 * LIMIT
"""How many more bytes are read and dropped before the answer, so that the caller is not cut off before it hears why."""


class BodyTooLarge(Exception):
    """More than the limit came in, or is going to; `size` is how much that is as far as known."""

    def __init__(self, size: int) -> None:
        super().__init__(f"more than {LIMIT} bytes")
        self.size = size


class CallerGone(Exception):
    """The caller hung up in the middle of its body."""


async def read_body(request: Request) -> bytes:
    """The whole body, counted as it comes in; `Content-Length` can only make it too large, never large enough.

    Raises `BodyTooLarge` and `CallerGone`. Never holds more than the limit and one chunk.
    """
    declared = _declared(request)
    if declared > LIMIT:
        if "expect" not in request.headers:  # else the caller waits with the body until it is asked for
            await _drop(request.receive)
        raise BodyTooLarge(declared)
    body = bytearray()
    async for chunk in _chunks(request.receive):
        if len(body) + len(chunk) > LIMIT:
            size = len(body) + len(chunk)
            body.clear()
            raise BodyTooLarge(size + await _drop(request.receive))
        body += chunk
    return bytes(body)


async def _drop(receive: Receive) -> int:
    dropped = 0
    async for chunk in _chunks(receive):
        dropped += len(chunk)
        if dropped > PATIENCE:
            break
    return dropped


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise CallerGone
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    # Longer numbers than this are too large whatever they say; the server has checked the rest.
    return int(text[:15]) if text.isascii() and text.isdigit() else 0
