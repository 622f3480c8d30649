"""A bare client for the CS-Cart sandbox: what goes over the socket is up to the test."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop
from tests.sandbox.base.web import Answer, ask

NOW = 1_771_934_400


class Api:
    """Calls the API of a running sandbox; ``edit`` does what people do in the shop."""

    def __init__(self, running: RunningShop, shop: CSCartShop) -> None:
        self.running = running
        self.shop = shop
        self.url = running.url

    def login(self) -> dict[str, str]:
        pair = f"{self.shop.email}:{self.shop.api_key}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send exactly this; header names use underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(f"{self.url}{path}", method, body, {**self.login(), **named})

    def get(self, resource: str, query: Any = None, **headers: str) -> Answer:
        text = f"?{urlencode(query)}" if query else ""
        return self.raw("GET", f"/api/{resource}{text}", None, **headers)

    def read(self, resource: str, **query: Any) -> Any:
        answer = self.get(resource, query)
        assert answer.status == 200, answer
        return answer.json

    def send(self, method: str, resource: str, data: Any) -> Answer:
        return self.raw(
            method, f"/api/{resource}", json.dumps(data).encode(), Content_Type="application/json"
        )

    def put(self, resource: str, data: Any) -> Answer:
        return self.send("PUT", resource, data)

    def post(self, resource: str, data: Any) -> Answer:
        return self.send("POST", resource, data)

    def delete(self, resource: str) -> Answer:
        return self.raw("DELETE", f"/api/{resource}")

    def edit(self, op: str, **args: Any) -> Any:
        return self.running.edit(op, **args)

    def place(self, sku: str = "SKU-000001", amount: int = 1, **args: Any) -> int:
        """Let a customer buy something; returns the order id."""
        customer = args.pop("customer", {"email": "guest@example.test", "firstname": "Гость"})
        lines = args.pop("lines", [{"sku": sku, "amount": amount}])
        return int(self.edit("order.place", lines=lines, customer=customer, **args)["order_id"])

    def order(self, number: int, **query: Any) -> Any:
        return self.read(f"orders/{number}", **query)

    def product(self, number: int, **query: Any) -> Any:
        return self.read(f"products/{number}", **query)

    def ids(self, **query: Any) -> list[str]:
        """Ids in the order list."""
        return [row["order_id"] for row in self.read("orders", **query)["orders"]]

    def pids(self, **query: Any) -> list[str]:
        """Ids in the product list."""
        return [row["product_id"] for row in self.read("products", **query)["products"]]
