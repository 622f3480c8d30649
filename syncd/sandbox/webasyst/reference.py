"""Reference lists of settings.*: contact fields, regions, units, methods of payment and shipping (contracts/webasyst §7)."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from .call import Call, Method, php_map, reads

STOCK_UNIT = {
    "id": "0",
    "short_name": "pc.",
    "name": "Piece",
    "name2": "pieces",
    "name5": "pieces",
    "okei_code": "796",
    "builtin": "2",
    "storefront_name": "pcs.",
    "sort": "-1",
    "status": "2",
}
COUNTRIES = {
    "rus": "Russian Federation",
    "usa": "United States",
    "deu": "Germany",
    "jpn": "Japan",
    "gbr": "United Kingdom",
}
SHIPPING_METHOD: dict[str, Any] = {
    "id": "9",
    "plugin": "dummy",
    "name": "Free shipping by courier",
    "description": "",
    "logo": None,
    "plugin_type": None,
}


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("reference.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def region_name(country: str | None, code: str | None) -> str | None:
    """The name of a region by its code, or None."""
    rows = _data()["regions"].get(country, [])
    return next((row["name"] for row in rows if row["code"] == code), None)


def contact_fields(call: Call) -> Any:
    """shop.settings.getContactFields."""
    return {"fields": _data()["contact_fields"]}


def regions(call: Call) -> Any:
    """shop.settings.getRegions: of one country, or of all."""
    known: dict[str, Any] = _data()["regions"]
    country = call.get("country")
    if not country:
        return known
    return php_map({country: known[country]} if country in known else {})


def shipping_types(call: Call) -> Any:
    """shop.settings.getShippingTypes: one configured method."""
    return {"methods": [SHIPPING_METHOD]}


def payment_types(call: Call) -> Any:
    """shop.settings.getPaymentTypes: none is configured."""
    return {"methods": []}


def stock_units(call: Call) -> Any:
    """shop.settings.getStockUnits."""
    return [STOCK_UNIT]


METHODS: dict[str, Method] = {
    "settings.getContactFields": reads(contact_fields),
    "settings.getRegions": reads(regions),
    "settings.getShippingTypes": reads(shipping_types),
    "settings.getPaymentTypes": reads(payment_types),
    "settings.getStockUnits": reads(stock_units),
}
