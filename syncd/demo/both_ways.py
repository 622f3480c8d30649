"""The demo's second half: people edit in both shops at once, and each edit arrives on the other side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncd.app import PAIR, open_database, utc_now
from syncd.cli import summary
from syncd.cli.conflicts import choose
from syncd.cli.differences import request
from syncd.cli.screen import Column, Screen
from syncd.daemon.by_hand import Result
from syncd.demo import cscart_reader, webasyst_reader
from syncd.demo.records import OrderFacts, ProductFacts, group_by_sku
from syncd.demo.shops import DemoShop
from syncd.state import order_links

if TYPE_CHECKING:
    from syncd.demo.main import Stage

TRACKING = "TRACK-4711"
NEEDED = 6
"""Products that the stories are about."""


@dataclass(frozen=True, slots=True)
class Story:
    """One edit: in which shop, of what, and the value that must stand in the other shop afterwards."""

    shop: str
    what: str
    wanted: str
    there: Callable[[], str]


@dataclass(slots=True)
class BothWays:
    """The stories of one demo; `run` is one `syncd run --once`."""

    screen: Screen
    ready: Stage
    run: Callable[[], Result]

    def play(self) -> bool:
        """Edit, run, show; answers whether every edit arrived."""
        codes = self._codes()
        if len(codes) < NEEDED or self._open_order() is None:
            self.screen.heading("Both ways")
            self.screen.text(
                f"It takes {NEEDED} products and an open order to show edits in both shops: not shown."
            )
            return True
        order = self._place(codes[0])
        self.run()
        stories = [*self._products(codes), self._status(order)]
        self._clash(codes[5])
        result = self.run()
        arrived = self._show(stories)
        self.screen.heading("What waits for a person: syncd run --once")
        summary.show(self.screen, result, utc_now())
        return arrived and len(result.conflicts) == 1 and self._settle(codes[5]) and self._rewrite(order)

    def _codes(self) -> list[str]:
        """Products that stand alone in Webasyst, and are shown."""
        there = webasyst_reader.products(self.ready.webasyst)
        owners = [one.owner for one in there]
        alone = [one.sku for one in there if owners.count(one.owner) == 1 and one.visible and one.stock > 1]
        return alone[:NEEDED]

    def _open_order(self, but: str = "") -> str | None:
        """The latest order that nobody has worked on."""
        sold = cscart_reader.orders(self.ready.cscart)
        return next((one.number for one in reversed(sold) if one.status == "O" and one.number != but), None)

    def _place(self, code: str) -> str:
        customer = {"email": "ann@example.com", "firstname": "Ann", "lastname": "Example"}
        made = self.ready.cscart.edit("order.place", lines=[{"sku": code, "amount": 1}], customer=customer)
        return str(made["order_id"])

    def _products(self, codes: list[str]) -> list[Story]:
        cscart, webasyst = self.ready.cscart, self.ready.webasyst
        self._staff(codes[1], "sku.update", price="12.34")
        cscart.edit("product.update", sku=codes[2], price="56.78")
        self._staff(codes[3], "product.update", name="Named in Webasyst")
        cscart.edit("product.update", sku=codes[3], page_title="Titled in CS-Cart")
        self._staff(codes[4], "product.update", status="0")
        return [
            Story("Webasyst", f"price of {codes[1]}", "12.34", lambda: str(_of(cscart, codes[1]).price)),
            Story("CS-Cart", f"price of {codes[2]}", "56.78", lambda: str(_of(webasyst, codes[2]).price)),
            Story("Webasyst", f"name of {codes[3]}", "Named in Webasyst", lambda: _text(cscart, codes[3], "name")),
            Story("CS-Cart", f"title of {codes[3]}", "Titled in CS-Cart", lambda: _text(webasyst, codes[3], "meta_title")),
            Story("Webasyst", f"{codes[4]} is hidden", "hidden", lambda: _shown(_of(cscart, codes[4]))),
        ]  # fmt: skip

    def _status(self, placed: str) -> Story:
        """Staff completes an order that has a parcel number; not the one that was just placed."""
        number = self._open_order(but=placed) or placed
        order_id = self._office_order(number)
        self.ready.webasyst.edit("order.action", id=order_id, action="ship", tracking_number=TRACKING)
        self.ready.webasyst.edit("order.action", id=order_id, action="complete")
        return Story("Webasyst", f"order {number} is sent", f"C, {TRACKING}", lambda: self._sent(number))

    def _sent(self, number: str) -> str:
        order = _order(self.ready.cscart, number)
        answer = self.ready.cscart.get("api/shipments", order_id=number)
        numbers = [str(one["tracking_number"]) for one in answer["shipments"]]
        return ", ".join([order.status, *numbers])

    def _clash(self, code: str) -> None:
        self._staff(code, "product.update", name="One name")
        self.ready.cscart.edit("product.update", sku=code, product="Another name")

    def _settle(self, code: str) -> bool:
        self.screen.heading(f"syncd conflicts take webasyst {code}")
        self._noted(lambda conn: choose(conn, "webasyst", code, None))
        result = self.run()
        name = _text(self.ready.cscart, code, "name")
        self.screen.text(
            f"{code} is called {name!r} in CS-Cart, too; {len(result.conflicts)} conflicts are left."
        )
        return name == "One name" and not result.conflicts

    def _rewrite(self, number: str) -> bool:
        """Staff edits an order's lines: shown first, written to CS-Cart only on request."""
        order_id = self._office_order(number)
        [line] = _line(self.ready.webasyst, order_id)
        line["quantity"] = 2
        self.ready.webasyst.edit(
            "order.edit", id=order_id, items=[line], shipping=_shipping(self.ready, number)
        )
        self.run()
        self.screen.heading(f"syncd differences write {number}")
        before = _order(self.ready.cscart, number).total
        self._noted(lambda conn: request(conn, number))
        self.run()
        here, there = _order(self.ready.cscart, number), _order(self.ready.webasyst, number)
        self.screen.text(
            f"Order {number} says {here.total} in both shops; CS-Cart said {before} until it was asked for."
        )
        return before != here.total == there.total

    def _staff(self, code: str, op: str, **fields: object) -> None:
        """Staff edits a product, or its SKU, in Webasyst."""
        found = self.ready.webasyst.get("api.php/shop.product.search", fields="*,skus", limit=1000, escape=0)[
            "products"
        ]
        for product in found:
            for sku in product["skus"].values():
                if sku["sku"] == code:
                    self.ready.webasyst.edit(
                        op, id=sku["id"] if op.startswith("sku") else product["id"], **fields
                    )

    def _office_order(self, number: str) -> int:
        link = self._noted(lambda conn: order_links.get(conn, PAIR, "cscart", number))
        return int(link.order_id)

    def _noted(self, work: Callable[[Any], Any]) -> Any:
        db = open_database(self.ready.settings)
        try:
            return db.run_sync(work)
        finally:
            db.close()

    def _show(self, stories: list[Story]) -> bool:
        rows = [[story.shop, story.what, story.wanted, story.there()] for story in stories]
        self.screen.heading("Both ways: what was edited, and what the other shop says after one run")
        self.screen.table(
            [Column("edited in"), Column("what"), Column("new value"), Column("other shop")], rows
        )
        return all(row[2] == row[3] for row in rows)


def _of(shop: DemoShop, code: str) -> ProductFacts:
    read = cscart_reader.products if "email" in shop.credentials else webasyst_reader.products
    return group_by_sku(read(shop))[code.lower()]


def _text(shop: DemoShop, code: str, name: str) -> str:
    return _of(shop, code).texts[name]


def _shown(product: ProductFacts) -> str:
    return "shown" if product.visible else "hidden"


def _order(shop: DemoShop, number: str) -> OrderFacts:
    read = cscart_reader.orders if "email" in shop.credentials else webasyst_reader.orders
    return next(order for order in read(shop) if order.number == number)


def _line(shop: DemoShop, order_id: int) -> list[dict[str, Any]]:
    items = shop.get("api.php/shop.order.getInfo", id=order_id)["items"]
    return [{"item_id": item["id"], "price": item["price"]} for item in items.values()]


def _shipping(ready: Stage, number: str) -> str:
    return str(_order(ready.webasyst, number).shipping)
