"""Asking a sandbox shop without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.clock import Clock
from syncd.sandbox.webasyst import WebasystShop
from syncd.sandbox.wire import Request, Response

FORM = "application/x-www-form-urlencoded"
NOON = 1795262400.0  # 2026-11-21 12:00:00 UTC


class Asker:
    """A shop with a standing clock, and short ways to call it."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock(NOON)
        self.shop = WebasystShop(clock=self.clock, **{"seed": "recorded", **settings})

    def send(
        self, method: str, name: str, query: Mapping[str, Any], form: Mapping[str, Any] | str | None
    ) -> Response:
        """One request; a form may be given ready-made."""
        headers = {"authorization": f"Bearer {self.shop.token}", "content-type": FORM}
        body = form if isinstance(form, str) else urlencode(form or {})
        return self.shop.handle(
            Request(method, f"/api.php/shop.{name}", urlencode(query), headers, body.encode())
        )

    def get(self, name: str, **query: Any) -> Any:
        """The decoded answer of a GET."""
        return json.loads(self.send("GET", name, query, None).body)

    def post(self, name: str, form: Mapping[str, Any] | str | None = None, **query: Any) -> Any:
        """The decoded answer of a POST."""
        return json.loads(self.send("POST", name, query, form).body)

    def stock(self, sku_id: int) -> tuple[str | None, dict[str, str]]:
        """Total and warehouse rows of a SKU."""
        found = self.get("product.skus.getInfo", id=sku_id)
        return found["count"], found["stock"] or {}

    def order(self, **extra: Any) -> dict[str, Any]:
        """A new order of contact 2: two pieces of SKU 11 from warehouse 1."""
        form = {
            "contact_id": 2,
            "items[0][sku_id]": 11,
            "items[0][quantity]": 2,
            "items[0][stock_id]": 1,
            **extra,
        }
        made: dict[str, Any] = self.post("order.add", form)
        return made

    def act(self, order_id: Any, action: str, **data: Any) -> Any:
        """order.action."""
        return self.post("order.action", {"id": order_id, "action": action, **data})
