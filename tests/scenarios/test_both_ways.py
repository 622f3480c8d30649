"""Any story of both shops, both ways: whatever people did and whatever got lost, once it is quiet the shops agree."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.cli.conflicts import choose
from syncd.daemon.streams import PAIR_STREAMS as STREAMS
from syncd.model.owner import Side
from syncd.model.status import STATE_OF, Target
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop
from syncd.sandbox.webasyst import workflow
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.sandbox.wire import Request
from syncd.state import brakes, conflicts, order_links, product_links
from syncd.sync.brake import Kind
from tests.scenarios.invariants import every_order_once, links_are_one_to_one, nothing_deleted
from tests.scenarios.ledger import (
    FIELDS,
    OF_PRODUCT,
    SOURCE_TEXTS,
    Both,
    Ledger,
    office_says,
    sold_at_office,
    sold_at_source,
    source_says,
)
from tests.scenarios.living import Living, template
from tests.scenarios.shops import Pair, Row

STATUSES = {"P": "processed", "C": "completed", "I": "deleted"}
BACK = {"new": "O", "processing": "P", "shipped": "C", "completed": "C", "deleted": "I"}
MEANS = {letter: STATE_OF[Target(word)] for letter, word in STATUSES.items()}
OWNERS: tuple[dict[str, str], ...] = ({}, {"quantity": "shared"})
TROUBLES: tuple[dict[str, Any], ...] = (
    {"when": "after", "kind": "drop"},
    {"when": "after", "kind": "reset"},
    {"when": "after", "kind": "status", "status": 500},
    {"when": "after", "kind": "status", "status": 502},
    {"when": "before", "kind": "drop"},
    {"when": "before", "kind": "status", "status": 500},
    {"when": "answer", "kind": "truncate"},
    {"when": "answer", "kind": "html"},
    {"when": "answer", "kind": "empty"},
)
MATCHES = {"cscart": ("PUT", "POST", "GET"), "webasyst": ("POST", "GET")}
ACTIONS = ("process", "pay", "fulfilling", "ship", "complete", "refund", "delete", "restore")
LEFT_TO_A_PERSON = {
    "products": {"renamed-sku", "duplicate-sku", "ambiguous-sku", "vanished"},
    "products-back": {"vanished", "renamed-sku"},
    "orders": {"edited-too-late", "status-out-of-reach", "differs"},
    "orders-back": {"status-conflict"},
}
"""What a story may end with, by stream; each of them must be justified by what people did."""
CODES = ("A", "AB-1", "AB-10", "a b")
WORDS = ("", "Tea", "Tea & <b>more</b>", "Чай «Улун»", "Tea 🍵 for two", " Tea\r\nfor one ", "Ж" * 300)
PRICES = ("1.00", "2.50", "9.99", "1234.56")

places = st.integers(min_value=0, max_value=30)
amounts = st.integers(min_value=1, max_value=3)
sides = st.sampled_from(Side)


class BothWays(RuleBasedStateMachine):
    """The stories and what must hold in them."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        data = Path(folder) / "data"
        self.syncd = Living(CSCartShop(products=0), WebasystShop(products=0), data, template=template())
        self.stack.callback(self.syncd.close)
        # Pauses between two attempts of a read are real seconds.
        self.stack.enter_context(stamina.set_testing(True, attempts=2))
        self.pair: Pair = self.syncd.pair
        self.ledger = Ledger()
        self.orders: list[int] = []
        self.start: dict[int, int] = {}
        """Pieces of a CS-Cart product when it appeared; what moved since is in the ledger."""
        self.met: set[int] = set()
        """CS-Cart products that met a SKU which Webasyst had already: their first count is not known."""
        self.agreed: dict[tuple[str, int], dict[str, str]] = {}
        self.uncounted: set[int] = set()
        """CS-Cart products that both shops sold at the very moment when syncd wrote their stock."""
        self.touched: set[int] = set()
        """Orders whose lines staff edited in Webasyst."""
        self.meanwhile: dict[str, list[list[Any]]] = {"cscart": [], "webasyst": []}
        """What people are about to do while syncd is at work: after how many requests, and what."""
        self.good = True
        """Whether all agreed whenever it was quiet until now."""
        for running in (self.pair.cscart, self.pair.webasyst):
            self.watch(running)

    def watch(self, running: RunningShop) -> None:
        """Let people do what they are about to do right before a shop works on a request."""
        shop, method_of = running.shop, running.shop.method_of

        def watched(request: Request) -> str:
            waiting = self.meanwhile[shop.name]
            if waiting and waiting[0][0] == 0:
                _, work = waiting.pop(0)
                self.ledger.busy = True
                work()
                self.ledger.busy = False
            elif waiting:
                waiting[0][0] -= 1
            return method_of(request)

        setattr(shop, "method_of", watched)  # noqa: B010 - a method is replaced

    @initialize(owners=st.sampled_from(OWNERS), sweep=st.sampled_from((0, 3600)))
    def opens(self, owners: dict[str, str], sweep: int) -> None:
        """The shop opens with two products, and syncd starts."""
        self.shared = owners.get("quantity") == "shared"
        self.pair.set(
            products={"sweep_time": sweep, "owners": owners, "create_in_cscart": True},
            brakes={"min": 1000},
            http={"deadline": 3},
            statuses=json.dumps(STATUSES),
            statuses_back=json.dumps(BACK),
        )
        for code in CODES[:2]:
            self.new_at_source(code)
        self.syncd.cycle()
        self.products_agree()

    def teardown(self) -> None:
        """The end of every story: quiet, and all agrees."""
        try:
            if self.good:
                self.quiet()
        finally:
            self.stack.close()

    # -- products -------------------------------------------------------------------------------------------------------

    @rule(place=places, side=sides, name=st.sampled_from(tuple(SOURCE_TEXTS)), word=st.sampled_from(WORDS))
    def text(self, place: int, side: Side, name: str, word: str) -> None:
        """Somebody rewrites a text."""
        self.edit(place, side, name, word or ("Name" if name == "name" else ""))

    @rule(
        place=places, side=sides, name=st.sampled_from(("price", "list_price")), price=st.sampled_from(PRICES)
    )
    def price(self, place: int, side: Side, name: str, price: str) -> None:
        """Somebody sets a price."""
        self.edit(place, side, name, price)

    @rule(place=places, side=sides, shown=st.booleans())
    def shown(self, place: int, side: Side, shown: bool) -> None:
        """Somebody hides a product or shows it."""
        self.edit(place, side, "visible", str(shown))

    def edit(self, place: int, side: Side, name: str, value: str) -> None:
        """People write a field of one of the products of a shop."""
        if side is Side.CSCART:
            self.edit_source(self.chosen(self.source_products(), place), name, value)
        elif found := self.office_skus():
            product, sku = self.chosen(found, place)
            self.edit_office(product, sku, name, value)

    def edit_source(self, row: Row, name: str, value: str) -> None:
        """In CS-Cart."""
        key = row["product_id"]
        word = (
            {"True": "A", "False": "H" if key % 2 else "D"}.get(value, value) if name == "visible" else value
        )
        column = SOURCE_TEXTS.get(name, "status" if name == "visible" else name)
        self.pair.at_cscart("product.update", product_id=key, **{column: word})
        after = next(each for each in self.source_products() if each["product_id"] == key)
        if source_says(row, name) != source_says(after, name):
            self.ledger.write((Side.CSCART, "product", key), name, source_says(after, name))

    def edit_office(self, product: Row, sku: Row, name: str, value: str) -> None:
        """In Webasyst."""
        if name in OF_PRODUCT:
            record = (Side.WEBASYST, "product", product["id"])
            column, word = ("status", str(int(value == "True"))) if name == "visible" else (name, value)
            self.pair.at_webasyst("product.update", id=product["id"], **{column: word})
        else:
            record = (Side.WEBASYST, "sku", sku["id"])
            column = "price" if name == "price" else "compare_price"
            self.pair.at_webasyst("sku.update", id=sku["id"], **{column: value})
        after = next(each for each in self.office_skus() if each[1]["id"] == sku["id"])
        if office_says(product, sku, name) != office_says(*after, name):
            self.ledger.write(record, name, office_says(*after, name))

    @rule(place=places, pieces=st.sampled_from((-7, 1, 100)), touch=st.booleans())
    def source_receipt(self, place: int, pieces: int, touch: bool) -> None:
        """Pieces come or go in CS-Cart, perhaps behind the time stamps."""
        row = self.chosen(self.source_products(), place)
        self.ledger.count((Side.CSCART, "product", row["product_id"]), pieces)
        self.moved_while_busy(row["product_id"])
        self.pair.at_cscart(
            "product.update", product_id=row["product_id"], amount=row["amount"] + pieces, touch=touch
        )

    @rule(place=places, pieces=st.sampled_from((-7, 1, 100)))
    def office_receipt(self, place: int, pieces: int) -> None:
        """Pieces come or go in Webasyst."""
        if found := self.office_skus():
            _, sku = self.chosen(found, place)
            self.ledger.count((Side.WEBASYST, "sku", sku["id"]), pieces)
            self.moved_while_busy(sku_id=sku["id"])
            there = int(float(sku["stock"]["1"])) + pieces
            self.pair.at_webasyst("sku.update", id=sku["id"], stock={"1": there, "2": 0})

    @rule(side=sides, code=st.sampled_from(CODES))
    def new_product(self, side: Side, code: str) -> None:
        """A product appears in one of the shops; its code may stand in the other, or twice, then."""
        if side is Side.CSCART:
            self.new_at_source(code)
        else:
            stock = {"1": 3000, "2": 0}
            self.met |= {
                row["product_id"] for row in self.source_products() if row["code"].lower() == code.lower()
            }
            self.pair.at_webasyst(
                "product.create", name=f"Office {code}", skus=[{"sku": code, "price": "3.00", "stock": stock}]
            )

    def new_at_source(self, code: str) -> None:
        """A product appears in CS-Cart."""
        key = self.pair.product(code, price="10.00", amount=5000)
        self.start[key] = 5000
        if any(sku["sku"].lower() == code.lower() for _, sku in self.office_skus()):
            self.met.add(key)

    @rule(place=places)
    def copy_at_office(self, place: int) -> None:
        """Staff copies a product: its SKU's code stands twice in Webasyst."""
        if found := self.office_skus():
            self.pair.at_webasyst("product.duplicate", id=self.chosen(found, place)[0]["id"])

    @rule(place=places, code=st.sampled_from(CODES))
    def new_sku(self, place: int, code: str) -> None:
        """Staff adds another SKU to a product."""
        if found := self.office_skus():
            product, _ = self.chosen(found, place)
            self.met |= {
                row["product_id"] for row in self.source_products() if row["code"].lower() == code.lower()
            }
            stock = {"1": 500, "2": 0}
            self.pair.at_webasyst(
                "sku.create",
                product_id=product["id"],
                sku=code,
                name=f"Size {code}",
                price="4.00",
                stock=stock,
            )

    @rule(side=sides)
    def settle_conflicts(self, side: Side) -> None:
        """A person settles all conflicts for one shop."""
        held = self.syncd.read(lambda conn: conflicts.all(conn, PAIR))
        for key in {row.source_key for row in held}:
            self.syncd.read(partial(_choose, side, key))

    @rule(place=places, side=sides, letter=st.sampled_from("XY"))
    def rename(self, place: int, side: Side, letter: str) -> None:
        """Somebody gives a product another code; perhaps the one that the other shop has given it already."""
        if side is Side.CSCART:
            row = self.chosen(self.source_products(), place)
            self.pair.at_cscart(
                "product.update", product_id=row["product_id"], product_code=_other(row["code"], letter)
            )
        elif found := self.office_skus():
            _, sku = self.chosen(found, place)
            self.pair.at_webasyst("sku.update", id=sku["id"], sku=_other(sku["sku"], letter))

    @precondition(lambda self: len(self.source_products()) > 2 and len(self.office_skus()) > 2)
    @rule(place=places, side=sides)
    def delete_product(self, place: int, side: Side) -> None:
        """A product disappears from one of the shops."""
        if side is Side.CSCART:
            row = self.chosen(self.source_products(), place)
            self.pair.at_cscart("product.delete", product_id=row["product_id"])
        else:
            product, _ = self.chosen(self.office_skus(), place)
            # Where a copy has the code, it takes the place of what is deleted, with a count of its own.
            self.met |= {int(link.source_key) for link in self.links() if link.product_id == product["id"]}
            self.pair.at_webasyst("product.delete", id=product["id"])

    # -- orders ---------------------------------------------------------------------------------------------------------

    @rule(
        lines=st.dictionaries(places, amounts, min_size=1, max_size=2),
        person=st.integers(0, 1),
        letter=st.sampled_from("OP"),
    )
    def order(self, lines: dict[int, int], person: int, letter: str) -> None:
        """A customer buys in CS-Cart."""
        customer = {"email": f"person{person}@example.test", "firstname": f"Person {person}"}
        rows = self.rows(lines)
        for row in rows:
            self.moved_while_busy(row["product_id"])
        self.orders.append(self.pair.place(*rows, customer=customer, status=letter, shipping=1))

    @precondition(lambda self: self.orders)
    @rule(place=places, lines=st.dictionaries(places, amounts, min_size=1, max_size=2))
    def edit_order(self, place: int, lines: dict[int, int]) -> None:
        """The manager edits an order's lines."""
        number = self.chosen(self.orders, place)
        self.ledger.edited.add(number)
        self.pair.at_cscart("order.edit", order_id=number, lines=self.rows(lines))
        self.all_moved_while_busy()

    @precondition(lambda self: self.pair.office_orders())
    @rule(place=places, amount=amounts, more=st.none() | places)
    def edit_office_order(self, place: int, amount: int, more: int | None) -> None:
        """Staff edits an order's lines in Webasyst, where that is possible there."""
        row = self.chosen(self.pair.office_orders(), place)
        if row["state_id"] not in {"new", "processing"} or not row["items"]:
            return
        items = [{"item_id": item["id"], "quantity": amount, "price": item["price"]} for item in row["items"]]
        if more is not None and (found := self.office_skus()):
            product, sku = self.chosen(found, more)
            items.append(
                {"product_id": product["id"], "sku_id": sku["id"], "quantity": amount, "price": "5.00"}
            )
        self.pair.at_webasyst("order.edit", id=row["id"], items=items)
        if (came_from := row["params"].get("cscart_order_id")) is not None:
            self.touched.add(int(came_from))
            keys = {link.sku_id: int(link.source_key) for link in self.links()}
            self.uncounted |= {
                keys.get(item["sku_id"], 0) for item in row["items"] + items if "sku_id" in item
            }
        self.all_moved_while_busy()

    @precondition(lambda self: self.orders)
    @rule(place=places, letter=st.sampled_from("OPCIB"))
    def source_status(self, place: int, letter: str) -> None:
        """The manager moves an order's status in CS-Cart."""
        number = self.chosen(self.orders, place)
        if self.pair.source_orders()[str(number)]["status"] != letter:
            self.ledger.move(number, Side.CSCART, letter)
        self.pair.at_cscart("order.status", order_id=number, status=letter)
        self.all_moved_while_busy()

    @rule(place=places, amount=amounts)
    def own_order(self, place: int, amount: int) -> None:
        """Staff sells something in Webasyst."""
        if found := self.office_skus():
            _, sku = self.chosen(found, place)
            self.pair.at_webasyst(
                "order.create",
                contact={"firstname": "Own", "email": "own@example.test"},
                items=[{"sku_id": sku["id"], "quantity": amount, "stock_id": 1}],
            )

    @precondition(lambda self: self.pair.office_orders())
    @rule(place=places, action=st.sampled_from(ACTIONS), number=st.sampled_from(("", "", "RR1", "RR2")))
    def staff(self, place: int, action: str, number: str) -> None:
        """Staff works on an order in Webasyst, where the workflow allows it."""
        row = self.chosen(self.pair.office_orders(), place)
        assert isinstance(self.pair.webasyst.shop, WebasystShop)
        state = self.pair.webasyst.shop.state
        order = state.store.orders.get(row["id"])
        assert order is not None
        if action not in workflow.available(state, order):
            return
        data = {"tracking_number": number} if action == "ship" and number else {}
        after = self.pair.at_webasyst("order.action", id=row["id"], action=action, **data)
        self.all_moved_while_busy()
        if (came_from := row["params"].get("cscart_order_id")) is not None and after != row["state_id"]:
            self.ledger.move(int(came_from), Side.WEBASYST, after)

    # -- the way between ------------------------------------------------------------------------------------------------

    @rule(
        shop=st.sampled_from(tuple(MATCHES)),
        verb=st.integers(0, 2),
        trouble=st.sampled_from(TROUBLES),
        skip=st.integers(0, 3),
        times=st.integers(1, 3),
    )
    def trouble(self, shop: str, verb: int, trouble: dict[str, Any], skip: int, times: int) -> None:
        """Some of the coming calls lose their answer, or fail."""
        verbs = MATCHES[shop]
        running = self.pair.cscart if shop == "cscart" else self.pair.webasyst
        running.faults.add(
            {**trouble, "match": {"method": verbs[verb % len(verbs)]}, "skip": skip, "times": times}
        )

    @rule(
        shop=st.sampled_from(tuple(MATCHES)),
        after=st.integers(0, 9),
        place=places,
        side=sides,
        what=st.integers(0, 9),
        price=st.sampled_from(PRICES),
    )
    def while_at_work(self, *, shop: str, after: int, place: int, side: Side, what: int, price: str) -> None:
        """People do not wait for syncd to finish."""
        things: tuple[Callable[[], object], ...] = (
            lambda: self.edit(place, side, "name", f"Hasty {price}"),
            lambda: self.edit(place, side, "description", f"Hasty {price}"),
            lambda: self.edit(place, side, "price", price),
            lambda: self.edit(place, side, "visible", str(place % 2 == 0)),
            lambda: self.source_receipt(place, 9, touch=False),
            lambda: self.office_receipt(place, 9),
            lambda: self.order({place: 1}, 0, "O"),
            lambda: self.orders and self.source_status(place, "PCI"[place % 3]),
            lambda: self.pair.office_orders() and self.staff(place, ACTIONS[place % len(ACTIONS)], ""),
            lambda: self.new_product(side, CODES[place % len(CODES)]),
        )
        self.meanwhile[shop].append([after, things[what]])

    @rule(seconds=st.sampled_from((1, 30, 700, 4000)))
    def time_passes(self, seconds: int) -> None:
        """Nobody does anything for a while."""
        self.pair.later(seconds)

    @rule(stream=st.sampled_from(STREAMS))
    def one_stream(self, stream: str) -> None:
        """One stream has its turn."""
        self.syncd.cycle(stream)
        self.look_for_new_products()

    @rule(retry_all=st.booleans())
    def all_streams(self, retry_all: bool) -> None:
        """Every stream has its turn, or somebody runs syncd by hand."""
        self.syncd.cycle(retry_all=retry_all)
        self.look_for_new_products()

    @rule()
    def restart(self) -> None:
        """The process ends and another one takes over."""
        self.syncd.restart()

    @rule()
    def rest(self) -> None:
        """A quiet night in the middle of the story."""
        self.quiet()

    # -- what must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_twice(self) -> None:
        """At no moment does an order stand twice, and nothing is ever deleted by syncd."""
        delivered = self.pair.delivered()
        assert max((times for number, times in delivered.items() if number != "?"), default=1) == 1, delivered
        nothing_deleted(self.pair)

    def quiet(self) -> None:
        """Nothing goes wrong any more and nobody does anything: after a few cycles the shops agree, and stay as they are."""
        self.good = False
        for running in (self.pair.cscart, self.pair.webasyst):
            running.faults.clear()
            self.meanwhile[running.shop.name].clear()
        for _ in range(3):
            self.pair.later(4000)
            reports = self.syncd.cycle(retry_all=True)
            self.look_for_new_products()
            # People may have deleted all that was linked; one of them says that it is meant.
            self.syncd.read(lambda conn: brakes.release(conn, PAIR, None, Kind.EMPTY, utc_now()))
        assert {str(report.ending) for report in reports.values()} == {"ok"}, reports
        self.products_agree()
        self.orders_agree()
        nothing_deleted(self.pair)
        links_are_one_to_one(self.pair)
        self.pair.forget_counts()
        for seconds in (60, 4000):
            self.pair.later(seconds)
            self.syncd.cycle()
        assert self.pair.writes == 0, (self.pair.cscart.counters.journal, self.pair.webasyst.counters.journal)
        self.good = True

    def products_agree(self) -> None:
        """Field by field, but for what is held as a conflict and what is set aside by name."""
        aside = self.justified_products()
        held = {
            (row.source_key, row.field) for row in self.syncd.read(lambda conn: conflicts.all(conn, PAIR))
        }
        linked = self.linked()
        for both in linked:
            if both.key in aside:
                continue
            for name in FIELDS:
                if both.alone or name not in OF_PRODUCT:
                    self.field_agrees(both, name, held=(both.key, name) in held)
            self.stock_agrees(both)
        self.nothing_left_out()

    def field_agrees(self, both: Both, name: str, *, held: bool) -> None:
        """One word on both sides, and the right one: where one shop's people wrote it, theirs; where nobody did, the old."""
        here, there = both.says(Side.CSCART, name), both.says(Side.WEBASYST, name)
        known = self.agreed.setdefault((both.key, both.sku["id"]), {})
        words = self.ledger.words(both, name)
        story = (
            f"{name} of {both.key}: {here!r} and {there!r}, were {known.get(name)!r}, people wrote {words}"
        )
        if held:
            assert len(words) == 2 and here != there, f"no conflict: {story}"
            assert words == {Side.CSCART: here, Side.WEBASYST: there}, f"overwritten in a conflict: {story}"
            return
        assert here == there, f"apart: {story}"
        if name in known and self.ledger.fair(both, name):
            wanted = set(words.values()) or {known[name]}
            assert here in wanted, f"lost update: {story}"
        known[name] = here
        self.ledger.settle(both, name)

    def stock_agrees(self, both: Both) -> None:
        """Both shops show what is on the shelf, as the story counts it."""
        here, there = both.source["amount"], int(float(both.sku["stock"]["1"]))
        key, sku_id = int(both.key), both.sku["id"]
        assert here == there, f"stock of {both.key} ({both.source['code']}): {here} and {there}"
        if key in self.met or key in self.uncounted:
            return
        truth = self.start[key] + self.ledger.pieces.get((Side.CSCART, "product", key), 0)
        truth -= sold_at_source(self.pair, key)
        truth += self.moved_at_office(sku_id)
        assert here == truth, f"stock of {both.key} ({both.source['code']}): {here}, the story says {truth}"

    def moved_while_busy(self, key: int | None = None, *, sku_id: int | None = None) -> None:
        """Pieces moved: where both shops sell from one shelf, what moves between our reading and our writing is not seen."""
        if self.ledger.busy and self.shared:
            keys = {link.sku_id: int(link.source_key) for link in self.links()}
            self.uncounted.add(key if key is not None else keys.get(sku_id or 0, 0))

    def all_moved_while_busy(self) -> None:
        """Pieces of some product moved, it is not told which."""
        for key in self.start:
            self.moved_while_busy(key)

    def moved_at_office(self, sku_id: int) -> int:
        """Pieces that Webasyst's people brought and sold, as far as they count."""
        if not self.shared:
            return 0
        return self.ledger.pieces.get((Side.WEBASYST, "sku", sku_id), 0) - sold_at_office(self.pair, sku_id)

    def nothing_left_out(self) -> None:
        """What stands in one shop only has its reason: a code that is not its own."""
        here = Counter(row["code"].lower() for row in self.source_products())
        there = Counter(sku["sku"].lower() for _, sku in self.office_skus())
        keys = {int(link.source_key) for link in self.links()}
        skus = {link.sku_id for link in self.links()}
        for row in self.source_products():
            code = row["code"].lower()
            assert row["product_id"] in keys or here[code] > 1 or there[code] > 0, f"left out: {row}"
        for _, sku in self.office_skus():
            code = sku["sku"].lower()
            assert sku["id"] in skus or there[code] > 1 or here[code] > 0, f"left out: {sku}"

    def justified_products(self) -> set[str]:
        """The products that are set aside, every one for something that people did."""
        linked = {row.source_key: row.sku_id for row in self.links()}
        sources = {str(row["product_id"]): row for row in self.source_products()}
        skus = {sku["id"]: sku for _, sku in self.office_skus()}
        here = Counter(row["code"].lower() for row in sources.values())
        there = Counter(sku["sku"].lower() for sku in skus.values())
        owned = {n for n in linked.values() if n in skus}
        aside = set()
        for failure in self.failures("products", "products-back"):
            key = failure.record_key
            row, sku = sources.get(key), skus.get(linked.get(key, 0))
            assert row is not None, failure
            code = row["code"].lower()
            reasons = {
                "renamed-sku": sku is not None and sku["sku"].lower() != code,
                "vanished": key in linked and sku is None,
                "duplicate-sku": here[code] > 1
                or any(skus[n]["sku"].lower() == code for n in owned - {linked.get(key)}),
                "ambiguous-sku": key not in linked and there[code] > 1,
            }
            assert reasons.get(failure.code), f"set aside without a reason: {failure}"
            aside.add(key)
        return aside

    def orders_agree(self) -> None:
        """Every order stands once with its total, and its status means the same on both sides, unless people fell out."""
        aside: dict[int, set[str]] = {}
        for failure in self.failures("orders", "orders-back"):
            number = int(failure.record_key)
            if failure.code in {"edited-too-late", "differs"}:
                assert number in self.ledger.edited | self.touched, failure
            else:
                assert number in self.ledger.moved, failure
            # Each direction may have set it aside for a reason of its own.
            aside.setdefault(number, set()).add(failure.code)
        late = {number for number, codes in aside.items() if "edited-too-late" in codes}
        every_order_once(self.pair, but={str(number) for number in late | self.touched})
        people = Counter(email for row in self.pair.customers() for email in row["emails"])
        assert [email for email, times in people.items() if times > 1 and email != "own@example.test"] == []
        sources, offices = self.pair.source_orders(), self.linked_orders()
        for number in self.orders:
            office = offices.get(number)
            if office is None or number in aside:
                continue
            self.status_agrees(number, sources[str(number)]["status"], office["state_id"])
            self.shipped_once(number, office["params"].get("tracking_number", ""))

    def status_agrees(self, number: int, letter: str, state: str) -> None:
        """Where one shop's people moved an order, both shops show that."""
        moved = self.ledger.moved.pop(number, {})
        same = MEANS.get(letter) == state or BACK.get(state) == letter
        story = f"order {number} is {letter} and {state}; people moved it: {moved}"
        if set(moved) == {Side.CSCART}:
            assert letter == moved[Side.CSCART], story
            assert same or letter not in MEANS, story
        elif set(moved) == {Side.WEBASYST}:
            assert state == moved[Side.WEBASYST], story
            assert same or state not in BACK, story
        elif moved:
            assert same or letter not in MEANS or state not in BACK, story

    def shipped_once(self, number: int, tracking: str) -> None:
        """A parcel's number stands in CS-Cart once."""
        rows = [row for row in self.pair.cscart.dump()["shipments"].values() if row["order_id"] == number]
        assert [row["tracking_number"] for row in rows] == ([tracking] if tracking else []), rows

    # -- looking --------------------------------------------------------------------------------------------------------

    def source_products(self) -> list[Row]:
        """CS-Cart's products."""
        return list(self.pair.cscart.dump()["products"].values())

    def office_skus(self) -> list[tuple[Row, Row]]:
        """Webasyst's SKUs with their products."""
        return [(product, sku) for product in self.pair.office_products() for sku in product["skus"]]

    def links(self) -> list[Any]:
        """syncd's links of products."""
        keys = [str(key) for key in self.start]
        return list(self.syncd.read(lambda conn: product_links.by_sources(conn, PAIR, keys)).values())

    def linked(self) -> list[Both]:
        """Linked products that stand in both shops."""
        sources = {str(row["product_id"]): row for row in self.source_products()}
        skus = {sku["id"]: (product, sku) for product, sku in self.office_skus()}
        return [
            Both(link.source_key, sources[link.source_key], *skus[link.sku_id])
            for link in self.links()
            if link.source_key in sources and link.sku_id in skus
        ]

    def linked_orders(self) -> dict[int, Row]:
        """Webasyst's side of CS-Cart's orders, by their numbers there."""
        numbers = [str(number) for number in self.orders]
        links = self.syncd.read(lambda conn: order_links.by_sources(conn, PAIR, "cscart", numbers))
        rows = {row["id"]: row for row in self.pair.office_orders()}
        return {int(number): rows[link.order_id] for number, link in links.items()}

    def look_for_new_products(self) -> None:
        """What syncd has made in CS-Cart: from here on its pieces are counted, those that moved in Webasyst before aside."""
        for row in self.source_products():
            if (key := row["product_id"]) not in self.start:
                there = [sku["id"] for _, sku in self.office_skus() if sku["sku"] == row["code"]]
                self.start[key] = row["amount"] - sum(map(self.moved_at_office, there))
                if len(there) != 1:
                    self.met.add(key)

    def failures(self, *streams: str) -> list[Any]:
        """What these streams have set aside; for reasons that a story may end with only."""
        found = [row for row in self.syncd.failures() if row.stream in streams]
        for failure in found:
            assert failure.code in LEFT_TO_A_PERSON[failure.stream], failure
        return found

    def chosen(self, things: list[Any], place: int) -> Any:
        """One of them."""
        return things[place % len(things)]

    def rows(self, lines: dict[int, int]) -> list[dict[str, Any]]:
        """Lines of different products."""
        products = self.source_products()
        found = {place % len(products): amount for place, amount in lines.items()}
        return [
            {"product_id": products[place]["product_id"], "amount": amount} for place, amount in found.items()
        ]


def _choose(side: Side, key: str, conn: Connection) -> None:
    choose(conn, str(side), key, None)


def _other(code: str, letter: str) -> str:
    """The code with a letter at its end, or without it."""
    return code[:-1] if code.endswith(letter) else code + letter


CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
QUICK = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=CHECKS,
    report_multiple_bugs=False,
)
THOROUGH = settings(
    max_examples=int(os.environ.get("SCENARIO_STORIES", "1000")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=CHECKS,
    report_multiple_bugs=False,
)


def test_short_stories_end_in_agreement() -> None:
    """A few short stories of both shops."""
    run_state_machine_as_test(BothWays, settings=QUICK)


@pytest.mark.slow
def test_long_stories_end_in_agreement() -> None:
    """Many long ones; `SCENARIO_STORIES` says how many."""
    run_state_machine_as_test(BothWays, settings=THOROUGH)
