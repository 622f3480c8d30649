"""What the demo prints: the two shops, and what arrived where."""

from __future__ import annotations

from syncd.cli.screen import Column, Screen
from syncd.demo import cscart_reader, webasyst_reader
from syncd.demo.records import group_by_sku
from syncd.demo.shops import DemoShop

_ROWS = 8
_NAME = 24


def shops(screen: Screen, cscart: DemoShop, webasyst: DemoShop) -> None:
    """Where the shops listen."""
    screen.line("Two simulated shops on this machine, with data made up for this run:")
    screen.line(f"  CS-Cart   {cscart.url}")
    screen.line(f"  Webasyst  {webasyst.url}")


def arrived(screen: Screen, cscart: DemoShop, webasyst: DemoShop) -> None:
    """A few products and orders with their ids on both sides."""
    _products(screen, cscart, webasyst)
    _orders(screen, cscart, webasyst)


def _products(screen: Screen, cscart: DemoShop, webasyst: DemoShop) -> None:
    there = group_by_sku(webasyst_reader.products(webasyst))
    goods = cscart_reader.products(cscart)
    rows = []
    for product in goods[:_ROWS]:
        twin = there.get(product.sku.strip().lower())
        name = product.texts["name"]
        rows.append(
            [
                product.sku,
                name if len(name) <= _NAME else name[: _NAME - 3] + "...",
                product.price,
                f"{product.stock:f}",
                product.images,
                f"product {twin.owner}" if twin else "missing",
            ]
        )
    screen.heading(f"Products: {len(goods)} in CS-Cart, {len(there)} SKUs in Webasyst; the first {len(rows)}")
    columns = [Column("SKU"), Column("name"), Column("price", True), Column("stock", True)]
    screen.table([*columns, Column("images", True), Column("in Webasyst")], rows)


def _orders(screen: Screen, cscart: DemoShop, webasyst: DemoShop) -> None:
    sold = cscart_reader.orders(cscart)
    there = {order.number: order for order in webasyst_reader.orders(webasyst)}
    rows = []
    for order in sold[-_ROWS:]:
        twin = there.get(order.number)
        rows.append(
            [
                order.number,
                order.customer[:_NAME],
                sum(order.lines.values()),
                order.total,
                order.status,
                f"order {twin.shown_id}" if twin else "not created",
                twin.status if twin else "",
            ]
        )
    screen.heading(f"Orders: {len(sold)} in CS-Cart, {len(there)} in Webasyst; the latest {len(rows)}")
    columns = [Column("order"), Column("customer"), Column("lines", True), Column("total", True)]
    screen.table([*columns, Column("status"), Column("in Webasyst"), Column("state")], rows)
