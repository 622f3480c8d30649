"""Texts as a shop keeps them."""

from __future__ import annotations

import re

COLUMN = 255
"""Characters that most text columns and order params hold; the shop cuts longer ones silently (contracts/webasyst §5.2)."""

TEXT_BYTES = 65_535
"""Bytes of UTF-8 that Webasyst's columns of longer texts hold."""

_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
_MARK = "…"


def shorten(text: str, limit: int = COLUMN) -> str:
    """The text within the limit, the cut marked by an ellipsis, so that what is compared is what was stored."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _MARK


def shorten_bytes(text: str, limit: int = TEXT_BYTES) -> str:
    """The text within so many bytes of UTF-8, the cut marked by an ellipsis."""
    raw = text.encode(errors="surrogatepass")
    if len(raw) <= limit:
        return text
    return raw[: limit - len(_MARK.encode())].decode(errors="ignore") + _MARK


def narrow(text: str) -> str:
    """The text without the characters of four bytes (emoji), which CS-Cart's charset lacks (contracts/cscart §3.3)."""
    return _FOUR_BYTES.sub("", text)
