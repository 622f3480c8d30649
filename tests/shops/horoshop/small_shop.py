"""A Horoshop shop small enough to be read at a glance, on a real socket (contracts/sources §1.1-§1.3, §1.5)."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.shops.samples import sample
from tests.shops.wire import Wire, says, wire

LOGIN = "canary-admin"
PASSWORD = "canary-password"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Told = tuple[int, Any]


def an_order(number: int, created: str = "2026-11-21 10:00:00", /, **fields: Any) -> dict[str, Any]:
    """Order 1001 of the samples under another number."""
    row: dict[str, Any] = copy.deepcopy(sample("horoshop_orders_get_ok.json")["response"]["orders"][0])
    return row | {"order_id": number, "stat_created": created} | fields


def envelope(status: str, **response: Any) -> Told:
    """An answer with HTTP 200."""
    return 200, {"status": status, "response": response}


class SmallShop:
    """Orders by number and tokens of 600 s; `before` may answer a call instead, or change the shop before it answers."""

    def __init__(self) -> None:
        self.now = NOON
        self.orders: list[dict[str, Any]] = []
        self.tokens: dict[str, datetime] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.knows_limit = True
        self.tells_time = True
        self.before: Callable[[str, dict[str, Any]], Told | None] = lambda function, body: None
        self.wire: Wire

    def clock(self) -> datetime:
        """What every clock shows, ours and the shop's."""
        return self.now

    def passes(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)

    def called(self, function: str) -> list[dict[str, Any]]:
        """The bodies of the calls of a function."""
        return [body for name, body in self.calls if name == function]

    def answer(self, request: bytes) -> Told:
        """What the shop says to a request as it came."""
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split()
        assert method == "POST", f"{method} is deprecated"
        assert b"content-type: application/json" in head.lower()
        function = path.removeprefix("/api/").removesuffix("/")
        assert path == f"/api/{function}/", f"{path} has no slash at its end"
        value = json.loads(body)
        self.calls.append((function, value))
        return self.before(function, value) or self._answer(function, value)

    def _answer(self, function: str, body: dict[str, Any]) -> Told:
        if function == "auth":
            if (body["login"], body["password"]) != (LOGIN, PASSWORD):
                return 200, sample("horoshop_auth_error.json")
            token = f"canary-token-{len(self.tokens):020}"
            self.tokens[token] = self.now + timedelta(seconds=600)
            return envelope("OK", token=token)
        if self.tokens.get(body["token"], NOON) <= self.now:
            return 200, sample("horoshop_unauthorized.json")
        if function == "orders/get":
            rows = self._rows(body)
            return envelope("OK", orders=rows) if rows else (200, sample("horoshop_orders_get_empty.json"))
        return 200, sample("horoshop_undefined_function.json")

    def _rows(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if "ids" in body:
            return [row for row in self.orders if row["order_id"] in body["ids"]]
        rows = [row for row in self.orders if body["from"] <= row["stat_created"] <= body["to"]]
        if not self.knows_limit:
            return rows
        return rows[body["offset"] : body["offset"] + body["limit"]]


@asynccontextmanager
async def served(shop: SmallShop) -> AsyncIterator[str]:
    """The address of the shop for as long as the block runs."""

    async def script(writer: asyncio.StreamWriter) -> None:
        status, value = shop.answer(shop.wire.requests[-1])
        body = value if isinstance(value, bytes) else json.dumps(value, default=str).encode()
        headers = [f"Date: {format_datetime(shop.now, usegmt=True)}"] if shop.tells_time else []
        await says(status, body, *headers)(writer)

    async with wire(script) as shop.wire:
        yield shop.wire.url
