"""`syncd explain`: why a record looks as it does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from syncd import logs
from syncd.app import PAIR, SOURCE, utc_now
from syncd.app.explaining import ask_order, ask_product, looking, product_named
from syncd.cli.explain_customer import explain_customer
from syncd.cli.naming import OFFICE, check_source, order_keys, order_streams, product_keys
from syncd.cli.reading import database
from syncd.cli.screen import Screen
from syncd.cli.spell import iso, spell_json, when
from syncd.cli.timeline import Moment, timeline
from syncd.daemon.streams import PRODUCTS, PRODUCTS_BACK
from syncd.errors import Misconfigured, SyncdError
from syncd.settings import Settings, load_settings
from syncd.state import dossier
from syncd.state.database import Database
from syncd.state.dossier import Dossier
from syncd.sync.explaining import Now, Verdict, conclude

_NOTHING_KNOWN = 1


@dataclass(frozen=True, slots=True)
class Told:
    """One record explained. `webasyst` is its id there; `now` what the next cycle decides, or why that is not known."""

    source: str
    key: str
    verdict: Verdict
    text: str
    webasyst: int | None
    moments: list[Moment]
    now: str


def explain_command(kind: str, key: str, source: str, *, as_json: bool) -> int:
    """Print what is known of the record; answers 1 when nothing is."""
    settings = load_settings()
    logs.configure(settings, level="error")
    check_source(settings, source)
    with database(settings) as db:
        if db is None:
            raise Misconfigured(
                f"syncd has not run yet, so nothing is known of any {kind}; 'syncd run --once' runs it"
            )
        if kind == "customer":
            return explain_customer(db, key, source, as_json=as_json)
        told = asyncio.run(_explain(settings, db, kind, key, source))
    if as_json:
        print(spell_json({"kind": kind, "key": key, "records": [_json(one) for one in told]}))
    else:
        _show(Screen(), kind, told, key)
    return _NOTHING_KNOWN if all(one.verdict is Verdict.UNKNOWN for one in told) else 0


async def _explain(settings: Settings, db: Database, kind: str, key: str, source: str) -> list[Told]:
    """Every record that the key means. A key that syncd does not know is looked up in the shop."""
    if kind == "order":
        orders = await db.run(lambda conn: order_keys(conn, source, key))
        plain = key.strip().lstrip("#")
        meant = orders or ([] if plain.startswith(OFFICE) else [(source, plain)])
        return [await _order(settings, db, name, number) for name, number in meant]
    products = await db.run(lambda conn: product_keys(conn, settings, key))
    if not products and not key.startswith(OFFICE):
        products = await _look_up(settings, db, key)
    return [await _product(settings, db, number) for number in products]


async def _order(settings: Settings, db: Database, source: str, key: str) -> Told:
    streams = order_streams(source)
    kept = await db.run(lambda conn: dossier.of_order(conn, PAIR, source, key, streams))
    kinds = [brake.kind for brake in kept.brakes if brake.stream == streams[0]]
    now: Now | None = None
    try:
        async with looking(settings, db) as shops:
            now = await ask_order(shops, streams[0], key, kinds)
    except SyncdError as error:
        return _told(kept, None, f"not known, the shop could not be asked: {error}")
    return _told(kept, now, now.text)


async def _product(settings: Settings, db: Database, key: str) -> Told:
    def read(conn: Connection) -> Dossier:
        return dossier.of_product(conn, PAIR, SOURCE, key, (PRODUCTS, PRODUCTS_BACK))

    kept = await db.run(read)
    kinds = [
        [brake.kind for brake in kept.brakes if brake.stream == name] for name in (PRODUCTS, PRODUCTS_BACK)
    ]
    now: Now | None = None
    try:
        async with looking(settings, db) as shops:
            now = await ask_product(shops, key, *kinds)
    except SyncdError as error:
        return _told(kept, None, f"not known, the shops could not be asked: {error}")
    return _told(kept, now, now.text)


async def _look_up(settings: Settings, db: Database, key: str) -> list[str]:
    """A product that syncd has never seen: by its code in the shop, else as its number there."""
    try:
        async with looking(settings, db) as shops:
            found = await product_named(shops, key)
    except SyncdError:
        found = []  # the number is tried all the same, and tells why the shop could not be asked
    return found or ([key] if key.isascii() and key.isdigit() else [])


def _told(kept: Dossier, now: Now | None, text: str) -> Told:
    verdict, reason = conclude(kept, now)
    link = kept.order.order_id if kept.order else kept.product.product_id if kept.product else None
    return Told(kept.source, kept.key, verdict, reason, link, timeline(kept), text)


def _json(told: Told) -> dict[str, Any]:
    moments = [
        {"at": iso(one.at), "stream": one.stream, "event": one.event, "text": one.text}
        for one in told.moments
    ]
    return {
        "source": told.source,
        "key": told.key,
        "verdict": str(told.verdict),
        "text": told.text,
        "webasyst": told.webasyst,
        "timeline": moments,
        "now": told.now,
    }


def _show(screen: Screen, kind: str, told: Sequence[Told], key: str) -> None:
    if not told:
        screen.text(f"Nothing is known of {kind} {key}, and the shop does not have it.")
    for one in told:
        there = f" = Webasyst {kind} {one.webasyst}" if one.webasyst else ""
        screen.heading(f"{kind.capitalize()} {one.key} of {one.source}{there}: {one.verdict}")
        screen.text(one.text, "  ")
        if one.moments:
            screen.heading("What happened")
        now = utc_now()
        for moment in one.moments:
            stream = f"{moment.stream}: " if moment.stream else ""
            screen.text(f"{when(moment.at, now)}  {stream}{moment.text}", "  ")
        screen.heading("Now it would be")
        screen.text(one.now, "  ")
