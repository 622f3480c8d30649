"""The first look at source products: which ones a cycle must work on, found without asking the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from syncd.errors import Held
from syncd.model.money import Rates
from syncd.model.product import Product
from syncd.model.sku import SkuRule
from syncd.state import catalog as mirror
from syncd.state import listings, product_links
from syncd.state.catalog import CatalogRow
from syncd.state.product_links import ProductLink
from syncd.sync.product_decision import ProductPolicy, amounts, looks_equal, looks_settled


class Sight(StrEnum):
    """What the first look says about a product."""

    OTHER_COMPANY = "belongs to another company"
    SETTLED = "both sides agree"
    UNWANTED = "unknown to the office, and creating is switched off"
    WORK = "to be compared with the office"


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about a page of products."""

    links: Mapping[str, ProductLink]
    by_code: Mapping[str, Sequence[CatalogRow]]
    by_sku: Mapping[int, CatalogRow]
    duplicates: Mapping[str, Sequence[str]]


def recall(conn: Connection, pair: str, source: str, products: Sequence[Product], rule: SkuRule) -> Known:
    """Look the products of a page up: their links, the mirror's rows, and codes that several products share."""
    links = product_links.by_sources(conn, pair, [product.key for product in products])
    # A linked product is known by its link; codes matter for the others only.
    codes = {rule.key(product.code) for product in products if product.key not in links} - {""}
    return Known(
        links=links,
        by_code=mirror.by_codes(conn, pair, codes),
        by_sku=mirror.by_skus(conn, pair, [link.sku_id for link in links.values()]),
        duplicates=listings.duplicates(conn, pair, source, codes),
    )


def check_code(product: Product, known: Known, rule: SkuRule) -> None:
    """Raise `Held` for a code that cannot tell which SKU is meant: empty, doubled in either shop, or renamed."""
    key = rule.key(product.code)
    name = product.content.name
    if not key:
        raise Held(
            f"product {product.key} ({name}) has no SKU; give it a product code in CS-Cart", code="empty-sku"
        )
    link = known.links.get(product.key)
    if link is not None:
        _check_rename(product, known.by_sku.get(link.sku_id), rule)
        return
    others = [other for other in known.duplicates.get(key, ()) if other != product.key]
    if others:
        raise Held(
            f"SKU {product.code} stands at several CS-Cart products: {product.key} and {', '.join(others)}; "
            "make the codes differ",
            code="duplicate-sku",
        )
    rows = known.by_code.get(key, ())
    if len(rows) > 1:
        ids = ", ".join(str(row.product_id) for row in rows)
        raise Held(
            f"SKU {product.code} stands several times in Webasyst (products {ids}); make the codes differ",
            code="ambiguous-sku",
        )


def glance(
    product: Product, known: Known, policy: ProductPolicy, rates: Rates, rule: SkuRule, *, sweep: bool
) -> Sight:
    """What the first look says. Raises `Held` as `check_code` does, and for a currency that the office lacks."""
    if policy.company is not None and product.company != policy.company:
        return Sight.OTHER_COMPANY
    check_code(product, known, rule)
    link = known.links.get(product.key)
    if link is None:
        exists = bool(known.by_code.get(rule.key(product.code)))
        return Sight.WORK if exists or policy.create_missing else Sight.UNWANTED
    row = known.by_sku.get(link.sku_id)
    if row is None:
        raise Held(
            f"product {product.code} (CS-Cart {product.key}) vanished from Webasyst (was product {link.product_id}); "
            "syncd does not create it again; restore it there, or delete it in CS-Cart",
            code="vanished",
        )
    wanted = amounts(product, rates, policy.currency, row.currency)
    settled = (
        looks_equal(product, row, wanted)
        if sweep
        else looks_settled(product, link.base, row, wanted, images=policy.images)
    )
    return Sight.SETTLED if settled and not link.dirty else Sight.WORK


def _check_rename(product: Product, row: CatalogRow | None, rule: SkuRule) -> None:
    if row is not None and row.code_key != rule.key(product.code):
        raise Held(
            f"CS-Cart product {product.key} now has the SKU {product.code}, its Webasyst SKU is {row.code}; "
            "write the same code in both shops",
            code="renamed-sku",
        )
