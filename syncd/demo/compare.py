"""Comparing both shops field by field, as told by their HTTP APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from syncd.demo import cscart_reader, webasyst_reader
from syncd.demo.records import OrderFacts, ProductFacts, group_by_sku
from syncd.demo.shops import DemoShop

STATES = {"P": "processing", "C": "completed"}
"""The Webasyst state that each CS-Cart status of the demo leads to; every other status leaves an order new."""

SKIPPED = "FDIN"
"""CS-Cart statuses that create no order."""

_PRODUCT_FIELDS = ("price", "list_price", "stock")
_ORDER_FIELDS = ("customer", "other", "shipping", "discount", "total", "comment")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared and where the shops differ; `values` counts the single fields."""

    products: int
    orders: int
    values: int
    differences: list[str]


@dataclass(slots=True)
class _Judge:
    """Collects differences and counts what was looked at."""

    values: int = 0
    differences: list[str] | None = None

    def same(self, record: str, field: str, cscart: object, webasyst: object) -> None:
        self.values += 1
        if cscart != webasyst:
            self.say(f"{record}: {field} is {_show(cscart)} in CS-Cart and {_show(webasyst)} in Webasyst")

    def say(self, text: str) -> None:
        self.differences = [*(self.differences or []), text]


def compare(cscart: DemoShop, webasyst: DemoShop) -> Comparison:
    """Read both shops and compare every product and every order that should have arrived."""
    judge = _Judge()
    goods = cscart_reader.products(cscart)
    _products(judge, goods, webasyst_reader.products(webasyst))
    sold = cscart_reader.orders(cscart)
    wanted = [order for order in sold if order.status not in SKIPPED]
    _orders(judge, sold, wanted, webasyst_reader.orders(webasyst))
    return Comparison(len(goods), len(wanted), judge.values, judge.differences or [])


def _products(judge: _Judge, cscart: Iterable[ProductFacts], webasyst: Iterable[ProductFacts]) -> None:
    there = list(webasyst)
    by_sku = group_by_sku(there)
    for product in cscart:
        record = f"product {product.sku}"
        twin = by_sku.pop(product.sku.strip().lower(), None)
        if twin is None:
            judge.say(f"{record}: is missing in Webasyst")
            continue
        for field in _PRODUCT_FIELDS:
            judge.same(record, field, getattr(product, field), getattr(twin, field))
        judge.same(record, "visible", product.visible, twin.visible)
        judge.same(record, "number of images", product.images, twin.images)
        for name, value in product.texts.items():
            judge.same(record, name, value, twin.texts[name])
    for sku in by_sku.values():
        judge.say(f"product {sku.sku or '(no SKU)'}: exists in Webasyst only")
    if len({one.sku.strip().lower() for one in there}) < len(there):
        judge.say("products: Webasyst holds a SKU twice")


def _orders(
    judge: _Judge,
    sold: Iterable[OrderFacts],
    wanted: Iterable[OrderFacts],
    webasyst: Iterable[OrderFacts],
) -> None:
    known = {order.number for order in sold}
    twins: dict[str, list[OrderFacts]] = {}
    for twin in webasyst:
        twins.setdefault(twin.number, []).append(twin)
    for order in wanted:
        found = twins.pop(order.number, [])
        judge.same(f"order {order.number}", "number of Webasyst orders", 1, len(found))
        if found:
            _order(judge, order, found[0])
    for number in twins:
        why = "in a status that creates no order" if number in known else "unknown"
        judge.say(f"order {number}: stands in Webasyst, but is {why} in CS-Cart")


def _order(judge: _Judge, order: OrderFacts, twin: OrderFacts) -> None:
    record = f"order {order.number}"
    for field in _ORDER_FIELDS:
        judge.same(record, field, getattr(order, field), getattr(twin, field))
    judge.same(record, "lines", _lines(order), _lines(twin))
    for name in sorted({*order.address, *twin.address}):
        judge.same(record, f"address {name}", order.address.get(name, ""), twin.address.get(name, ""))
    judge.same(record, "status", STATES.get(order.status, "new"), twin.status)


def _lines(order: OrderFacts) -> Mapping[str, int]:
    """The lines as people read them, with how often each stands there."""
    return {f"{quantity} x {sku} at {price}": times for (sku, quantity, price), times in _sorted(order)}


def _sorted(order: OrderFacts) -> Iterator[tuple[tuple[str, object, object], int]]:
    yield from sorted(order.lines.items())


def _show(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(value) or "(none)"
    return repr(value) if isinstance(value, str) else str(value)
