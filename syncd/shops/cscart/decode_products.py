"""Products of CS-Cart: from what the API answers to `Product` (contracts/cscart §3.1, §3.2)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from syncd.model.product import Content, Image, Product
from syncd.shops.row import Row

_NONE = frozenset({"", "0"})
_BRACKETED = re.compile(r"\((?P<label>[^()]*)\)\s*$")


def decode_product(value: Any) -> Product:
    """The product in a row of the list or in the answer to `products/{id}`, with every text and picture it tells.

    A text that is absent or null was not told and is `None`; the list never tells `seo_name`. Raises `BrokenAnswer` with
    the field's name when something is not what the contract promises.
    """
    row = Row.of(value, "product")
    content = Content(
        name=row.text("product"),
        summary=row.told("short_description"),
        description=row.told("full_description"),
        meta_title=row.told("page_title"),
        meta_keywords=row.told("meta_keywords"),
        meta_description=row.told("meta_description"),
        url=row.text("seo_name") or None,
    )
    return replace(
        _product(row, content),
        images=_images(row),
        group=_group(row),
        variant=_variant(row, content.name),
        category_ids=_category_ids(row),
    )


def decode_amounts(value: Any) -> Product:
    """Price, quantity and status only: nothing else is looked at, so that a sweep of a large shop stays cheap."""
    row = Row.of(value, "product")
    return _product(row, Content(name=row.text("product")))


def _product(row: Row, content: Content) -> Product:
    return Product(
        key=row.identifier("product_id"),
        code=row.text("product_code"),
        company=row.text("company_id"),
        content=content,
        price=_price(row),
        list_price=row.money("list_price"),
        quantity=row.number("amount"),
        parent=_parent(row),
        visible=row.needed_text("status") == "A",
        updated_at=row.first_time("updated_timestamp", "timestamp"),
    )


def _price(row: Row) -> Decimal:
    """`price` is after promotions of the catalogue, `base_price` before them (contracts/cscart §3.1). Only rows for which
    the shop ran no promotions lack the latter."""
    return row.money("base_price") if row.has("base_price") else row.needed_money("price")


def _images(row: Row) -> tuple[Image, ...]:
    """The main picture first, then the others in the shop's order; a picture listed twice comes once."""
    images: dict[str, Image] = {}
    for pair in (row.row("main_pair"), *row.rows("image_pairs")):
        for side in ("detailed", "icon"):
            picture = pair.row(side)
            url = picture.text("image_path")
            if url:
                images.setdefault(url, Image(url=url, alt=picture.text("alt")))
                break
    return tuple(images.values())


def _group(row: Row) -> str | None:
    """The variation group, or the parent where the shop tells no group; 0 stands for none."""
    group = row.text("variation_group_id")
    return (group if group not in _NONE else _parent(row)) or None


def _parent(row: Row) -> str:
    """The product that a child variation takes its name and its categories from: the shop ignores what it is told about
    them (contracts/cscart §3.4)."""
    named = (row.text(name) for name in ("variation_parent_product_id", "parent_product_id"))
    return next((key for key in named if key not in _NONE), "")


def _category_ids(row: Row) -> tuple[int, ...]:
    """The main category first. A child variation stands where its parent stands."""
    if _parent(row):
        return ()
    main = row.text("main_category")
    return tuple(sorted(dict.fromkeys(row.integers("category_ids")), key=lambda number: str(number) != main))


def _variant(row: Row, name: str) -> str:
    """What sets the variation apart in its group: "Blue, M" of "Shirt (Blue, M)"."""
    full = row.text("variation_name")
    if full.startswith(f"{name} (") and full.endswith(")"):
        return full[len(name) + 2 : -1].strip()
    if full != name and (match := _BRACKETED.search(full)):
        return match["label"].strip()
    return ", ".join(
        filter(None, (feature.first_text("variant", "value") for feature in row.rows("variation_features")))
    )
