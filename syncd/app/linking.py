"""Links and contacts set by hand: what both shops say about a wish, before it becomes a row of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from syncd.app.process import PAIR, SOURCE
from syncd.app.shops import Shops
from syncd.model.backoffice import OfficeOrder, OfficeSku
from syncd.model.order import Order
from syncd.model.product import Product
from syncd.state import catalog, customers, history, order_links, product_links
from syncd.state.customers import Customer
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink
from syncd.state.product_links import ProductLink
from syncd.state.rows import batches
from syncd.sync.customers import is_key
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.reference import reference

LINKED, UNLINKED = "linked by hand", "unlinked by hand"
"""Events of a record's history."""
_PAGE = 100
_MISSPELLED = (
    "no customer is known as {}: write user:17, mail:name@example.com in small letters, or phone:491234567"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Two records that a person wants to be one: a source's key, and an id of Webasyst (SKU, order or contact).

    `line` is where the wish stands in a file; 0 for none.
    """

    source: str
    key: str
    webasyst: int
    line: int = 0


Problems = list[tuple[Wish, str]]
"""Wishes that cannot be, with the reason."""


@dataclass(slots=True)
class Linking:
    """Checks wishes against both shops and the links that there are. Each check answers the reasons against a wish."""

    shops: Shops

    async def products(self, wishes: Sequence[Wish]) -> tuple[list[ProductLink], Problems]:
        """The links to be made, and the wishes that cannot be."""
        rows, taken = await self.shops.app.db.run(lambda conn: _known_products(conn, wishes))
        here, skus = await self._read({wish.key for wish in wishes}, set(rows.values()))
        links, problems = [], Problems()
        for wish in wishes:
            problem = taken.get(wish) or self._product_problem(
                wish, here.get(wish.key), skus.get(wish.webasyst)
            )
            if problem:
                problems.append((wish, problem))
            else:
                links.append(self._product_link(wish, skus[wish.webasyst]))
        return links, problems

    async def orders(self, wishes: Sequence[Wish]) -> tuple[list[OrderLink], Problems]:
        """The links to be made, and the wishes that cannot be."""
        links, problems = [], Problems()
        policies = {feed.policy.source: feed for feed in self.shops.feeds.values()}
        taken = await self.shops.app.db.run(lambda conn: _taken_orders(conn, wishes))
        for wish in wishes:
            feed = policies[wish.source]
            if wish in taken:
                problems.append((wish, taken[wish]))
                continue
            order = await feed.source.order(wish.key)
            actual = await self.shops.office.order(wish.webasyst)
            if not isinstance(order, Order):
                problems.append((wish, f"{feed.policy.shop} does not show an order {wish.key}"))
            elif actual is None:
                problems.append((wish, f"Webasyst has no order {wish.webasyst}"))
            elif actual.reference not in (None, "", self._reference(feed.policy, wish.key)):
                problems.append((wish, f"Webasyst order {wish.webasyst} belongs to {actual.reference}"))
            else:
                links.append(self._order_link(feed.policy, wish, actual))
        return links, problems

    async def contacts(self, wishes: Sequence[Wish]) -> tuple[list[Wish], Problems]:
        """The wishes that can be, and those whose customer is misspelled or whose contact Webasyst does not have."""
        numbers = dict.fromkeys(wish.webasyst for wish in wishes)
        there = {number: await self.shops.office.has_contact(number) for number in numbers}
        problems = [(wish, _MISSPELLED.format(wish.key)) for wish in wishes if not is_key(wish.key)]
        lacking = [wish for wish in wishes if is_key(wish.key) and not there[wish.webasyst]]
        problems += [(wish, f"Webasyst has no contact {wish.webasyst}") for wish in lacking]
        return [wish for wish in wishes if is_key(wish.key) and there[wish.webasyst]], problems

    async def _read(
        self, keys: set[str], product_ids: set[int]
    ) -> tuple[dict[str, Product], dict[int, OfficeSku]]:
        here: dict[str, Product] = {}
        skus: dict[int, OfficeSku] = {}
        for batch in batches(sorted(keys), _PAGE):
            here |= {product.key: product for product in (await self.shops.source.products(batch)).records}
        for ids in batches(sorted(product_ids), _PAGE):
            products = await self.shops.office.products(ids)
            skus |= {sku.sku_id: sku for product in products for sku in product.skus}
        return here, skus

    def _product_problem(self, wish: Wish, product: Product | None, sku: OfficeSku | None) -> str:
        company, rule = self.shops.product_policy().company, self.shops.catalog.rule
        if product is None or (company is not None and product.company != company):
            return f"CS-Cart does not show a product {wish.key}"
        if sku is None:
            return f"Webasyst has no SKU id {wish.webasyst}, as far as the last sweep saw"
        if rule.key(product.code) != rule.key(sku.code):
            # The streams would hold such a product back.
            return (
                f"the SKUs differ: {product.code or '(none)'} in CS-Cart, {sku.code or '(none)'} in Webasyst"
            )
        return ""

    def _product_link(self, wish: Wish, sku: OfficeSku) -> ProductLink:
        now = self.shops.app.now()
        return ProductLink(
            source_key=wish.key,
            sku_id=sku.sku_id,
            product_id=sku.product_id,
            base={},
            dirty=True,
            dirty_back=False,
            pair=PAIR,
            linked_at=now,
            updated_at=now,
        )

    def _order_link(self, policy: OrderPolicy, wish: Wish, actual: OfficeOrder) -> OrderLink:
        now = self.shops.app.now()
        return OrderLink(
            pair=PAIR,
            source=wish.source,
            source_key=wish.key,
            reference=self._reference(policy, wish.key),
            order_id=actual.order_id,
            contact_id=actual.contact_id,
            state=actual.state,
            status="",
            base={},
            confirmed=False,
            flag=None,
            version="",
            linked_at=now,
            updated_at=now,
            carried=actual.state,
        )

    def _reference(self, policy: OrderPolicy, key: str) -> str:
        return reference(policy.kind, policy.account, key)


def put_products(conn: Connection, links: Sequence[ProductLink]) -> None:
    """Write the links that are not there yet. Raises `LinkTaken` when either side has another partner; none is written
    then."""
    there = product_links.by_sources(conn, PAIR, [link.source_key for link in links])
    new = [link for link in links if _sku_of(there.get(link.source_key)) != link.sku_id]
    product_links.put_many(conn, new)
    for link in new:
        detail = {"sku_id": link.sku_id, "product_id": link.product_id}
        history.add(conn, HistoryEntry(PAIR, "products", link.source_key, link.linked_at, LINKED, detail))


def put_orders(conn: Connection, links: Sequence[OrderLink]) -> None:
    """The same for orders."""
    for link in links:
        known = order_links.get(conn, PAIR, link.source, link.source_key)
        if known is not None and known.order_id == link.order_id:
            continue
        order_links.put(conn, link)
        stream = "orders" if link.source == SOURCE else f"orders.{link.source}"
        detail = {"order_id": link.order_id}
        history.add(conn, HistoryEntry(PAIR, stream, link.source_key, link.linked_at, LINKED, detail))


def put_contacts(conn: Connection, wishes: Sequence[Wish]) -> None:
    """Set the contacts of customers, over those that the map had."""
    for wish in wishes:
        customers.replace(conn, PAIR, Customer(wish.source, wish.key, wish.webasyst))


def _known_products(conn: Connection, wishes: Sequence[Wish]) -> tuple[dict[int, int], dict[Wish, str]]:
    """The product of each SKU id, as the last sweep saw it, and the wishes of which one side has another partner."""
    rows = catalog.by_skus(conn, PAIR, [wish.webasyst for wish in wishes])
    here = product_links.by_sources(conn, PAIR, [wish.key for wish in wishes])
    there = product_links.by_skus(conn, PAIR, [wish.webasyst for wish in wishes])
    taken = {}
    for wish in wishes:
        mine, other = here.get(wish.key), there.get(wish.webasyst)
        if mine is not None and mine.sku_id != wish.webasyst:
            taken[wish] = f"product {wish.key} is linked to the SKU id {mine.sku_id}; unlink it first"
        elif other is not None and other.source_key != wish.key:
            taken[wish] = (
                f"the SKU id {wish.webasyst} is linked to product {other.source_key}; unlink it first"
            )
    return {sku_id: row.product_id for sku_id, row in rows.items()}, taken


def _taken_orders(conn: Connection, wishes: Sequence[Wish]) -> dict[Wish, str]:
    """The wishes of which one side has another partner."""
    there = order_links.by_orders(conn, PAIR, [wish.webasyst for wish in wishes])
    taken = {}
    for wish in wishes:
        mine, other = order_links.get(conn, PAIR, wish.source, wish.key), there.get(wish.webasyst)
        if mine is not None and mine.order_id != wish.webasyst:
            taken[wish] = f"order {wish.key} is linked to Webasyst order {mine.order_id}; unlink it first"
        elif other is not None and (other.source, other.source_key) != (wish.source, wish.key):
            held = f"{other.source} order {other.source_key}"
            taken[wish] = f"Webasyst order {wish.webasyst} is linked to {held}; unlink it first"
    return taken


def _sku_of(link: ProductLink | None) -> int | None:
    return None if link is None else link.sku_id
