"""Cyrillic to Latin, as the shop makes URLs: "Посуда" -> "posuda" (contracts/webasyst §4)."""

from __future__ import annotations

_LATIN = (
    "a b v g d e zh z i j k l m n o p r s t u f h ts ch sh shh",
    "- y - e yu ya",
)
# The letters from U+0430 in the order of Unicode; the hard and the soft sign (here "-") vanish.
_TABLE = {
    chr(0x430 + place): "" if latin == "-" else latin for place, latin in enumerate(" ".join(_LATIN).split())
} | {"\u0451": "yo"}


def transliterate(text: str) -> str:
    """Replace Cyrillic letters, whatever their case; the rest stays."""
    return "".join(_TABLE.get(letter, letter) for letter in text.lower())
