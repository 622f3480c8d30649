"""`syncd conflicts`: the fields that both shops changed, and the choice between them."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.cli.left import show_conflicts
from syncd.cli.reading import database
from syncd.cli.screen import Screen, complain, say
from syncd.cli.spell import conflict_json, spell_json
from syncd.settings import load_settings
from syncd.state import conflicts, product_links


def list_command(*, as_json: bool) -> int:
    """Print every held conflict with both values and the agreed one."""
    with database(load_settings()) as db:
        found = db.run_sync(lambda conn: conflicts.all(conn, PAIR)) if db else []
    if as_json:
        print(spell_json({"conflicts": [conflict_json(held) for held in found]}))
    elif found:
        show_conflicts(Screen(), found)
    else:
        say("No field waits for a choice.")
    return 0


def take_command(side: str, sku: str, field: str | None, *, as_json: bool = False) -> int:
    """Choose a shop's value for one field of a product, or for all that wait; answers 1 when there is none."""
    with database(load_settings()) as db:
        number = db.run_sync(lambda conn: choose(conn, side, sku, field)) if db else 0
    if as_json:
        print(spell_json({"shop": str(side), "settled": number}))
    if not number:
        which = f"field {field} of SKU {sku}" if field else f"field of SKU {sku}"
        complain(f"syncd: no {which} waits for a choice; 'syncd conflicts list' shows those that do")
        return 1
    if as_json:
        return 0
    fields = "1 field is" if number == 1 else f"{number} fields are"
    say(f"{fields} settled for {side}: the next cycle writes it, 'syncd run --once products' does so now.")
    return 0


def choose(conn: Connection, side: str, sku: str, field: str | None) -> int:
    """Note whose value a person wants of the fields that wait, and have the product compared again; answers their number.

    A product is named by its SKU as CS-Cart spells it, or by its number there where no SKU is spelled so.
    """
    all_held, name = conflicts.all(conn, PAIR), sku.strip().casefold()
    keys = {held.source_key for held in all_held if held.code.strip().casefold() == name}
    keys = keys or {held.source_key for held in all_held if held.source_key == name}
    number = sum(conflicts.choose(conn, PAIR, key, field, side) for key in keys)
    links = product_links.by_sources(conn, PAIR, keys)
    product_links.mark_dirty(conn, PAIR, [link.sku_id for link in links.values()])
    product_links.mark_back(conn, PAIR, keys, dirty=True)
    return number
