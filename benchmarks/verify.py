"""Whether `syncd verify` finds each planted difference and nothing else, and how much memory that takes:

    python -m benchmarks.verify 100000 12500

Of the shop's orders a fifth is in statuses that create none. The shops run in a process of their own, and so does the
comparison, so that the figures are its alone. Target: at most 200 MB resident for 100,000 products and 10,000 orders; each
of 50 planted differences, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks.sweep import Twins, settings_of
from syncd import logs
from syncd.app import PAIR, App, Shops, open_database
from syncd.app.explaining import looking
from syncd.app.verifying import Verification
from syncd.daemon.cycle import Cycles, no_progress
from syncd.settings import Settings, load_settings
from syncd.state import order_links, product_links
from syncd.state.order_links import OrderLink
from syncd.state.product_links import ProductLink
from syncd.sync.difference import Difference, Sample

PLANTED_PRODUCTS, PLANTED_ORDERS = 40, 10

Edit = tuple[str, dict[str, Any], tuple[str, str, str]]
"""The shop, what happens there, and the difference that it makes: kind, key, field."""


def main() -> None:
    """Bring both shops in step, plant differences, compare."""
    products, orders = (int(argument) for argument in (sys.argv[1:] or ["100000", "12500"]))
    with tempfile.TemporaryDirectory() as folder, Twins(products, orders) as shops:
        values = settings_of(shops, Path(folder), 86_400) | {"orders": {"since": "2000-01-01"}}
        for stream in ("products", "orders", "products"):
            _elsewhere(_bring, stream, values)
        planted = planted_in(load_settings({}, **values), {shop["shop"]: shop["control"] for shop in shops})
        _elsewhere(_measure, values, planted)


def _elsewhere(work: Any, *arguments: Any) -> None:
    """In a process of its own, so that its peak of memory is its own."""
    worker = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    worker.start()
    worker.join()
    if worker.exitcode:
        raise SystemExit(f"{work.__name__} ended with {worker.exitcode}")


def _bring(stream: str, values: dict[str, Any]) -> None:
    settings, began = load_settings({}, **values), time.perf_counter()
    logs.configure(settings, level="error")
    counts = asyncio.run(cycle_of(settings, stream))
    print(f"{stream}: {time.perf_counter() - began:.0f} s, {counts}", flush=True)


async def cycle_of(settings: Settings, stream: str) -> dict[str, int]:
    """One cycle of a stream."""
    db = open_database(settings)
    try:
        async with App(settings, db) as app:
            report = await Cycles(await Shops.connect(app)).run(stream, override=True)
            assert report.ending == "ok", report
            return report.counts
    finally:
        db.close()


def planted_in(settings: Settings, controls: dict[str, str]) -> list[tuple[str, str, str]]:
    """Edit both shops behind syncd's back; answers what must be found."""
    db = open_database(settings)
    try:
        products, orders = db.run_sync(_chosen)
    finally:
        db.close()
    edits = [*_of_products(products), *_of_orders(orders)]
    for shop, body, _ in edits:
        request = urllib.request.Request(f"{controls[shop]}/edit", json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request).close()  # raises for a refusal
    return sorted(expected for _, _, expected in edits)


def _chosen(conn: Connection) -> tuple[list[ProductLink], list[OrderLink]]:
    """Products and orders from everywhere between the first and the last one."""
    ids, last = list[int](), 0
    while batch := product_links.product_ids_after(conn, PAIR, last, 900):
        ids, last = ids + batch, batch[-1]
    step = max(len(ids) // PLANTED_PRODUCTS, 1)
    alone = [links[0] for n in ids[::step] if len(links := product_links.by_products(conn, PAIR, [n])) == 1]
    orders = order_links.after(conn, PAIR, "cscart", 0, 1_000_000)
    return alone[:PLANTED_PRODUCTS], orders[:: max(len(orders) // PLANTED_ORDERS, 1)][:PLANTED_ORDERS]


_AT_SOURCE: dict[str, dict[str, Any]] = {
    "price": {"price": "4321.09"},
    "list_price": {"list_price": "8765.43"},
    "quantity": {"amount": 98_765},
    "description": {"full_description": "Planted"},
}
_IN_OFFICE: dict[str, dict[str, Any]] = {
    "price": {"price": "4321.09"},
    "list_price": {"compare_price": "8765.43"},
    "quantity": {"stock": {"1": "98765"}},
}


def _of_products(links: list[ProductLink]) -> Iterator[Edit]:
    kinds = cycle([("cscart", name) for name in _AT_SOURCE] + [("webasyst", name) for name in _IN_OFFICE])
    for link, (shop, name) in zip(links, kinds, strict=False):
        there = {"op": "sku.update", "id": link.sku_id, **_IN_OFFICE.get(name, {})}
        here = {"op": "product.update", "product_id": int(link.source_key), **_AT_SOURCE[name]}
        yield shop, here if shop == "cscart" else there, ("product", link.source_key, name)


def _of_orders(links: list[OrderLink]) -> Iterator[Edit]:
    for n, link in enumerate(links):
        if n % 2:
            city = {"op": "order.edit", "order_id": int(link.source_key), "customer": {"s_city": "Planted"}}
            yield "cscart", city, ("order", link.source_key, "address")
        else:
            body = {"op": "order.edit", "id": link.order_id, "comment": "", "params": {}, "shipping": "77.77"}
            yield "webasyst", body, ("order", link.source_key, "shipping")


def _measure(values: dict[str, Any], planted: list[tuple[str, str, str]]) -> None:
    settings, began, cpu = load_settings({}, **values), time.perf_counter(), time.process_time()
    logs.configure(settings, level="error")
    found, products, orders = asyncio.run(verified(settings))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    # Another shipping cost is another total: one planted difference, two fields.
    told = {(one.kind, one.key, one.field) for one in found if one.field != "total"}
    print(
        f"{products} products, {orders} orders: {wall:.0f} s in all, {cpu:.0f} s CPU, peak {peak} MB resident; "
        f"{len(planted)} planted, {len(told & set(planted))} of them found, {len(told - set(planted))} besides"
    )
    for missed in sorted(set(planted) - told):
        print("missed:", *missed)
    for one in found:
        if (one.kind, one.key, one.field) not in planted and one.field != "total":
            print("besides:", one)


async def verified(settings: Settings) -> tuple[list[Difference], int, int]:
    """What differs, and how many products and orders were compared."""
    db = open_database(settings)
    try:
        async with looking(settings, db) as shops:
            verification = Verification(shops, Sample(1), lambda stream: no_progress)
            found = [one async for one in verification.run(fix=False)]
            return found, verification.products, verification.orders
    finally:
        db.close()


if __name__ == "__main__":
    main()
