"""Width and height of an image from its first bytes; what is no image has none."""

from __future__ import annotations

import struct
from collections.abc import Callable

Size = tuple[int, int]
_JPEG_FRAMES = (0xC0, 0xC1, 0xC2, 0xC3)
_WEBP_14_BITS = 0x3FFF


def measure(content: bytes) -> Size | None:
    """(width, height) of a png, gif, jpeg or webp; None for anything else or when the head is cut off."""
    for magic, read in _KINDS:
        if content.startswith(magic):
            try:
                return read(content)
            except (struct.error, IndexError):
                return None
    return None


def _png(content: bytes) -> Size:
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif(content: bytes) -> Size:
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _jpeg(content: bytes) -> Size | None:
    place = 2
    while content[place] == 0xFF:  # noqa: PLR2004 - the marker of every JPEG segment
        if content[place + 1] in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _webp(content: bytes) -> Size | None:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & _WEBP_14_BITS, height & _WEBP_14_BITS
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & _WEBP_14_BITS) + 1, (bits >> 14 & _WEBP_14_BITS) + 1
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None


_KINDS: tuple[tuple[bytes, Callable[[bytes], Size | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF8", _gif),
    (b"\xff\xd8", _jpeg),
    (b"RIFF", _webp),
)
