"""A product as the source shop sells it: one row per SKU."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Image:
    """A picture at the source: where it can be fetched, and what identifies its content there."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Texts of a product. A field that the source did not tell is `None`: neither compared nor written."""

    name: str
    summary: str | None = None
    description: str | None = None
    meta_title: str | None = None
    meta_keywords: str | None = None
    meta_description: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One sellable row of the source shop: exactly one SKU code, price and quantity.

    `key` is the source's product id; `group` names the variation group it belongs to and `variant` its label in there
    ("Blue, XL"); `parent` is the key of the product whose name and categories it shares, empty for none. `price` and
    `list_price` are in the source's primary currency, before promotions.
    """

    key: str
    code: str
    company: str
    content: Content
    price: Decimal
    list_price: Decimal
    quantity: Decimal
    visible: bool
    updated_at: datetime
    images: tuple[Image, ...] = ()
    group: str | None = None
    variant: str = ""
    category_ids: tuple[int, ...] = ()
    """The main one first; empty where the source did not tell them, and for variations, which stand where their parent
    stands."""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that could not be read: which one, why, and what came, for the failure's payload."""

    key: str
    reason: str
    payload: str = ""
