"""The fuzzy word search behind `search/query=`: any word may match, long ones by their stem (contracts/webasyst §3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable

from .store import Product

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_STEMMED_FROM = 5
_BY_CODE, _BY_NAME, _BY_TEXT = 40, 90, 40


def query_words(text: str) -> list[str]:
    """The words of a query, in lower case."""
    return _WORD.findall(text.casefold())


def is_indexed(words: list[str]) -> bool:
    """Words of scripts without spaces are not in the index; they are looked for anywhere in the name."""
    return not any(letter > "\u2e80" for word in words for letter in word)


def words_found(text: str) -> Callable[[Product], bool]:
    """Products that match at least one word; an empty query finds everything."""
    words = query_words(text)
    if not words:
        return lambda row: True
    if not is_indexed(words):
        return lambda row: any(word in (row.name or "").casefold() for word in words)
    return lambda row: bool(weight(row, words)[0])


def weight(row: Product, words: list[str]) -> tuple[int, int]:
    """(weight, how many words matched): a word of the name counts more than one of a code."""
    name = _WORD.findall((row.name or "").casefold())
    codes = _WORD.findall(" ".join(f"{sku.sku} {sku.name}" for sku in row.skus).casefold())
    texts = _WORD.findall(f"{row.summary or ''} {row.description or ''}".casefold())
    total, matched = 0, 0
    for word in words:
        found = _BY_NAME * _has(name, word) + _BY_CODE * _has(codes, word) + _BY_TEXT * _has(texts, word)
        total += found
        matched += bool(found)
    return total, matched


def _has(words: list[str], wanted: str) -> bool:
    if len(wanted) < _STEMMED_FROM or wanted.isdigit():
        return wanted in words
    stem = wanted[:-1]
    return any(word.startswith(stem) for word in words)
