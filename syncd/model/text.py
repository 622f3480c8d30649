"""Texts as a shop keeps them."""

from __future__ import annotations

COLUMN = 255
"""Characters that most text columns and order params hold; the shop cuts longer ones silently (contracts/webasyst §5.2)."""


def shorten(text: str, limit: int = COLUMN) -> str:
    """The text within the limit, the cut marked by an ellipsis, so that what is compared is what was stored."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
