"""The fuzzy word search behind `search/query=`: prefix-like and generous (contracts/webasyst §3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from .store import Product

_WORD = re.compile(r"\w+", re.UNICODE)


def words_found(text: str) -> Callable[[Product], bool]:
    """Products with a word that begins like one of the words; an empty query finds everything."""
    wanted = [_stem(word) for word in _WORD.findall(text.casefold())]
    if not wanted:
        return lambda row: True
    return lambda row: _matches(row, wanted)


def _stem(word: str) -> str:
    return word[: max(3, len(word) - 1)] if len(word) > 4 and not word.isdigit() else word


def _matches(row: Product, wanted: list[str]) -> bool:
    haystack = " ".join([row.name, *(sku.sku for sku in row.skus), *row.tags]).casefold()
    words = _WORD.findall(haystack)
    return any(word.startswith(want) or (not want.isascii() and want in word) for word in words for want in wanted)
