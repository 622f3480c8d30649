"""The state of the shop as plain data for tests and the control API."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart.store import Store
from syncd.sandbox.plain import plain

TABLES = ("products", "orders", "users", "categories", "companies", "promotions", "shipments", "hooks", "payments",
          "shippings", "taxes", "groups", "options")  # fmt: skip


def dump(store: Store) -> dict[str, Any]:
    """Return all tables by id, money as text, with totals of lines where they are computed."""
    result: dict[str, Any] = {name: plain(getattr(store, name)) for name in TABLES}
    result["statuses"] = plain(store.statuses)
    result["settings"] = plain(store.settings)
    result["now"] = store.clock.now()
    return result
