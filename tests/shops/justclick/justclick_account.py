"""A JustClick account small enough to be read at a glance, on a real socket (contracts/sources §2)."""

from __future__ import annotations

import json
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.shops.wire import Wire, says, wire

SOURCES = Path(__file__).parents[2] / "data" / "sources"
LOGIN = "username"
KEY = "X" * 40
NOW = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)
"""In Moscow it is the next day already."""

Told = tuple[int, str, Any]
NONE: Told = (401, "Orders not found", None)


def vectors(kind: str) -> list[dict[str, Any]]:
    """The vectors of one kind, made with PHP 8.2."""
    return list(json.loads((SOURCES / "justclick_vectors.json").read_text("utf-8"))[kind])


def sample(name: str) -> Any:
    """A sample by its name without `justclick_` and the ending."""
    return json.loads((SOURCES / "samples" / f"justclick_{name}.json").read_text("utf-8"))


def an_order(number: int, **changes: Any) -> dict[str, Any]:
    """The row with goods of the samples under another number."""
    row = dict(sample("get_orders_with_goods_ok")["result"][0])
    return row | {"id": str(number)} | changes


def unix(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def answer_body(told: Told, key: str = KEY) -> bytes:
    """A signed answer as PHP writes it."""
    code, text, result = told
    body = {"error_code": code, "error_text": text}
    if result is not None:
        body["result"] = result
    return json.dumps(body | {"hash": md5(f"{code}::{text}::{key}".encode()).hexdigest()}).encode()


@dataclass
class Account:
    """Orders with goods by number. Days are those of UTC, the last one whole if `whole_days`, else to its first second.

    `instead` answers a call before the account does, with a whole body; a windows longer than a month is cut.
    """

    orders: list[dict[str, Any]] = field(default_factory=list)
    whole_days: bool = True
    goods_in_details: bool = False
    obeys: bool = True
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    instead: Callable[[str, dict[str, str]], bytes | None] | None = None
    status: int = 200
    served: Wire | None = None

    @property
    def url(self) -> str:
        assert self.served is not None
        return self.served.url

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    async def play(self, writer: StreamWriter) -> None:
        """Answers the last request that came in."""
        assert self.served is not None
        head, _, body = self.served.requests[-1].partition(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        signed, _, told = body.decode().rpartition("hash=")
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        method = path.removeprefix("/api/")
        self.calls.append((method, fields))
        query = signed.removesuffix("&")
        if told != md5(f"{query}::{LOGIN}::{KEY}".encode()).hexdigest():
            answer = answer_body((4, "Incorrect hash", None))
        else:
            answer = (self.instead and self.instead(method, fields)) or answer_body(
                self.answer(method, fields)
            )
        await says(self.status, answer, "Date: Tue, 31 Mar 2026 21:30:00 GMT")(writer)

    def answer(self, method: str, fields: dict[str, str]) -> Told:
        if method == "getOrdersWithGoods":
            return self._window(fields)
        if method == "getOrderDetails":
            return self._details(fields["bill_id"])
        if method == "UpdateOrderStatus":
            return self._update(fields)
        return 0, "OK", [{"good_name": "book_1", "good_title": "Книга"}]

    def _window(self, fields: dict[str, str]) -> Told:
        begin, end = _day(fields["begin_date"]), _day(fields["end_date"])
        begin = max(begin, _month_before(end))
        limit = end + timedelta(days=1) if self.whole_days else end
        stamp = "paid" if fields.get("paid") else "created"
        found = [row for row in self.orders if begin <= _stamp(row, stamp) < limit]
        return (0, "OK", found) if found else NONE

    def _details(self, bill_id: str) -> Told:
        for row in self.orders:
            if row["id"] == bill_id:
                told = dict(row) if self.goods_in_details else {k: v for k, v in row.items() if k != "items"}
                return 0, "OK", told | {"prepayment_enabled": "0"}
        return 400, "Order not found", None

    def _update(self, fields: dict[str, str]) -> Told:
        for row in self.orders:
            if row["id"] == fields["bill_id"]:
                if self.obeys:
                    row["pay_status"] = fields["status"]
                return 0, "Order status changed", None
        return 400, "Order not found", None


@asynccontextmanager
async def account(**options: Any) -> AsyncIterator[Account]:
    """An account at `account.url` for as long as the block runs."""
    made = Account(**options)
    async with wire(made.play) as served:
        made.served = served
        yield made


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=UTC)


def _stamp(row: dict[str, Any], name: str) -> datetime:
    return datetime.fromtimestamp(int(row[name] or 0), UTC)


def _month_before(end: datetime) -> datetime:
    """As PHP's `-1 month`: the 31st of March leads to the 31st of February, which is the 3rd of March."""
    year, month = (end.year, end.month - 1) if end.month > 1 else (end.year - 1, 12)
    first = date(year, month, 1)
    return datetime(first.year, first.month, 1, tzinfo=UTC) + timedelta(days=end.day - 1)
