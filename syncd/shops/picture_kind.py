"""What kind of picture some bytes are; extensions and content types of shops lie."""

from __future__ import annotations


def picture_kind(content: bytes) -> str | None:
    """The format by the first bytes, as a file extension: png, jpg, gif or webp, the kinds that both shops take."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
