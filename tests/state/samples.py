"""Records to test with; every field can be chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from syncd.state.catalog import CatalogRow
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink
from syncd.state.product_links import ProductLink

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
_ROW = CatalogRow(
    1, 10, "a-1", "A-1", "Кружка", Decimal("12.50"), Decimal(0), Decimal(3), True, True, "RUB", 1, False
)
_PRODUCT = ProductLink("7", 1, 10, {"price": ["12.50", "12.5"]}, False, False, "main", NOON, NOON)
_ORDER = OrderLink(
    "main",
    "cscart",
    "1001",
    "cscart:shop:1001",
    501,
    9,
    "new",
    "P",
    {"lines": []},
    True,
    None,
    "v1",
    NOON,
    NOON,
)
_INTENT = Intent("main", "orders", "1001", "order.create", {"lines": ["1x2"]}, "cscart:shop:1001", NOON, NOON)


def catalog_row(**fields: Any) -> CatalogRow:
    return _ROW._replace(**fields)


def product_link(**fields: Any) -> ProductLink:
    return replace(_PRODUCT, **fields)


def order_link(**fields: Any) -> OrderLink:
    return replace(_ORDER, **fields)


def intent(**fields: Any) -> Intent:
    return replace(_INTENT, **fields)
