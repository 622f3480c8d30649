"""What is kept of a record that could not be read: enough to see what is wrong with it, and no secret."""

from __future__ import annotations

import json
import zlib
from typing import Any

from syncd.model.product import BrokenRecord
from syncd.shops.mask import HIDDEN
from syncd.shops.mask_names import is_secret

_LIMIT = 2000
_DEEPEST = 8
"""As deep as the parts of an order that are read; deeper ones are the shop's own business."""


def excerpt(value: Any) -> str:
    """The beginning of the record as JSON, without the fields that hold secrets (contracts/cscart §4.3)."""
    return json.dumps(_clean(value), ensure_ascii=False, default=str)[:_LIMIT]


def nameless(value: Any, shop: str) -> BrokenRecord:
    """What becomes of a row of this shop without an id. Its key is made from its content: the same row is one failure,
    however often and wherever in a list it comes."""
    text = excerpt(value)
    key = f"without-id-{zlib.crc32(text.encode(errors='replace')):08x}"
    return BrokenRecord(key, f"{shop}: a row of a list has no id", text)


def _clean(value: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, dict):
        return {key: HIDDEN if is_secret(key) else _clean(item, depth + 1) for key, item in value.items()}
    return [_clean(item, depth + 1) for item in value] if isinstance(value, list) else value
