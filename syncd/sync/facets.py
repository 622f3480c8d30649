"""What a source order says, part by part: digests that tell which part changed since both sides agreed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from syncd.model.money import ZERO, plain
from syncd.model.order import Address, Line, LineKind, Order


class Facet(StrEnum):
    """A part of an order that is written on its own."""

    LINES = "lines"
    SHIPPING = "shipping"
    SHIPPING_NAME = "shipping_name"
    DISCOUNT = "discount"
    ADDRESS = "address"
    COMMENT = "comment"
    NAMES = "names"


MONEY = frozenset({Facet.LINES, Facet.SHIPPING, Facet.DISCOUNT})
"""Facets that move the total."""


def digest(value: object) -> str:
    """A short fingerprint of plain data; equal data has equal fingerprints in every process."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def facets_of(order: Order) -> dict[str, str]:
    """The fingerprint of every facet.

    The present names of products and taxes are left out, and so is the lines' order, which follows the names
    (contracts/cscart §4.3): renaming something in the shop does not edit its orders.
    """
    unexplained = order.unexplained
    licences = [[line.code, *sorted(line.licences)] for line in order.lines if line.licences]
    lines = sorted(_line(line) for line in (*order.lines, *order.extras))
    return {
        Facet.LINES: digest([*lines, _amount(max(unexplained, ZERO))]),
        Facet.SHIPPING: _amount(order.shipping_cost),
        Facet.SHIPPING_NAME: digest(order.shipping_name),
        Facet.DISCOUNT: digest([_amount(order.discount), _amount(min(unexplained, ZERO))]),
        Facet.ADDRESS: digest(_address(order.shipping_address)),
        Facet.COMMENT: digest([order.comment, licences] if licences else order.comment),
        Facet.NAMES: digest([order.payment_name, order.recipient, *order.coupons, *_beside(order, licences)]),
    }


def version_of(order: Order) -> str:
    """The fingerprint of the whole order, its status included."""
    return digest([facets_of(order), order.standing])


def changed_facets(order: Order, base: Mapping[str, str]) -> frozenset[Facet]:
    """The facets in which the order differs from what was last agreed; all of them when nothing was agreed yet."""
    now = facets_of(order)
    if base and not order.comment_told:
        now[Facet.COMMENT] = base.get(Facet.COMMENT, "")
    return frozenset(facet for facet in Facet if now[facet] != base.get(facet))


def _beside(order: Order, licences: list[list[str]]) -> list[object]:
    """What only some sources tell; nothing for the others, whose fingerprints stay what they were."""
    parts: list[object] = [sorted(order.notes.items()), list(order.flags), licences]
    return parts if any(parts) else []


def _line(line: Line) -> list[str]:
    nameless = line.kind is LineKind.PRODUCT and not (line.code or line.product_key)
    name = line.name if nameless else ""
    return [line.kind, name, line.code, line.product_key, plain(line.quantity), _amount(line.unit_price)]


def _address(address: Address) -> list[str]:
    return [address.street, address.city, address.zip, address.country, address.region, address.region_name]


def _amount(value: Decimal) -> str:
    return plain(value)
