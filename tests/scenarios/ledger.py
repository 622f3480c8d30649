"""What people did in both shops, kept beside a story: whose word about a field counts, and how many pieces there must be.

The ledger knows nothing of syncd's decisions. It only remembers what customers and staff wrote since the shops were last
seen to agree, and it counts pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncd.model.owner import Side
from syncd.sync.product_base import canonical
from tests.scenarios.shops import Pair, Row, money

SOURCE_TEXTS = {"name": "product", "description": "full_description", "meta_title": "page_title"}
"""The texts of a story by their names in CS-Cart; in Webasyst they are called as here."""
FIELDS = (*SOURCE_TEXTS, "price", "list_price", "visible")
OF_PRODUCT = (*SOURCE_TEXTS, "visible")
"""What Webasyst keeps with the product and not with its SKU."""
Record = tuple[Side, str, int]
"""A record that people edit: the shop, `product` or `sku`, and its number."""


@dataclass(frozen=True, slots=True)
class Both:
    """A linked product as both shops show it."""

    key: str
    source: Row
    product: Row
    sku: Row

    @property
    def alone(self) -> bool:
        """Whether the Webasyst product has this one SKU only: with more, its texts are nobody's."""
        return len(self.product["skus"]) == 1

    def record(self, side: Side, name: str) -> Record:
        """The record that a field of one side belongs to."""
        if side is Side.CSCART:
            return side, "product", int(self.key)
        return (side, "product", self.product["id"]) if name in OF_PRODUCT else (side, "sku", self.sku["id"])

    def says(self, side: Side, name: str) -> str:
        """What a side says about a field."""
        return (
            source_says(self.source, name)
            if side is Side.CSCART
            else office_says(self.product, self.sku, name)
        )


def source_says(row: Row, name: str) -> str:
    """What CS-Cart says about a field of a product, spelled so that equal words are equal texts."""
    if name in SOURCE_TEXTS:
        text = row["name"] if name == "name" else (row["texts"] or {}).get(SOURCE_TEXTS[name], "")
        return canonical(text)
    if name == "visible":
        return str(row["status"] == "A")
    return str(money(row[name]))


def office_says(product: Row, sku: Row, name: str) -> str:
    """The same of Webasyst."""
    if name in SOURCE_TEXTS:
        return canonical({**product, **(product["extra"] or {})}.get(name) or "")
    if name == "visible":
        return str(product["status"] == "1" and sku["status"] == "1" and sku["available"] == "1")
    return str(money(sku["price" if name == "price" else "compare_price"]))


@dataclass(slots=True)
class Ledger:
    """What was written and moved since the shops last agreed."""

    wrote: dict[tuple[Record, str], str] = field(default_factory=dict)
    """The last word of people about a field of a record, since that field was last seen to agree."""
    moved: dict[int, dict[Side, str]] = field(default_factory=dict)
    """By CS-Cart's number of an order: what its status was last moved to by people of a shop, since both were in step."""
    edited: set[int] = field(default_factory=set)
    """Orders whose lines a manager changed."""
    pieces: dict[Record, int] = field(default_factory=dict)
    """What people of a shop put on the shelf or took away, sales apart."""

    def write(self, record: Record, name: str, value: str) -> None:
        """People wrote a field."""
        self.wrote[record, name] = value

    def move(self, number: int, side: Side, status: str) -> None:
        """People moved an order."""
        self.moved.setdefault(number, {})[side] = status

    def count(self, record: Record, pieces: int) -> None:
        """People moved pieces."""
        self.pieces[record] = self.pieces.get(record, 0) + pieces

    def words(self, both: Both, name: str) -> dict[Side, str]:
        """What people of each shop wrote about a field of a product; shops where nobody did are absent."""
        keys = {side: (both.record(side, name), name) for side in Side}
        return {side: self.wrote[key] for side, key in keys.items() if key in self.wrote}

    def settle(self, both: Both, name: str) -> None:
        """The field agrees."""
        for side in Side:
            self.wrote.pop((both.record(side, name), name), None)


def sold_at_source(pair: Pair, key: int) -> int:
    """Pieces of a product that CS-Cart's orders hold, by the statuses that take stock there (contracts/cscart §4.6)."""
    shop = pair.cscart.dump()
    taking = {
        row["letter"]
        for row in shop["statuses"]
        if row["kind"] == "O" and row["params"].get("inventory") == "D"
    }
    orders: Iterable[Row] = (row for row in shop["orders"].values() if row["status"] in taking)
    return sum(line["amount"] for order in orders for line in order["lines"] if line["product_id"] == key)


def sold_at_office(pair: Pair, sku_id: int) -> int:
    """Pieces of a SKU that Webasyst's own orders took; those that came from CS-Cart took them there."""
    own = (
        row
        for row in pair.office_orders()
        if "cscart_order_id" not in row["params"] and row["params"].get("reduced") == "1"
    )
    return sum(
        int(float(item["quantity"])) for order in own for item in order["items"] if item["sku_id"] == sku_id
    )
