"""`syncd differences`: orders that staff edited in Webasyst, and the wish to have an edit written to CS-Cart."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.cli.left import show_differences
from syncd.cli.reading import database
from syncd.cli.screen import Screen, complain, say
from syncd.cli.spell import difference_json, spell_json
from syncd.settings import load_settings
from syncd.state import order_links
from syncd.state.order_links import OrderLink


def list_command(*, as_json: bool) -> int:
    """Print every order whose lines or amounts staff edited in Webasyst."""
    with database(load_settings()) as db:
        found = db.run_sync(lambda conn: order_links.edited(conn, PAIR)) if db else []
    if as_json:
        print(spell_json({"differences": [difference_json(link) for link in found]}))
    elif found:
        show_differences(Screen(), found)
    else:
        say("No order was edited in Webasyst.")
    return 0


def write_command(order: str, *, as_json: bool) -> int:
    """Ask for an order's edit to be written to CS-Cart by the next cycle; answers 1 when there is none."""
    with database(load_settings()) as db:
        found = db.run_sync(lambda conn: request(conn, order.strip().lstrip("#"))) if db else None
    if as_json:
        print(spell_json({"difference": difference_json(found) if found else None}))
    if found is None:
        complain(
            f"syncd: order {order} has no edit of Webasyst's; 'syncd differences list' shows those that have one"
        )
        return 1
    if as_json:
        return 0
    say(
        f"The next cycle writes the lines of Webasyst order {found.order_id} to CS-Cart order {found.source_key}, which "
        "reckons the whole order anew; 'syncd run --once orders' does so now."
    )
    return 0


def request(conn: Connection, key: str) -> OrderLink | None:
    """Note that a person wants an order's edit at the source; `None` when the order has none."""
    for link in order_links.edited(conn, PAIR):
        if link.source_key == key:
            wanted = replace(link, requested=True)
            order_links.put(conn, wanted)
            return wanted
    return None
