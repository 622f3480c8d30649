"""The state of the shop as plain data for tests and the control API."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from syncd.sandbox.cscart.store import Store

TABLES = ("products", "orders", "users", "categories", "companies", "promotions", "shipments", "hooks", "payments",
          "shippings", "taxes", "groups", "options")  # fmt: skip


def dump(store: Store) -> dict[str, Any]:
    """Return all tables by id, money as text, with totals of lines where they are computed."""
    result: dict[str, Any] = {name: plain(getattr(store, name)) for name in TABLES}
    result["statuses"] = plain(store.statuses)
    result["settings"] = plain(store.settings)
    result["now"] = store.clock.now()
    return result


def plain(value: Any) -> Any:
    """Turn records into maps with text keys, money into text, sets into sorted lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
