"""The first look at source products: which ones a cycle must work on, found without asking the office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from syncd.errors import Held
from syncd.model.money import Rates
from syncd.model.owner import Field
from syncd.model.product import Product
from syncd.model.sku import SkuRule
from syncd.state import catalog as mirror
from syncd.state import listings, product_links
from syncd.state.catalog import CatalogRow
from syncd.state.product_links import LinkSketch, ProductLink
from syncd.sync.picture_sight import source_pictures_stand
from syncd.sync.product_categories import source_categories_stand
from syncd.sync.product_decision import ProductPolicy, amounts, amounts_of
from syncd.sync.product_standing import stands, texts_stand

VANISHED = "vanished"
"""The reason of a linked product whose SKU the office does not have any more."""


class Sight(StrEnum):
    """What the first look says about a product."""

    OTHER_COMPANY = "belongs to another company"
    SETTLED = "both sides agree"
    UNWANTED = "unknown to the office, and creating is switched off"
    WORK = "to be compared with the office"


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about a page of products."""

    links: Mapping[str, LinkSketch]
    by_code: Mapping[str, Sequence[CatalogRow]]
    by_sku: Mapping[int, CatalogRow]
    duplicates: Mapping[str, Sequence[str]]
    owned: Collection[int] = ()
    """Those of the rows' SKUs that are linked to a product that the source still lists."""


def recall(
    conn: Connection,
    pair: str,
    source: str,
    products: Sequence[Product],
    rule: SkuRule,
    *,
    lean: bool = False,
) -> Known:
    """Look the products of a page up: their links, the mirror's rows, and codes that several products share.

    A sweep looks at amounts only: `lean` leaves the links' texts out.
    """
    keys = [product.key for product in products]
    links: Mapping[str, LinkSketch] = (
        product_links.sketches(conn, pair, keys) if lean else product_links.by_sources(conn, pair, keys)
    )
    by_sku = mirror.by_skus(conn, pair, [link.sku_id for link in links.values()])
    # A linked product is known by its link while its SKU stands; codes matter for the others only.
    known = {key for key, link in links.items() if link.sku_id in by_sku}
    codes = {rule.key(product.code) for product in products if product.key not in known} - {""}
    by_code = mirror.by_codes(conn, pair, codes)
    owners = product_links.by_skus(conn, pair, [row.sku_id for rows in by_code.values() for row in rows])
    listed = listings.groups_of(conn, pair, source, [link.source_key for link in owners.values()])
    return Known(
        links=links,
        by_code=by_code,
        by_sku=by_sku,
        duplicates=listings.duplicates(conn, pair, source, codes),
        owned={sku_id for sku_id, link in owners.items() if link.source_key in listed},
    )


def row_of(product: Product, known: Known, rule: SkuRule) -> CatalogRow | None:
    """The mirror's row of the product's SKU, wherever it stands now.

    It is the linked SKU; when that is gone, the only one that has the code and is nobody else's (a person made it anew);
    for a product without a link, the only one with the code.
    """
    rows = known.by_code.get(rule.key(product.code), ())
    link = known.links.get(product.key)
    if link is None:
        return rows[0] if len(rows) == 1 else None
    free = [row for row in rows if row.sku_id not in known.owned]
    return known.by_sku.get(link.sku_id) or (free[0] if len(free) == 1 else None)


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
    row = row_of(product, known, rule)
    if row is None and sweep:
        raise vanished(product, link)
    if row is None:
        # The mirror may lack what was just made: only a scan or a look at the office itself tells.
        return Sight.WORK
    if (row.sku_id, row.product_id) != (link.sku_id, link.product_id):
        return Sight.WORK
    if link.dirty:
        return Sight.WORK
    settled = stands(
        product,
        link.base,
        row,
        policy.merge,
        wanted=amounts(product, rates, policy.currency, row.currency),
        offered=amounts_of(row, rates, policy.currency),
        foreign=row.currency != policy.currency,
    )
    if settled and isinstance(link, ProductLink):
        owners = policy.merge.owners
        settled = (
            texts_stand(product, link.texts)
            and source_categories_stand(product, link.base, owners[Field.CATEGORY])
            and not (policy.images and not source_pictures_stand(product, link.base, owners[Field.IMAGES]))
        )
    return Sight.SETTLED if settled else Sight.WORK


def vanished(product: Product, link: LinkSketch) -> Held:
    """The error for a linked product whose SKU the office does not have any more."""
    return Held(
        f"product {product.code} (CS-Cart {product.key}) vanished from Webasyst (was product {link.product_id}); "
        "syncd does not create it again; restore it there, or delete it in CS-Cart",
        code=VANISHED,
    )


def _check_rename(product: Product, row: CatalogRow | None, rule: SkuRule) -> None:
    if row is not None and row.code_key != rule.key(product.code):
        raise Held(
            f"CS-Cart product {product.key} now has the SKU {product.code}, its Webasyst SKU is {row.code}; "
            "write the same code in both shops",
            code="renamed-sku",
        )
