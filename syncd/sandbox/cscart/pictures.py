"""Real small PNG pictures, made from a number, so that image addresses of the sandbox lead to real files."""

from __future__ import annotations

import struct
import zlib

SIDE = 16
HEADER_END = 24
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(number: int, side: int = SIDE) -> bytes:
    """Return a one-coloured square PNG whose colour depends on ``number``."""
    colour = zlib.crc32(str(number).encode()).to_bytes(4, "big")[:3]
    rows = (b"\0" + colour * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_size(data: bytes) -> tuple[int, int]:
    """Return width and height from a PNG header, or the sandbox's usual size for another format."""
    if data.startswith(SIGNATURE) and len(data) >= HEADER_END:
        width, height = struct.unpack(">II", data[16:HEADER_END])
        return width, height
    return SIDE, SIDE


def media_type(name: str) -> str:
    """Return the media type of a picture by its file name."""
    kind = name.rpartition(".")[2].lower()
    return {"jpg": "image/jpeg", "jpeg": "image/jpeg", "ico": "image/x-icon"}.get(kind, f"image/{kind}")
