"""Shipments of CS-Cart: from what the API lists to `Shipment` (contracts/cscart §5)."""

from __future__ import annotations

from typing import Any

from syncd.model.exchange import Shipment
from syncd.shops.row import Row


def decode_shipment(value: Any) -> tuple[str, Shipment]:
    """The id of the order that a row of the list belongs to, and the shipment.

    `products` maps line ids to pieces and is `[]` for an empty parcel. Raises `BrokenAnswer` with the field's name.
    """
    row = Row.of(value, "shipment")
    items = row.row("products")
    shipment = Shipment(
        shipment_id=row.identifier("shipment_id"),
        tracking_number=row.text("tracking_number"),
        items={line: items.number(line) for line in row.keys("products")},
    )
    return row.identifier("order_id"), shipment
