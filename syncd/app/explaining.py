"""Asking both shops, read-only, what the next cycle would decide about one record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace

from syncd.app.process import PAIR, App
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.settings import Settings
from syncd.shops.cscart.source import CSCartSource
from syncd.state import order_links
from syncd.state.database import Database
from syncd.sync.explaining import Now, SeenOrder, Verdict, order_now, product_elsewhere, product_now
from syncd.sync.order_decision import Create, OrderPolicy, decide
from syncd.sync.product_plan import BatchPlan


@asynccontextmanager
async def looking(settings: Settings, db: Database) -> AsyncIterator[Shops]:
    """Both shops, to be read beside a running daemon. The request log is left to the daemon: one process writes it."""
    quiet = settings.model_copy(update={"log": settings.log.model_copy(update={"requests": False})})
    async with App(quiet, db) as app:
        yield await Shops.connect(app)


async def ask_order(shops: Shops, stream: str, key: str, blocked: Collection[str]) -> Now:
    """What the next cycle of a stream does about an order. Raises `RetryLater` when a shop is unwell."""
    feed, db = shops.feeds[stream], shops.app.db
    order = await feed.source.order(key)
    if order is None and feed.policy.company is not None:
        order = await whole_shop(shops).order(key)
    if order is None:
        return Now(Verdict.UNKNOWN, f"nothing: {feed.policy.shop} does not show an order {key}")
    if isinstance(order, BrokenRecord):
        return Now(Verdict.FAILED, f"set aside: {order.reason}")
    link = await db.run(lambda conn: order_links.get(conn, PAIR, feed.policy.source, key))
    unknown: tuple[str, ...] = ()
    if feed.policy.hold_unknown and decide(order, link, feed.policy) == Create():
        unknown = await _unknown(shops, feed.policy, order)
    return order_now(SeenOrder(order, unknown), link, feed.policy, blocked)


async def ask_product(shops: Shops, key: str, blocked: Collection[str], blocked_back: Collection[str]) -> Now:
    """What the next cycles of the products streams do about a product. Raises `RetryLater` when a shop is unwell."""
    company = shops.product_policy().company
    if company is not None:
        page = await whole_shop(shops).products([key])
        for product in page.records:
            if product.company != company:
                return product_elsewhere(product, company)
    plan = await ProductStreams(shops).planner().plan([key])
    if plan.plans:
        return product_now(plan.plans[0], blocked, blocked_back, images=shops.product_policy().images)
    return _unplanned(key, plan, create=shops.product_policy().create_missing)


async def product_named(shops: Shops, code: str) -> list[str]:
    """The numbers of the source's products with this code, that syncd has not seen yet."""
    return [product.key for product in await shops.target.products_with_code(code)]


def whole_shop(shops: Shops) -> CSCartSource:
    """The CS-Cart shop with every company in it: only to tell why a record is left alone."""
    language = shops.app.settings.cscart.language
    return CSCartSource(shops.app.cscart(), company=None, language=language, currency=shops.currency)


async def _unknown(shops: Shops, policy: OrderPolicy, order: Order) -> tuple[str, ...]:
    """Codes that lead nowhere. A product that syncd would bring for the order is no reason to hold it."""
    ours = policy.sells_our_stock
    lines = [line if ours else replace(line, product_key="") for line in order.lines]
    match = await shops.catalog.match(lines)
    lacking = [line for n, line in enumerate(lines) if n not in match.found]
    products = shops.app.settings.products
    if ours and products.enabled and products.create_missing:
        keys = [line.product_key for line in lacking if line.product_key]
        known = {product.key for product in (await shops.source.products(keys)).records} if keys else set()
        lacking = [line for line in lacking if line.product_key not in known]
    return tuple(dict.fromkeys(line.code for line in lacking))


def _unplanned(key: str, plan: BatchPlan, *, create: bool) -> Now:
    if plan.aside:
        product, error = plan.aside[0]
        return Now(Verdict.HELD, f"held: {error}", product.updated_at)
    if plan.broken:
        return Now(Verdict.FAILED, f"set aside: {plan.broken[0].reason}")
    if plan.creations or plan.additions:
        product = plan.creations[0][0] if plan.creations else plan.additions[0][0]
        return Now(Verdict.WAITING, "created in Webasyst", product.updated_at)
    if key in plan.gone:
        text = f"nothing: CS-Cart does not show a product {key} (deleted, or in no category)"
        return Now(Verdict.UNKNOWN, text)
    if not create:
        text = "skipped: Webasyst does not have it, and SYNCD_PRODUCTS__CREATE_MISSING is false"
        return Now(Verdict.SKIPPED, text)
    return Now(Verdict.WAITING, "compared again by the next cycle: it moved while it was read")
