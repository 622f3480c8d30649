"""Both shops, syncd's settings and its data directory: what a scenario is played with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from syncd.app import PAIR, App, Shops, open_database, utc_now
from syncd.cli.differences import request
from syncd.daemon.cycle import Cycles, Ending, Report
from syncd.daemon.once import Exit, exit_code, run_once
from syncd.daemon.streams import PAIR_STREAMS as STREAMS
from syncd.errors import Misconfigured, NotAuthorised, SyncdError
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.settings import Settings, load_settings
from syncd.state import conflicts, failures, order_links, product_links
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.state.order_links import OrderLink

Row = dict[str, Any]
ORDER_ADD = {"name": "shop.order.add"}
ORDER_SAVE = {"name": "shop.order.save"}
ORDER_ACTION = {"name": "shop.order.action"}
ANY_WRITE = {"method": "POST"}
DELETING = ("product.delete", "skus.delete", "order.delete", "images.delete", "category.delete", "DELETE ")
"""Parts of the names of calls that take something away in a shop."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run told."""

    reports: dict[str, Report]
    failures: list[Failure]
    exit: Exit
    commits: int
    """Transactions that changed something."""

    def count(self, stream: str, event: str) -> int:
        """How often something happened in a stream, e.g. `count("orders", "created")`."""
        return self.reports[stream].counts.get(event, 0)

    def ending(self, stream: str) -> Ending:
        """How the stream's cycle ended."""
        return self.reports[stream].ending

    @property
    def reasons(self) -> dict[str, str]:
        """The code of every open failure by its record's key."""
        return {failure.record_key: failure.code for failure in self.failures}

    def text(self, key: object) -> str:
        """The reason of the record that was set aside."""
        return next(failure.message for failure in self.failures if failure.record_key == str(key))


@dataclass(slots=True)
class Pair:
    """A CS-Cart shop, a Webasyst account, and syncd between them; every run starts a new syncd on the same data."""

    cscart: RunningShop
    webasyst: RunningShop
    data_dir: Path
    options: dict[str, Any] = field(default_factory=dict)
    ahead: timedelta = timedelta()
    streams: Sequence[str] = STREAMS

    # -- running --------------------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """syncd's settings for these shops."""
        return load_settings({}, **self.given())

    def given(self) -> dict[str, Any]:
        """What is set: the usual, and the options over it."""
        given: dict[str, Any] = {
            "cscart": {"url": self.cscart.url, "currency": "USD", **self.cscart.credentials},
            "webasyst": {"url": self.webasyst.url, **self.webasyst.credentials},
            "orders": {"since": "2000-01-01"},
            "statuses": '{"P":"processed","C":"completed"}',
            "http": {"calls_per_second": 10_000, "deadline": 4},
            "log": {"requests": False},
            "data_dir": self.data_dir,
        }
        for name, value in self.options.items():
            given[name] = {**given.get(name, {}), **value} if isinstance(value, dict) else value
        return given

    def set(self, **options: Any) -> None:
        """Change settings for the coming runs; sections are merged."""
        for name, value in options.items():
            section = self.options.get(name, {})
            self.options[name] = {**section, **value} if isinstance(value, dict) else value

    def run(self, *streams: str, override: bool = False) -> Run:
        """One run by hand of these streams, or of all."""
        settings = self.settings()
        db = open_database(settings)
        try:
            reports = asyncio.run(self._run(settings, db, streams or self.streams, override))
            commits = db.commits
            failed = db.run_sync(lambda conn: failures.all(conn, PAIR))
        finally:
            db.close()
        return Run({report.stream: report for report in reports}, failed, exit_code(reports), commits)

    async def _run(
        self, settings: Settings, db: Database, streams: Sequence[str], override: bool
    ) -> list[Report]:
        async with App(settings, db, now=self.now) as app:
            try:
                shops = await Shops.connect(app)
            except SyncdError as error:
                return [Report(stream, _ending(error), {}, str(error)) for stream in streams]
            return await run_once(Cycles(shops), streams, override=override)

    def cycle(self, stream: str) -> Report:
        """One cycle of the daemon: what failed keeps its pause."""
        settings = self.settings()
        db = open_database(settings)
        try:
            return asyncio.run(self._cycle(settings, db, stream))
        finally:
            db.close()

    async def _cycle(self, settings: Settings, db: Database, stream: str) -> Report:
        async with App(settings, db, now=self.now) as app:
            return await Cycles(await Shops.connect(app)).run(stream)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """syncd's database between two runs."""
        db = open_database(self.settings())
        try:
            yield db
        finally:
            db.close()

    # -- time and counting ----------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time on syncd's machine."""
        return utc_now() + self.ahead

    def later(self, seconds: float) -> None:
        """Let time pass for both shops and for syncd."""
        self.cscart.shop.clock.advance(seconds)
        self.webasyst.shop.clock.advance(seconds)
        self.ahead += timedelta(seconds=seconds)

    def forget_counts(self) -> None:
        """Count requests from here on."""
        self.cscart.counters.reset()
        self.webasyst.counters.reset()

    def calls(self, name: str) -> int:
        """How often Webasyst (`shop.…`) or CS-Cart (`GET …`) was called by this name since counting began."""
        shop = self.webasyst if name.startswith("shop.") else self.cscart
        return shop.counters.by_method.get(name, 0)

    @property
    def writes(self) -> int:
        """Writes to both shops since counting began."""
        return self.webasyst.counters.writes + self.cscart.counters.writes

    # -- what customers and staff do ------------------------------------------------------------------------------------

    def place(self, *lines: Row | str, **args: Any) -> int:
        """A customer places an order in CS-Cart; a line is a SKU or `{"sku": …, "amount": …}`. Returns its number."""
        rows = [{"sku": line, "amount": 1} if isinstance(line, str) else line for line in lines]
        args.setdefault(
            "customer", {"email": "anna@example.test", "firstname": "Anna", "lastname": "Ivanova"}
        )
        return int(self.cscart.edit("order.place", lines=rows, **args)["order_id"])

    def at_cscart(self, op: str, **args: Any) -> Any:
        """Something that happens in CS-Cart."""
        return self.cscart.edit(op, **args)

    def at_webasyst(self, op: str, **args: Any) -> Any:
        """Something that happens in Webasyst's back office."""
        return self.webasyst.edit(op, **args)

    def product(self, code: str, price: str = "10.00", amount: int = 50, **columns: Any) -> int:
        """A product appears in CS-Cart; returns its id."""
        columns.setdefault("name", f"Product {code}")
        return int(self.cscart.edit("product.create", code=code, price=price, amount=amount, **columns))

    def office_has(self, code: str, price: str = "10.00", stock: int | None = 50, **columns: Any) -> int:
        """A product stands in Webasyst already, on both warehouses' books; returns its id."""
        columns.setdefault("name", f"Product {code}")
        counts = {} if stock is None else {"stock": {"1": stock, "2": 0}}
        return int(
            self.webasyst.edit("product.create", skus=[{"sku": code, "price": price, **counts}], **columns)
        )

    # -- what stands in the shops and in syncd's memory -----------------------------------------------------------------

    def source_orders(self) -> dict[str, Row]:
        """CS-Cart's orders by number."""
        orders: dict[str, Row] = self.cscart.dump()["orders"]
        return orders

    def source_product(self, code: str) -> Row:
        """CS-Cart's product with this SKU."""
        rows = self.cscart.dump()["products"].values()
        return next(row for row in rows if row["code"] == code)

    def amount(self, code: str) -> int:
        """Pieces of a SKU in CS-Cart."""
        return int(self.source_product(code)["amount"])

    def source_detail(self, code: str) -> Row:
        """What CS-Cart's API says about the product with this SKU, texts and pictures included."""
        login = self.cscart.credentials
        product_id = self.source_product(code)["product_id"]
        answer = httpx.get(
            f"{self.cscart.url}/api/products/{product_id}", auth=(login["email"], login["api_key"])
        )
        detail: Row = answer.raise_for_status().json()
        return detail

    def office_orders(self) -> list[Row]:
        """Webasyst's orders."""
        orders: list[Row] = self.webasyst.dump()["orders"]
        return orders

    def office_order(self, number: int | str) -> Row:
        """Webasyst's order of a CS-Cart order; exactly one must be there."""
        found = [row for row in self.office_orders() if row["params"].get("cscart_order_id") == str(number)]
        assert len(found) == 1, f"order {number} stands {len(found)} times in Webasyst"
        return found[0]

    def delivered(self) -> Counter[str]:
        """How often each CS-Cart order stands in Webasyst."""
        return Counter(row["params"].get("cscart_order_id", "?") for row in self.office_orders())

    def office_products(self) -> list[Row]:
        """Webasyst's products."""
        products: list[Row] = self.webasyst.dump()["products"]
        return products

    def office_product(self, code: str) -> Row:
        """Webasyst's only product with a SKU of this code."""
        found = [row for row in self.office_products() if any(sku["sku"] == code for sku in row["skus"])]
        assert len(found) == 1, f"SKU {code} stands in {len(found)} products of Webasyst"
        return found[0]

    def office_sku(self, code: str) -> Row:
        """Webasyst's only SKU with this code."""
        found: list[Row] = [sku for sku in self.office_product(code)["skus"] if sku["sku"] == code]
        assert len(found) == 1, f"SKU {code} stands {len(found)} times in one product of Webasyst"
        return found[0]

    def stock(self, code: str, warehouse: str = "1") -> Decimal | None:
        """Pieces of a SKU in a warehouse of Webasyst; `None` when it has no row there."""
        found = (self.office_sku(code)["stock"] or {}).get(warehouse)
        return None if found is None else Decimal(found)

    def customers(self) -> list[Row]:
        """Webasyst's contacts who bought something."""
        return [row for row in self.webasyst.dump()["contacts"] if row["is_customer"]]

    def link(self, number: int | str) -> OrderLink:
        """syncd's link of an order."""
        with self.database() as db:
            found = db.run_sync(lambda conn: order_links.get(conn, PAIR, "cscart", str(number)))
        assert found is not None, f"order {number} is not linked"
        return found

    def conflicts(self) -> list[HeldConflict]:
        """The fields that wait for a choice."""
        with self.database() as db:
            return db.run_sync(lambda conn: conflicts.all(conn, PAIR))

    def request_difference(self, number: str) -> None:
        """A person wants an order's edit in Webasyst written to CS-Cart."""
        with self.database() as db:
            assert db.run_sync(lambda conn: request(conn, number)) is not None

    def source_codes(self) -> list[str]:
        """The SKUs of CS-Cart's products."""
        return [row["code"] for row in self.cscart.dump()["products"].values()]

    def linked_products(self) -> int:
        """How many products syncd has linked."""
        with self.database() as db:
            return db.run_sync(lambda conn: product_links.count(conn, PAIR))


def _ending(error: SyncdError) -> Ending:
    if isinstance(error, NotAuthorised):
        return Ending.NOT_AUTHORISED
    return Ending.MISCONFIGURED if isinstance(error, Misconfigured) else Ending.FAILED


def money(value: object) -> Decimal:
    """An amount of either shop, to the cent."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def lines_of(order: Row) -> list[tuple[str, Decimal, Decimal]]:
    """The lines of an office order: SKU code or name, quantity, price."""
    rows = [
        (row["sku_code"] or row["name"], Decimal(row["quantity"]).normalize(), money(row["price"]))
        for row in order["items"]
    ]
    return sorted(rows)


@contextmanager
def two_shops(cscart: CSCartShop, webasyst: WebasystShop, data_dir: Path) -> Iterator[Pair]:
    """Serve both shops for the block."""
    with ExitStack() as stack:
        left = stack.enter_context(ShopThread(cscart))
        right = stack.enter_context(ShopThread(webasyst))
        yield Pair(left, right, data_dir)
