"""A bare client for the Marketplace sandbox: what goes over the socket is up to the test."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import RunningShop
from tests.sandbox.base.web import Answer, ask

NOW = 1_700_000_000


class Api:
    """Calls the API of a running sandbox; ``edit`` does what people do on the Marketplace."""

    def __init__(self, running: RunningShop, shop: MarketplaceShop) -> None:
        self.running = running
        self.shop = shop

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send exactly this, logged in unless told otherwise."""
        pair = f"{self.shop.email}:{self.shop.token}"
        named = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return ask(f"{self.running.url}{path}", method, body, {**named, **headers})

    def get(self, resource: str, base: str = "/api/", **query: Any) -> Answer:
        text = f"?{urlencode(query, doseq=True)}" if query else ""
        return self.raw("GET", f"{base}{resource}{text}")

    def read(self, resource: str, **query: Any) -> Any:
        answer = self.get(resource, **query)
        assert answer.status == 200, answer
        return answer.json

    def put(self, resource: str, data: Any) -> Answer:
        return self.raw(
            "PUT", f"/api/4.0/{resource}", json.dumps(data).encode(), **{"Content-Type": "application/json"}
        )

    def order(self, number: int) -> Any:
        return self.read(f"orders/{number}")

    def lines(self, number: int) -> list[Any]:
        """Lines of an order, whatever their shape."""
        products = self.order(number)["products"]
        return list(products.values()) if isinstance(products, dict) else products

    def ids(self, **query: Any) -> list[int]:
        return [int(row["order_id"]) for row in self.read("orders", **query)["orders"]]

    def edit(self, op: str, **args: Any) -> Any:
        return self.running.edit(op, **args)

    def place(self, **args: Any) -> int:
        return int(self.edit("place_order", **args))
