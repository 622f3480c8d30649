"""`syncd map products`: which SKU of Webasyst each product of CS-Cart is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from syncd.app import PAIR, SOURCE, utc_now
from syncd.app.linking import UNLINKED, Linking, Wish, put_products
from syncd.cli.mapping import sheet
from syncd.cli.mapping.linked import Way, import_file, opened, remove_one, set_one
from syncd.cli.screen import Column, Screen, say
from syncd.cli.spell import spell_json
from syncd.settings import load_settings
from syncd.state import catalog, history, product_links
from syncd.state.history import HistoryEntry

COLUMNS = ("product", "sku_id", "webasyst", "sku")
_PAGE = 500
_WAY = Way(Linking.products, put_products)

Row = tuple[str, int, int, str]


def list_command(*, as_json: bool) -> int:
    """Print every link."""
    found = list(_rows())
    if as_json:
        print(spell_json({"products": [dict(zip(COLUMNS, row, strict=True)) for row in found]}))
    elif found:
        Screen().table([Column(name, name != "sku") for name in COLUMNS], found)
    else:
        say("No product is linked yet.")
    return 0


def link_command(product: str, sku_id: int, *, as_json: bool) -> int:
    """Link a product to a SKU."""
    done = f"Product {product} is linked to the SKU id {sku_id}; the next cycle compares them."
    return set_one(Wish(SOURCE, product, sku_id), _WAY, done, as_json=as_json)


def unlink_command(product: str, *, yes: bool, as_json: bool) -> int:
    """Take a product's link away."""

    def remove(conn: Connection) -> bool:
        link = product_links.get(conn, PAIR, product)
        if link is None:
            return False
        detail = {"sku_id": link.sku_id, "product_id": link.product_id}
        history.add(conn, HistoryEntry(PAIR, "products", product, utc_now(), UNLINKED, detail))
        return product_links.remove(conn, PAIR, [product]) > 0

    question = (
        f"As long as product {product} has the same SKU in both shops, the next sweep links it again, and CS-Cart's values "
        "then count. Take the link away?"
    )
    return remove_one(question, remove, f"Product {product}", yes=yes, as_json=as_json)


def export_command() -> int:
    """Print the links as CSV."""
    sheet.write(COLUMNS, _rows())
    return 0


def import_command(path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Read a file of products and SKU ids."""
    return import_file(path, (COLUMNS[0], COLUMNS[1]), _WAY, dry_run=dry_run, as_json=as_json)


def _rows() -> Iterator[Row]:
    """Every link with the SKU as Webasyst last showed it, page by page."""
    with opened(load_settings()) as db:
        last = 0
        while page := db.run_sync(partial(_page, last=last)):
            yield from page
            last = page[-1][2]


def _page(conn: Connection, *, last: int) -> list[Row]:
    ids = product_links.product_ids_after(conn, PAIR, last, _PAGE)
    links = sorted(
        product_links.by_products(conn, PAIR, ids), key=lambda link: (link.product_id, link.sku_id)
    )
    rows = catalog.by_skus(conn, PAIR, [link.sku_id for link in links])
    return [
        (link.source_key, link.sku_id, link.product_id, rows[link.sku_id].code if link.sku_id in rows else "")
        for link in links
    ]
