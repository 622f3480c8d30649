"""A CS-Cart shop small enough to be read at a glance: lists, filters and pages by contracts/cscart §1.9, §3.1, §4.1."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx

SAMPLES = Path(__file__).parents[2] / "data" / "cscart" / "samples"
BASE = "https://shop.example.test"
NOW = datetime(2026, 2, 24, 12, 0, tzinfo=UTC)
_SHORT = ("order_id", "user_id", "is_parent_order", "company_id", "timestamp", "status", "total")

Override = Callable[[httpx.Request], httpx.Response | None]


def sample(name: str) -> Any:
    """A sample of the contract, as parsed JSON."""
    return json.loads((SAMPLES / name).read_text("utf-8"))


def an_order(order_id: int, updated_at: int = 1771927391, /, **fields: Any) -> dict[str, Any]:
    """Order 98 of the samples under another number."""
    order: dict[str, Any] = sample("order_98_registered_discount_tax_option.json")
    return order | {"order_id": str(order_id), "updated_at": str(updated_at)} | fields


def a_product(product_id: int, updated: int = 1771934400, /, **fields: Any) -> dict[str, Any]:
    """Product 12 of the samples under another number, as a row of the list."""
    row: dict[str, Any] = copy.deepcopy(
        next(row for row in sample("products_list.json")["products"] if row["product_id"] == "12")
    )
    return row | {"product_id": str(product_id), "updated_timestamp": str(updated)} | fields


def page(status: int, text: str = "<html>no</html>") -> httpx.Response:
    """What a web server or a firewall answers."""
    return httpx.Response(status, text=text)


class FakeShop:
    """Orders and products by id, a clock, the calls it got; `before` may answer a call instead or change the shop."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.now = NOW
        self.tells_time = True
        self.knows_orders_data = True
        self.largest_page = 10**6
        self.before: Override = lambda request: None
        self.calls: list[httpx.URL] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url)
        response = self.before(request) or self._answer(request)
        if self.tells_time:
            response.headers["Date"] = format_datetime(self.now, usegmt=True)
        return response

    def resources(self) -> list[str]:
        """The paths that were called, below `api/`."""
        return [url.path.removeprefix("/api/") for url in self.calls]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        entity, _, record = request.url.path.removeprefix("/api/").partition("/")
        query = request.url.params
        if entity == "version":
            return httpx.Response(200, json={"Version": "2.1"})
        stored = {"orders": self.orders, "products": self.products}[entity]
        if record:
            value = stored.get(int(record))
            return (
                httpx.Response(200, json=value)
                if value
                else httpx.Response(404, json=sample("error_404.json"))
            )
        rows = self._orders(query) if entity == "orders" else self._products(query)
        if "company_id" in query:
            rows = [row for row in rows if row["company_id"] == query["company_id"]]
        return self._listed(entity, rows, query)

    def _listed(self, entity: str, rows: list[dict[str, Any]], query: httpx.QueryParams) -> httpx.Response:
        number, size = int(query["page"]), min(int(query["items_per_page"]), self.largest_page)
        part = rows[(number - 1) * size : number * size]
        if entity == "orders" and not (self.knows_orders_data and query.get("get_orders_data")):
            part = [{key: row[key] for key in _SHORT} for row in part]
        if query.get("only_short_fields"):
            part = [{"product_id": row["product_id"]} for row in part]
        params = {"page": number, "items_per_page": size, "total_items": str(len(rows))}
        return httpx.Response(200, json={entity: part, "params": params})

    def _orders(self, query: httpx.QueryParams) -> list[dict[str, Any]]:
        since = int(query.get("updated_at_from", 0))
        return [row for _, row in sorted(self.orders.items()) if int(row["updated_at"]) >= since]

    def _products(self, query: httpx.QueryParams) -> list[dict[str, Any]]:
        rows = [row for _, row in sorted(self.products.items())]
        if "pid" in query:
            rows = [row for row in rows if row["product_id"] in query["pid"].split(",")]
        if "updated_in_hours" in query:
            start = self.now.timestamp() - float(query["updated_in_hours"]) * 3600
            rows = [row for row in rows if int(row["updated_timestamp"]) >= start]
        key = query["sort_by"]
        assert key in {"timestamp", "updated_timestamp"}, f"an unknown key sorts nothing: {key}"
        return sorted(rows, key=lambda row: int(row[key]), reverse=query["sort_order"] == "desc")
