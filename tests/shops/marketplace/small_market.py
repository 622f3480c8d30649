"""A Marketplace small enough to be read at a glance, on a real socket (contracts/sources §3.1, §3.4)."""

from __future__ import annotations

import asyncio
import copy
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.shops.samples import sample
from tests.shops.wire import Wire, says, wire

AUTH = ("canary@developer.example", "canary-access-token")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
START = int(NOON.timestamp()) - 600
Told = tuple[int, Any]
NOT_FOUND: Told = (404, sample("cscart_mkt_order_404.json"))
_SHORT = ("order_id", "user_id", "company_id", "timestamp", "updated_at", "status", "total")


def an_order(number: int, updated: int = START, /, **fields: Any) -> dict[str, Any]:
    """The order of the samples under another number."""
    order: dict[str, Any] = copy.deepcopy(sample("cscart_mkt_order.json"))
    return order | {"order_id": str(number), "updated_at": str(updated)} | fields


def without_licences(number: int, updated: int = START, /, **fields: Any) -> dict[str, Any]:
    """An order whose lines tell no licence numbers yet."""
    order = an_order(number, updated, **fields)
    for line in order["products"].values():
        del line["extra"]["license_number"]
    return order


def a_licence(order: int, number: str, product: int = 3001, /) -> dict[str, str]:
    """A row of the list of licences."""
    return {"order_id": str(order), "product_id": str(product), "license_number": number}


class SmallMarket:
    """Orders by number and licences; `before` may answer a call instead."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.licences: list[dict[str, str]] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.filters = True
        self.row_fields: tuple[str, ...] | None = _SHORT
        self.before: Callable[[str, dict[str, str]], Told | None] = lambda path, query: None
        self.wire: Wire

    def paths(self) -> list[str]:
        """What was asked for, below `api/`."""
        return [path for path, _ in self.calls]

    def answer(self, request: bytes) -> Told:
        """What the Marketplace says to a request as it came."""
        head = request.partition(b"\r\n\r\n")[0].decode()
        method, target, _ = head.splitlines()[0].split()
        assert method == "GET"
        path = urlsplit(target).path.removeprefix("/api/")
        query = {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
        self.calls.append((path, query))
        if f"authorization: basic {b64encode(':'.join(AUTH).encode()).decode()}".lower() not in head.lower():
            return 401, {"message": "Unauthorized", "status": 401}
        return self.before(path, query) or self._answer(path, query)

    def _answer(self, path: str, query: dict[str, str]) -> Told:
        if path == "orders":
            return self._listed("orders", self._rows(query), query)
        if path.startswith("orders/"):
            order = self.orders.get(int(path.removeprefix("orders/")))
            return (200, order) if order else NOT_FOUND
        if path == "4.0/licenses":
            rows = [row for row in self.licences if not self.filters or row["order_id"] == query["order_id"]]
            return self._listed("licenses", rows, query)
        return NOT_FOUND

    def _rows(self, query: dict[str, str]) -> list[dict[str, Any]]:
        since = int(query.get("updated_at_from", 0)) if self.filters else 0
        rows = [row for _, row in sorted(self.orders.items()) if int(row["updated_at"]) >= since]
        if self.row_fields is None:
            return rows
        return [{name: row[name] for name in self.row_fields} for row in rows]

    def _listed(self, entity: str, rows: list[Any], query: dict[str, str]) -> Told:
        page, size = int(query["page"]), int(query.get("items_per_page", 10))
        params = {"page": page, "items_per_page": size, "total_items": str(len(rows))}
        return 200, {entity: rows[(page - 1) * size : page * size], "params": params}


@asynccontextmanager
async def served(market: SmallMarket) -> AsyncIterator[str]:
    """The address of its API for as long as the block runs."""

    async def script(writer: asyncio.StreamWriter) -> None:
        status, value = market.answer(market.wire.requests[-1])
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        await says(status, body, f"Date: {format_datetime(NOON, usegmt=True)}")(writer)

    async with wire(script) as market.wire:
        yield f"{market.wire.url}/api/"
