"""Edits of settings, rights and tokens (listed in `edits`)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .settings import COUNTING_ACTIONS
from .state import User
from .tokens import APPS, Token

if TYPE_CHECKING:
    from .shop import WebasystShop

SETTABLE = ("stock_counting_action", "timezone", "name", "order_prefix", "ignore_stock_count")


def setting(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """setting."""
    for name, value in args.items():
        if name not in SETTABLE:
            raise ValueError(f"Unknown setting {name!r}; known are: {', '.join(SETTABLE)}.")
        if name == "stock_counting_action" and value not in COUNTING_ACTIONS:
            raise ValueError(f"stock_counting_action must be one of {', '.join(COUNTING_ACTIONS)}.")
        if name == "timezone":
            ZoneInfo(value)
        setattr(shop.state.settings, name, value)
    return True


def currency(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """currency."""
    rate = args.get("rate")
    if rate is None:
        shop.state.settings.currencies.pop(args["code"], None)
    else:
        shop.state.settings.currencies[args["code"]] = Decimal(str(rate))
    return True


def rights(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """rights: what a back-office user may do; the user is made when new."""
    contact_id = int(args["contact_id"])
    shop.state.users[contact_id] = User(
        contact_id,
        bool(args.get("admin", False)),
        bool(args.get("backend", True)),
        dict(args.get("rights", {})),
    )
    return True


def token_create(shop: WebasystShop, args: dict[str, Any]) -> str:
    """token.create."""
    contact_id = int(args.get("contact_id", 1))
    if contact_id not in shop.state.users:
        raise ValueError(f"Contact {contact_id} is no back-office user; set its rights first.")
    scope = tuple(args.get("scope", APPS))
    return shop.tokens.issue(contact_id, args.get("client_id", "edit"), scope, args.get("token")).value


def _token(shop: WebasystShop, args: dict[str, Any]) -> Token:
    value = args.get("token", shop.token)
    if value not in shop.tokens.by_value:
        raise ValueError(f"There is no token {value}.")
    return shop.tokens.by_value[value]


def token_expire(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """token.expire."""
    _token(shop, args).expires = float(args.get("expires", shop.clock.now() - 1))
    return True


def token_revoke(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """token.revoke."""
    del shop.tokens.by_value[_token(shop, args).value]
    return True


OPERATIONS: dict[str, Callable[[WebasystShop, dict[str, Any]], Any]] = {
    "setting": setting,
    "currency": currency,
    "rights": rights,
    "token.create": token_create,
    "token.expire": token_expire,
    "token.revoke": token_revoke,
}
