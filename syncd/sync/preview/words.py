"""Records and changes in words, field by field, for a plan: equal words mean equal values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from syncd.model.backoffice import OfficeLine, OfficeOrder, OfficeProduct, OfficeSku
from syncd.model.exchange import (
    DraftLine,
    DraftSku,
    OrderChanges,
    OrderDraft,
    ProductDraft,
    SkuChange,
    SourceChange,
    SourceDraft,
    SourceLine,
)
from syncd.model.money import plain, to_cents
from syncd.model.order import Order
from syncd.model.product import Product
from syncd.sync.order_params import LICENCES
from syncd.sync.preview.names import Names

LONG = 120
"""Letters of a text that are told; a longer one is told with its length and a fingerprint."""


def text(value: str) -> str:
    """A text on one line; of a long one the beginning, and what tells it from others."""
    line = " ".join(value.split())
    if len(line) <= LONG and line == value.strip():
        return line
    return f"{line[:LONG].rstrip()}... {fingerprint(value)}"


def fingerprint(value: str) -> str:
    """What tells a text from others without telling it."""
    return f"({len(value)} letters, {hashlib.sha256(value.encode()).hexdigest()[:8]})" if value else ""


def yes_no(value: bool | None) -> str:
    """A flag in words; empty for none."""
    return "" if value is None else "yes" if value else "no"


def amount(value: Decimal | None) -> str:
    """An amount or a count; empty for none, which sells without limit where it is a stock."""
    return "" if value is None else plain(value)


def params(values: Mapping[str, str]) -> dict[str, str]:
    """Params of an order; licence numbers are secrets, and told by a fingerprint only."""
    return {
        f"param {name}": fingerprint(value) if name.startswith(LICENCES) else text(value)
        for name, value in values.items()
        if not name.startswith("shipping_address.")
    }


def lines(found: Iterable[DraftLine | OfficeLine], names: Names) -> str:
    """The lines of an order of the office."""
    told = [_line(line, names) for line in found]
    return "; ".join(told) or "none"


def _line(line: DraftLine | OfficeLine, names: Names) -> str:
    what = f"SKU {names.of('sku', line.sku_id)}" if line.sku_id else text(line.name)
    return f"{amount(line.quantity)} x {what} at {to_cents(line.price)}"


def order_draft(draft: OrderDraft, names: Names) -> dict[str, str]:
    """A new order."""
    billing = ", ".join(value for value in draft.billing_address.values() if value)
    return {
        "customer": _customer(draft, names),
        "lines": lines(draft.lines, names),
        "shipping": str(to_cents(draft.shipping)),
        "discount": str(to_cents(draft.discount)),
        "currency": draft.currency,
        "comment": fingerprint(draft.comment),
        **{f"address {name}": text(value) for name, value in draft.address.items()},
        "billing address": text(billing),
        **params(draft.params),
    }


def _customer(draft: OrderDraft, names: Names) -> str:
    who = draft.contact
    if who is None:
        return f"contact {names.of('contact', draft.contact_id)}"
    parts = (who.firstname, who.lastname, who.email, who.phone, who.company)
    return "new: " + text(" ".join(part for part in parts if part))


def order_changes(changes: OrderChanges, names: Names) -> dict[str, str]:
    """What a save writes; parts that it leaves alone are not among it."""
    told = {} if changes.shipping is None else {"shipping": str(to_cents(changes.shipping))}
    if changes.lines is not None:
        told["lines"] = lines(changes.lines, names)
    if changes.discount is not None:
        told["discount"] = str(to_cents(changes.discount))
    if changes.comment is not None:
        told["comment"] = fingerprint(changes.comment)
    told |= {f"address {name}": text(value) for name, value in (changes.address or {}).items()}
    return told | params(changes.params)


def office_order(order: OfficeOrder, names: Names) -> dict[str, str]:
    """An order as it stands in the office."""
    return {
        "lines": lines(order.lines, names),
        "shipping": str(to_cents(order.shipping)),
        "discount": str(to_cents(order.discount)),
        "comment": fingerprint(order.comment),
        **{f"address {name}": text(value) for name, value in order.address.items()},
        **params(order.params),
    }


def product_columns(fields: Mapping[str, str]) -> dict[str, str]:
    """Columns of a product of the office."""
    return {
        "visible" if name == "status" else name: yes_no(value == "1") if name == "status" else text(value)
        for name, value in fields.items()
    }


def office_product(product: OfficeProduct) -> dict[str, str]:
    """A product as it stands in the office."""
    names = ("name", "summary", "description", "meta_title", "meta_keywords", "meta_description", "url")
    told = {name: text(getattr(product, name)) for name in names}
    return told | {"visible": yes_no(product.visible), "categories": numbers(product.category_ids)}


def numbers(found: Sequence[int]) -> str:
    """Numbers of categories, the main one first."""
    return ", ".join(map(str, found))


def product_draft(draft: ProductDraft) -> dict[str, str]:
    """A new product."""
    return {
        **product_columns(draft.fields),
        "visible": yes_no(draft.visible),
        "currency": draft.currency,
        "categories": numbers(draft.category_ids),
        **{f"SKU {sku.code}": sku_draft(sku) for sku in draft.skus},
    }


def sku_draft(sku: DraftSku) -> str:
    """A new SKU."""
    name = f"{text(sku.name)}, " if sku.name else ""
    was = f", list price {amount(sku.compare_price)}" if sku.compare_price else ""
    hidden = "" if sku.visible else ", hidden"
    return f"{name}price {amount(sku.price)}{was}, stock {amount(sku.stock)}{hidden}"


def sku_change(change: SkuChange) -> dict[str, str]:
    """What a SKU gets."""
    told = {
        "price": change.price,
        "list price": change.compare_price,
        "stock": change.stock,
    }
    found = {name: amount(value) for name, value in told.items() if value is not None}
    if change.visible is not None:
        found["visible"] = yes_no(change.visible)
    return found | {f"stock at warehouse {number}": "0" for number in change.fill}


def office_sku(sku: OfficeSku, stock_id: int | None) -> dict[str, str]:
    """A SKU as it stands in the office."""
    stock = sku.count if stock_id is None else sku.stock.get(stock_id)
    return {
        "price": amount(sku.price),
        "list price": amount(sku.compare_price),
        "stock": "without limit" if stock is None else amount(stock),
        "visible": yes_no(sku.visible),
        **{f"stock at warehouse {number}": amount(count) for number, count in sku.stock.items()},
    }


def source_change(change: SourceChange) -> dict[str, str]:
    """What a product of the source gets."""
    told = {name: text(value) for name, value in change.texts.items()}
    amounts = {"price": change.price, "list price": change.list_price}
    told |= {name: amount(value) for name, value in amounts.items() if value is not None}
    if change.quantity is not None:
        told["stock"] = str(change.quantity)
    if change.visible is not None:
        told["visible"] = yes_no(change.visible)
    if change.category_ids is not None:
        told["categories"] = numbers(change.category_ids)
    return told


def source_draft(draft: SourceDraft) -> dict[str, str]:
    """A new product of the source."""
    return {
        "code": draft.code,
        **{name: text(value) for name, value in draft.texts.items()},
        "price": amount(draft.price),
        "list price": amount(draft.list_price),
        "stock": str(draft.quantity),
        "visible": yes_no(draft.visible),
        "categories": numbers(draft.category_ids),
    }


def source_product(product: Product) -> dict[str, str]:
    """A product as it stands at the source."""
    content = product.content
    names = ("name", "summary", "description", "meta_title", "meta_keywords", "meta_description", "url")
    told = {name: text(getattr(content, name) or "") for name in names}
    return told | {
        "price": amount(product.price),
        "list price": amount(product.list_price),
        "stock": amount(product.quantity),
        "visible": yes_no(product.visible),
        "categories": numbers(product.category_ids),
        "pictures": pictures([image.url for image in product.images]),
    }


def pictures(urls: Sequence[str]) -> str:
    """Pictures by their addresses."""
    return ", ".join(urls)


def source_order(order: Order) -> dict[str, str]:
    """An order as it stands at the source."""
    told = [
        f"{amount(line.quantity)} x {line.product_key or text(line.name)} at {to_cents(line.unit_price)}"
        for line in order.lines
    ]
    return {
        "status": order.status,
        "lines": "; ".join(told) or "none",
        "discount": str(to_cents(order.discount)),
    }


def source_lines(found: Sequence[SourceLine]) -> str:
    """New lines of an order of the source."""
    told = [f"{line.quantity} x {line.product_key} at {to_cents(line.price)}" for line in found]
    return "; ".join(told) or "none"
