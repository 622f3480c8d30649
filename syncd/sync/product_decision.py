"""What to do about one source product: pure decisions from the product, its link, the mirror and the office product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syncd.errors import Held
from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SkuChange
from syncd.model.money import Rates, plain, to_cents
from syncd.model.product import Content, Product
from syncd.model.text import shorten
from syncd.state.catalog import CatalogRow
from syncd.sync.facets import digest
from syncd.sync.order_changes import same_text

CUT = ("name", "meta_title")
"""Columns that hold 255 characters; longer texts are shortened on purpose before the shop does it silently."""

TEXTS = ("name", "summary", "description", "meta_title", "meta_keywords", "meta_description")
"""Fields of content that later edits bring along. The URL is written only when a product is created."""


@dataclass(frozen=True, slots=True)
class ProductPolicy:
    """The settings that steer the products stream of one pair."""

    pair: str
    source: str
    account: str
    company: str | None
    currency: str
    create_missing: bool
    images: bool
    group_variations: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """Price, list price and stock as they must stand in the office, in the product's currency there."""

    price: Decimal
    list_price: Decimal
    stock: Decimal


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """What one source product changes in the office: its SKU's values, and texts and visibility of the product."""

    product: Product
    sku: OfficeSku
    sku_change: SkuChange | None
    texts: Mapping[str, str]
    product_visible: bool | None
    linked: bool
    images_changed: bool
    leads: bool = True
    source_sold: bool = True
    """Whether the source's own quantity changed since the base; without a base nothing is known, and it counts as such."""
    stays_hidden: bool = False
    """Whether the source sells it and the office will not show it: a flag that staff set, and that is not ours to change."""
    unlimited: tuple[int, ...] = ()
    """Warehouses that lack a row of a SKU that staff made, so that it sells there without limit."""
    replaces: str = ""
    """The source product that was linked to the SKU and that the source does not list any more."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return self.sku_change is None and not self.texts and self.product_visible is None


def amounts(product: Product, rates: Rates, source: str, target: str) -> Amounts:
    """Convert by the office's own rate. Raises `Held` when it lacks one of the currencies."""
    missing = [currency for currency in (source, target) if not rates.knows(currency)]
    if missing:
        raise Held(
            f"product {product.code}: Webasyst has no currency {missing[0]}; add it there or correct "
            "SYNCD_CSCART__CURRENCY",
            code="unknown-currency",
        )
    return Amounts(
        rates.convert(product.price, source, target),
        rates.convert(product.list_price, source, target),
        product.quantity,
    )


def base_of(product: Product) -> dict[str, Any]:
    """What both sides agreed on, as it is kept with the link: values as text, texts and pictures as fingerprints."""
    return {
        "price": plain(product.price),
        "list_price": plain(product.list_price),
        "quantity": plain(product.quantity),
        "visible": product.visible,
        "texts": _text_digests(product.content),
    }


def images_digest(product: Product) -> str:
    """The fingerprint of a product's pictures: their addresses, in order."""
    return digest([image.url for image in product.images])


def images_pending(product: Product, base: Mapping[str, Any]) -> bool:
    """Whether pictures are still to be sent: to products that syncd created, never to those that were there before."""
    return base.get("images") not in (None, images_digest(product))


def made_here(base: Mapping[str, Any] | None) -> bool:
    """Whether syncd created the product: only then its pictures are kept account of."""
    return base is not None and "images" in base


def looks_settled(
    product: Product, base: Mapping[str, Any], row: CatalogRow, wanted: Amounts, *, images: bool
) -> bool:
    """Whether nothing can be left to do: the base agrees with the source, and the mirror with what must stand there."""
    now = base_of(product)
    texts = {name: value for name, value in now["texts"].items() if base.get("texts", {}).get(name) != value}
    return (
        not texts
        and looks_equal(product, base, row, wanted)
        and not (images and images_pending(product, base))
    )


def looks_equal(product: Product, base: Mapping[str, Any], row: CatalogRow, wanted: Amounts) -> bool:
    """The sweep's question: do price, stock and visibility in the mirror say what the source says, as far as they are ours
    to change?"""
    shown = row.visible and row.product_visible
    return (
        to_cents(row.price) == wanted.price
        and to_cents(row.compare_price) == wanted.list_price
        and row.stock == wanted.stock
        and (shown == product.visible or (product.visible and "kept_hidden" in base))
        and not (made_here(base) and row.others_unlimited)
    )


def decide(
    product: Product,
    office: OfficeProduct,
    sku: OfficeSku,
    wanted: Amounts,
    base: Mapping[str, Any] | None,
    *,
    stock_id: int | None,
    leads: bool,
    whole: bool,
    siblings_visible: bool,
    together: bool,
    warehouses: Sequence[int],
    replaces: str = "",
) -> ProductPlan:
    """Compare one product with the office as it stands now.

    `leads` tells whether this product's texts speak for the office product (DESIGN: products), `whole` whether all SKUs
    of the office product are linked, `together` whether they are all of one product or group, `siblings_visible` whether
    another one of them is shown. Visibility is the product's own flag when it has one SKU only; otherwise the SKU's flag,
    and the product is shown while any of its SKUs is. Of the other `warehouses` those without a row sell without limit
    (contracts/webasyst §0.10): products that syncd made get 0 there, the others keep it.
    """
    alone = len(office.skus) == 1
    unlimited = [] if stock_id is None else [n for n in warehouses if n != stock_id and n not in sku.stock]
    stock = sku.count if stock_id is None else sku.stock.get(stock_id)
    change = SkuChange(
        sku_id=sku.sku_id,
        product_id=office.product_id,
        price=wanted.price if to_cents(sku.price) != wanted.price else None,
        compare_price=wanted.list_price if to_cents(sku.compare_price) != wanted.list_price else None,
        stock=wanted.stock if stock != wanted.stock else None,
        visible=_sku_visible(product, sku, alone=alone),
        fill=tuple(unlimited) if made_here(base) else (),
    )
    shown = product.visible if alone else product.visible or siblings_visible
    product_visible = shown if together and whole and office.visible != shown else None
    return ProductPlan(
        product=product,
        sku=sku,
        sku_change=None if change.empty else change,
        texts=_changed_texts(product.content, office, base) if leads else {},
        product_visible=product_visible,
        linked=base is not None,
        images_changed=base is not None and images_pending(product, base),
        leads=leads,
        stays_hidden=product.visible
        and not (_after(change.visible, sku.visible) and _after(product_visible, office.visible)),
        unlimited=() if made_here(base) else tuple(unlimited),
        source_sold=(base or {}).get("quantity") != plain(product.quantity),
        replaces=replaces,
    )


def agreed_base(plan: ProductPlan, earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """The base after the plan has been carried out. A product whose texts do not speak for the office product keeps the
    texts that it last agreed on, for the day when they do.
    """
    base = base_of(plan.product)
    kept = earlier or {}
    if "images" in kept:
        base["images"] = kept["images"]
    if plan.stays_hidden:
        base["kept_hidden"] = True
    if plan.unlimited:
        base["unlimited"] = list(plan.unlimited)
    if not plan.leads:
        base["led"] = kept.get("led", kept.get("texts", {}))
    return base


def content_fields(content: Content) -> dict[str, str]:
    """The columns of a new product, without those that the source did not tell."""
    fields = {name: getattr(content, name) for name in (*TEXTS, "url")}
    return {name: _cut(name, value) for name, value in fields.items() if value}


def _sku_visible(product: Product, sku: OfficeSku, *, alone: bool) -> bool | None:
    """A product's only SKU keeps its flag: the product's own flag decides there."""
    return None if alone or sku.visible == product.visible else product.visible


def _after(change: bool | None, now: bool) -> bool:
    return now if change is None else change


def _changed_texts(content: Content, office: OfficeProduct, base: Mapping[str, Any] | None) -> dict[str, str]:
    """Texts that changed at the source since the base and differ in the office.

    A name that the source lost is not sent: the office would call the product "New product" (contracts/webasyst §3.5).
    Nor does a text that the source never had empty what staff wrote in the office.
    """
    known = base or {}
    agreed = known.get("led", known.get("texts", {}))
    digests = _text_digests(content)
    changed = {}
    for name in digests:
        value = _cut(name, getattr(content, name))
        if not value.strip() and (name == "name" or name not in agreed):
            continue
        if digests[name] != agreed.get(name) and not same_text(value, getattr(office, name)):
            changed[name] = value
    return changed


def _text_digests(content: Content) -> dict[str, str]:
    return {name: digest(getattr(content, name)) for name in TEXTS if getattr(content, name) is not None}


def _cut(name: str, value: str) -> str:
    return shorten(value) if name in CUT else value
