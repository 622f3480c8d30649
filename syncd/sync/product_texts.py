"""A product's texts as each shop's columns hold them: so that what is compared is what was stored, and no text flaps."""

from __future__ import annotations

from syncd.model.text import narrow, shorten, shorten_bytes

OFFICE_SHORT = frozenset({"name", "meta_title", "url"})
"""Columns of Webasyst that hold 255 characters (contracts/webasyst §3.5)."""

SOURCE_SHORT = frozenset({"name", "meta_title", "meta_keywords", "meta_description"})
"""Columns of CS-Cart that hold 255 characters (contracts/cscart §3.3)."""


def office_text(name: str, text: str) -> str:
    """A text as the office's column holds it: cut on purpose before the shop does it silently."""
    return shorten(text) if name in OFFICE_SHORT else shorten_bytes(text)


def source_text(name: str, text: str) -> str:
    """A text as the source's column holds it."""
    fit = narrow(text)
    return shorten(fit) if name in SOURCE_SHORT else fit
