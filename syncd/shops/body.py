"""Reading a body to its end without trusting its size: capped as it comes in and as it unfolds."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

ENCODINGS = "gzip, identity"
"""What we ask for in `Accept-Encoding`: what can be unpacked in steps of bounded size."""

_GZIP = zlib.MAX_WBITS | 16


class BodyError(Exception):
    """A body that cannot be used."""


class BodyTooLarge(BodyError):
    """More bytes than the caller takes, packed or unpacked."""


class BodyUnreadable(BodyError):
    """An encoding that we did not ask for, or broken gzip."""


async def read_body(chunks: AsyncIterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body without its content encoding.

    Raises `BodyTooLarge` as soon as more than `limit` bytes came or unfolded (never holding more), `BodyUnreadable` for an
    unknown encoding, broken gzip or gzip without an end.
    """
    encoding = encoding.strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        return await _unpacked(chunks, limit)
    if encoding not in {"", "identity"}:
        raise BodyUnreadable(f"The body is encoded as {encoding[:20]!r}, which was not asked for")
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        _cap(len(body), limit)
    return bytes(body)


async def _unpacked(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    body, taken = bytearray(), 0
    async for chunk in chunks:
        taken += len(chunk)
        _cap(taken, limit)
        try:
            body += unpacker.decompress(chunk, limit + 1 - len(body))
        except zlib.error as error:
            raise BodyUnreadable(f"The body is broken gzip ({error})") from error
        _cap(len(body), limit)
    if taken and not unpacker.eof:
        raise BodyUnreadable("The body is gzip without an end")
    return bytes(body)


def _cap(size: int, limit: int) -> None:
    if size > limit:
        raise BodyTooLarge(f"The body has more than {limit} bytes")
