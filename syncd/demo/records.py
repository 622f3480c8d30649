"""What both shops tell about a product and an order, brought to one form, so that they can be compared.

Written from the contracts and not from syncd's clients, so that a mistake there cannot hide itself here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

TEXTS = ("name", "summary", "description", "meta_title", "meta_keywords", "meta_description")


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One SKU with what its product says. `owner` is its shop's product, `images` that product's number of pictures."""

    sku: str
    owner: str
    price: Decimal
    list_price: Decimal
    stock: Decimal
    visible: bool
    texts: Mapping[str, str]
    images: int


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order. `lines` counts (SKU, quantity, price); `other` is what lines without a SKU add up to."""

    number: str
    shown_id: str
    status: str
    lines: Counter[tuple[str, Decimal, Decimal]]
    other: Decimal
    shipping: Decimal
    discount: Decimal
    total: Decimal
    address: Mapping[str, str]
    comment: str
    customer: str


def money(value: Any) -> Decimal:
    """An amount in cents, however PHP printed it."""
    return Decimal(str(value or 0)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def number(value: Any) -> Decimal:
    """A quantity without needless zeros."""
    return Decimal(str(value or 0)).normalize() + 0


def text(value: Any) -> str:
    """A text as a person sees it: line ends alike, no blanks around."""
    return str(value or "").replace("\r\n", "\n").strip()


def values(container: Any) -> list[Any]:
    """The members of what PHP prints as a list or as a map, or `[]` when empty (contracts/cscart §1.7)."""
    return list(container.values()) if isinstance(container, dict) else list(container or [])


def group_by_sku(facts: Iterable[ProductFacts]) -> dict[str, ProductFacts]:
    """By code in lower case: both shops compare codes without case."""
    return {one.sku.strip().lower(): one for one in facts}
