"""The demo's third part: an order is placed in each further source, and arrives in Webasyst once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.cli.screen import Column, Screen
from syncd.daemon.by_hand import Result
from syncd.demo import cscart_reader
from syncd.demo.records import money, number, text, values
from syncd.demo.shops import DemoShop, started

if TYPE_CHECKING:
    from syncd.demo.main import Stage

KINDS = ("marketplace", "horoshop", "justclick")
CURRENCY = "USD"
_LICENCE = "CSC-8F2K-19QX-0001"


@dataclass(frozen=True, slots=True)
class Sold:
    """An order that a customer placed in a further source, as Webasyst must tell it."""

    kind: str
    key: str
    customer: str
    lines: Mapping[str, int]
    total: str
    beside: Mapping[str, str]
    """Params that must stand in the Webasyst order."""


@contextmanager
def further_shops() -> Iterator[dict[str, DemoShop]]:
    """The three simulated sources by kind, without orders, for the block."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(started(kind, products=3, orders=0)) for kind in KINDS}


def entries(shops: Mapping[str, DemoShop]) -> str:
    """What SYNCD_SOURCES says of them."""
    api = {"marketplace": "/api"}
    return json.dumps(
        [
            {
                "kind": kind,
                "url": shop.url + api.get(kind, ""),
                **shop.credentials,
                "currency": CURRENCY,
                "update_time": 2,
            }
            for kind, shop in shops.items()
        ]
    )


@dataclass(slots=True)
class Further:
    """Places an order in each source, runs, and looks for it; `run` is one `syncd run --once`."""

    screen: Screen
    ready: Stage
    run: Callable[[], Result]

    def play(self) -> bool:
        """Sell, run twice, show; answers whether every order arrived once and as it was sold."""
        codes = [product.sku for product in cscart_reader.products(self.ready.cscart)[:3] if product.sku]
        if len(codes) < len(KINDS) or not self.ready.further:
            return True
        sold = [self._marketplace(codes[0]), self._horoshop(codes[1]), self._justclick(codes[2])]
        self.run()
        self.run()
        orders = _office_orders(self.ready.webasyst)
        rows, right = [], True
        for order in sold:
            twins = [twin for twin in orders if _param(twin, f"{order.kind}_order_id") == order.key]
            wrong = _wrong(order, twins)
            right = right and not wrong
            shown = text(twins[0]["id_encoded"]) if twins else "missing"
            rows.append(
                [order.kind, order.key, order.customer, order.total, shown, "; ".join(wrong) or "yes"]
            )
        self.screen.heading("Further sources: an order from each, carried over by two runs")
        columns = [Column("source"), Column("order"), Column("customer"), Column("total", True)]
        self.screen.table([*columns, Column("in Webasyst"), Column("once, as sold")], rows)
        return right

    def _marketplace(self, code: str) -> Sold:
        shop = self.ready.further["marketplace"]
        line = {
            "product_id": int(next(iter(shop.dump()["products"]))),
            "title": "Bridge add-on",
            "external_id": code,
            "price": 120,
        }
        customer = {"email": "dev@example.test", "firstname": "Ada", "lastname": "Byron"}
        key = shop.edit("place_order", lines=[line], customer=customer, status="P", currency=CURRENCY)
        shop.edit("issue_licence", order_id=key, licence_number=_LICENCE)
        licences = {"licence_numbers": f"{code}: {_LICENCE}"}
        return Sold("marketplace", str(key), "Ada Byron", {f"1 x {code} at 120.00": 1}, "120.00", licences)

    def _horoshop(self, code: str) -> Sold:
        key = self.ready.further["horoshop"].edit(
            "place_order",
            lines=[{"sku": code, "title": "Lamp", "quantity": 2, "price": 40}],
            customer={"name": "Olena Petrenko", "phone": "+38 (067) 111-22-33", "email": ""},
            coupon={"code": "TEN", "amount": 10},
            delivery_price=-1,
            currency=CURRENCY,
        )
        return Sold(
            "horoshop",
            str(key),
            "Olena Petrenko",
            {f"2 x {code} at 40.00": 1},
            "70.00",
            {"coupon_codes": "TEN"},
        )

    def _justclick(self, code: str) -> Sold:
        key = self.ready.further["justclick"].edit(
            "place_order",
            lines=[
                {"sku": code, "title": "Course", "price": 30},
                {"sku": code, "title": "Course", "price": 30},
            ],
            customer={
                "first_name": "Ivan",
                "last_name": "Orlov",
                "middle_name": "",
                "email": "ivan@example.test",
            },
        )
        return Sold("justclick", str(key), "Ivan Orlov", {f"2 x {code} at 30.00": 1}, "60.00", {})


def _wrong(order: Sold, twins: list[dict[str, Any]]) -> list[str]:
    """What Webasyst tells otherwise, in words."""
    if len(twins) != 1:
        return [f"stands there {len(twins)} times"]
    twin = twins[0]
    lines: dict[str, int] = {}
    for item in values(twin["items"]):
        line = f"{number(item['quantity']):f} x {text(item['sku_code'])} at {money(item['price'])}"
        lines[line] = lines.get(line, 0) + 1
    pairs = [
        ("lines", lines, dict(order.lines)),
        ("total", str(money(twin["total"])), order.total),
        ("customer", text(twin["contact"]["name"]), order.customer),
        *((name, _param(twin, name), value) for name, value in order.beside.items()),
    ]
    return [f"{name}: {found} instead of {wanted}" for name, found, wanted in pairs if found != wanted]


def _param(order: Mapping[str, Any], name: str) -> str:
    params = order["params"]
    return str(params.get(name, "")) if isinstance(params, dict) else ""


def _office_orders(shop: DemoShop) -> list[dict[str, Any]]:
    answer = shop.get(
        "api.php/shop.order.search", fields="*,items,params,contact", escape=0, sort="id DESC", limit=50
    )
    return list(answer["orders"])
