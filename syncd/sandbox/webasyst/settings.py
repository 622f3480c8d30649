"""Settings of the shop: currencies, stock counting, time zone, names (contracts/webasyst §7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

DOMAIN = "shop.example"
CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "RUB": "₽", "GBP": "£"}
CURRENCY_CODES = {"USD": "840", "EUR": "978", "RUB": "643", "GBP": "826"}
CURRENCY_TITLES = {
    "USD": "United States Dollar",
    "EUR": "Euro",
    "RUB": "Russian ruble",
    "GBP": "Pound Sterling",
}
CURRENCY_NAMES: dict[str, Any] = {"USD": [["dollar", "dollars"], "US$"], "EUR": ["euro", "EU"]}
COUNTING_ACTIONS = ("processing", "create", "none")


@dataclass(slots=True)
class Settings:
    """What the owner of the shop can set; `order_states` is the workflow shown by settings.get."""

    name: str = "Test Shop"
    domain: str = DOMAIN
    currency: str = "USD"
    currencies: dict[str, Decimal] = field(default_factory=lambda: {"USD": Decimal(1)})
    stock_counting_action: str = "processing"
    timezone: str = "UTC"
    order_prefix: str = "#100"
    ignore_stock_count: int = 0


def currency_row(settings: Settings, code: str, position: int) -> dict[str, Any]:
    """One currency as settings.get shows it; the primary one has other types (contracts/webasyst §7)."""
    primary = code == settings.currency
    rate = settings.currencies[code]
    return {
        "code": code,
        "sign": CURRENCY_SIGNS.get(code, code),
        "iso4217": CURRENCY_CODES.get(code, ""),
        "sign_position": 0,
        "sign_delim": "",
        "title": CURRENCY_TITLES.get(code, code),
        "name": CURRENCY_NAMES.get(code, [code]),
        "frac_name": [["cent", "cents"]],
        "precision": 2,
        "sign_html": CURRENCY_SIGNS.get(code, code),
        "rate": 1 if primary else float(rate),
        "rounding": 0.01 if primary else "0.01",
        "round_up_only": "1",
        "sort": str(position),
        "is_primary": primary,
    }
