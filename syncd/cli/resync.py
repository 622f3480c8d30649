"""`syncd resync`: having orders and products read and compared anew by the next cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syncd.app import PAIR, SOURCE, utc_now
from syncd.cli.naming import OFFICE, check_source, order_keys, order_streams, product_keys
from syncd.cli.reading import database
from syncd.cli.screen import complain, say
from syncd.cli.spell import spell_json
from syncd.daemon.streams import PRODUCTS, PRODUCTS_BACK
from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from syncd.sync.resync import Resync

_ORDER, _PRODUCT = "order:", "product:"


@dataclass(slots=True)
class Marked:
    """What was marked, and the keys that name nothing."""

    orders: list[tuple[str, str]] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def resync_command(keys: Sequence[str], source: str, *, as_json: bool) -> int:
    """Mark and say so; answers 1 when a key names nothing."""
    settings = load_settings()
    check_source(settings, source)
    with database(settings) as db:
        if db is None:
            raise Misconfigured("syncd has not run yet: the first 'syncd run --once' compares everything")
        found = db.run_sync(lambda conn: mark(conn, settings, keys, source))
    if as_json:
        orders = [{"kind": "order", "source": name, "key": key} for name, key in found.orders]
        products = [{"kind": "product", "source": SOURCE, "key": key} for key in found.products]
        print(spell_json({"marked": [*orders, *products], "unknown": found.unknown}))
    else:
        _show(found)
    for key in found.unknown:
        text = f"syncd knows no order and no product {key}; name it as order:{key} or product:{key} to have it read"
        complain(f"syncd: {text}")
    return 1 if found.unknown else 0


def mark(conn: Connection, settings: Settings, keys: Sequence[str], source: str) -> Marked:
    """Mark every record that the keys name."""
    found = Marked()
    for key in keys:
        orders, products = _named(conn, settings, key, source)
        found.orders += orders
        found.products += products
        if not orders and not products:
            found.unknown.append(key)
    now = utc_now()
    for name, order in dict.fromkeys(found.orders):
        Resync(conn, PAIR, name, now).order(order, order_streams(name)[0])
    if found.products:
        products = list(dict.fromkeys(found.products))
        Resync(conn, PAIR, SOURCE, now).products(products, (PRODUCTS, PRODUCTS_BACK))
    return found


def _named(
    conn: Connection, settings: Settings, key: str, source: str
) -> tuple[list[tuple[str, str]], list[str]]:
    """What a key names. With its kind before it, a key that is not known yet is taken for the source's number."""
    if key.startswith(_ORDER):
        plain = key.removeprefix(_ORDER)
        known = order_keys(conn, source, plain)
        return known or ([] if plain.startswith(OFFICE) else [(source, plain)]), []
    if key.startswith(_PRODUCT):
        plain = key.removeprefix(_PRODUCT)
        products = product_keys(conn, settings, plain)
        return [], products or ([plain] if plain.isascii() and plain.isdigit() else [])
    return order_keys(conn, source, key), product_keys(conn, settings, key)


def _show(found: Marked) -> None:
    for source, key in found.orders:
        say(f"Order {key} of {source} is read and compared by the next cycle.")
    for key in found.products:
        say(f"Product {key} is read and compared by the next cycle.")
    if found.orders or found.products:
        say("'syncd run --once' does so now.")
