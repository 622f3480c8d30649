"""The source products that share one office product, and which of them speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.product import Product
from syncd.state import listings, product_links
from syncd.state.order_stock import Demand
from syncd.state.product_links import LinkSketch
from syncd.sync.product_base import seen, spell_flag


@dataclass(frozen=True, slots=True)
class Partner:
    """A source product and the office SKU that it is, or will be, linked to. `demand` is what orders asked of a linked SKU
    before it was read."""

    product: Product
    office: OfficeProduct
    sku: OfficeSku
    link: LinkSketch | None
    demand: Demand | None = None

    def moved(self, now: Mapping[int, Demand]) -> bool:
        """Whether orders moved the SKU's stock while it was read."""
        return self.demand is not None and self.demand != now.get(self.sku.sku_id, Demand())


@dataclass(frozen=True, slots=True)
class Family:
    """The source products linked to one office product: SKU id -> key, key -> shown (`None`: not known), key -> variation
    group.

    `gone` are links of products that the source does not list any more, SKU id -> key. `child` tells of each
    product whether it takes its name from another one.
    """

    owners: dict[int, str] = field(default_factory=dict)
    visible: dict[str, bool | None] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)
    child: dict[str, bool] = field(default_factory=dict)

    def hidden(self, key: str) -> set[int]:
        """The SKUs of the other products that are known to be hidden."""
        owners = self.owners.items()
        return {sku_id for sku_id, other in owners if other != key and self.visible.get(other) is False}

    def holds(self, office: OfficeProduct) -> bool:
        """Whether all SKUs of the office product are, or were, the source's."""
        return {sku.sku_id for sku in office.skus} <= set(self.owners) | set(self.gone)

    @property
    def together(self) -> bool:
        """Whether all of it belongs to one source product or one group."""
        keys = set(self.owners.values())
        groups = {self.groups.get(key, "") for key in keys}
        return len(keys) == 1 or (len(groups) == 1 and groups != {""})

    def leads(self, key: str) -> bool:
        """Whether this product's texts speak for the office product: it is alone, or the first of the only group that has a
        name of its own."""
        first = min(self.owners.values(), key=lambda other: (self.child[other], number(other)))
        return self.together and key == first


def families(conn: Connection, pair: str, source: str, partners: Sequence[Partner]) -> dict[int, Family]:
    """Who is linked to the SKUs of each office product, this batch's new matches included."""
    ids = {partner.office.product_id for partner in partners}
    found = {product_id: Family() for product_id in ids}
    links = product_links.by_products(conn, pair, sorted(ids))
    keys = {link.source_key for link in links} | {partner.product.key for partner in partners}
    groups = listings.groups_of(conn, pair, source, keys)
    for link in links:
        family = found[link.product_id]
        if link.source_key in groups:
            family.owners[link.sku_id] = link.source_key
            said = seen(link.base, "visible").source
            family.visible[link.source_key] = None if said is None else said == spell_flag(True)
            family.child[link.source_key] = "child" in link.base
        else:
            family.gone[link.sku_id] = link.source_key
    for partner in partners:
        family = found[partner.office.product_id]
        family.owners.setdefault(partner.sku.sku_id, partner.product.key)
        family.visible[partner.product.key] = partner.product.visible
        family.child[partner.product.key] = bool(partner.product.parent)
    for family in found.values():
        family.groups.update({key: groups.get(key, "") for key in family.owners.values()})
    return found


def first_in_group(product: Product) -> tuple[bool, tuple[int, str]]:
    """Products of a group in order: those with a name of their own before the variations that share it."""
    return bool(product.parent), number(product.key)


def number(key: str) -> tuple[int, str]:
    """Keys in the order of their numbers."""
    return (int(key), key) if key.isdigit() else (1 << 62, key)
