"""`syncd map orders`: which order of Webasyst each order of a source is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from syncd.app import PAIR, SOURCE, utc_now
from syncd.app.linking import UNLINKED, Linking, Wish, put_orders
from syncd.cli.mapping import sheet
from syncd.cli.mapping.linked import Way, import_file, opened, remove_one, set_one
from syncd.cli.naming import order_streams
from syncd.cli.screen import Column, Screen, say
from syncd.cli.spell import spell_json
from syncd.settings import load_settings
from syncd.state import history, order_links
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink

COLUMNS = ("source", "order", "webasyst", "state", "reference")
_PAGE = 500
_WAY = Way(Linking.orders, put_orders)

Row = tuple[str, str, int, str, str]


def list_command(*, as_json: bool) -> int:
    """Print every link."""
    found = list(_rows())
    if as_json:
        print(spell_json({"orders": [dict(zip(COLUMNS, row, strict=True)) for row in found]}))
    elif found:
        Screen().table([Column(name, name == "webasyst") for name in COLUMNS[:4]], [row[:4] for row in found])
    else:
        say("No order is linked yet.")
    return 0


def link_command(order: str, webasyst: int, source: str, *, as_json: bool) -> int:
    """Link an order to one that stands in Webasyst already."""
    done = f"Order {order} of {source} is linked to Webasyst order {webasyst}; the next cycle compares them."
    return set_one(Wish(source, order.lstrip("#"), webasyst), _WAY, done, as_json=as_json)


def unlink_command(order: str, source: str, *, yes: bool, as_json: bool) -> int:
    """Take an order's link away."""

    def remove(conn: Connection) -> bool:
        link = order_links.get(conn, PAIR, source, order)
        if link is None:
            return False
        stream, detail = order_streams(source)[0], {"order_id": link.order_id}
        history.add(conn, HistoryEntry(PAIR, stream, order, utc_now(), UNLINKED, detail))
        return order_links.remove(conn, PAIR, source, order)

    question = (
        f"When order {order} changes, it is linked again to the Webasyst order that bears its reference; where none "
        "does, it is made there anew. Take the link away?"
    )
    return remove_one(question, remove, f"Order {order} of {source}", yes=yes, as_json=as_json)


def export_command() -> int:
    """Print the links as CSV."""
    sheet.write(COLUMNS, _rows())
    return 0


def import_command(path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Read a file of orders and their numbers in Webasyst."""
    return import_file(path, (COLUMNS[1], COLUMNS[2]), _WAY, dry_run=dry_run, as_json=as_json)


def _rows() -> Iterator[Row]:
    """Every link, source by source and page by page."""
    settings = load_settings()
    with opened(settings) as db:
        for source in (SOURCE, *(entry.name for entry in settings.sources)):
            last = 0
            while page := db.run_sync(partial(_page, source=source, last=last)):
                for link in page:
                    yield link.source, link.source_key, link.order_id, link.state, link.reference
                last = page[-1].order_id


def _page(conn: Connection, *, source: str, last: int) -> list[OrderLink]:
    return order_links.after(conn, PAIR, source, last, _PAGE)
