"""The living demo: things happen in both shops, the daemon carries them over, and the log tells it line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from syncd import logs
from syncd.app import PAIR, open_database, utc_now
from syncd.cli.left import SHOWN, show_failures
from syncd.cli.screen import Screen
from syncd.daemon.lock import single_instance
from syncd.daemon.service import Service
from syncd.daemon.signals import Signals
from syncd.demo import show
from syncd.demo.further import CURRENCY, KINDS
from syncd.demo.shops import DemoShop
from syncd.demo.staff import staff_works
from syncd.errors import ShopUnavailable
from syncd.state import failures
from syncd.state.database import Database

if TYPE_CHECKING:
    from syncd.demo.main import Stage

PAUSE = 1.5
"""Seconds between two events in the shop."""

log = structlog.get_logger(__name__)


def live(screen: Screen, ready: Stage) -> int:
    """Live until Ctrl-C or SIGTERM, then say what arrived."""
    show.shops(screen, ready.cscart, ready.webasyst)
    screen.text(
        "The daemon reads them every 2 seconds, and three further sources of orders. A line with 'cscart' is something that "
        "happened in the CS-Cart shop, one with 'webasyst' what staff did in Webasyst, one with 'marketplace', 'horoshop' "
        "or 'justclick' an order there; the others are syncd's. Ctrl-C ends it."
    )
    screen.line()
    logs.configure(ready.settings)
    with single_instance(ready.settings.data_dir):
        db = open_database(ready.settings)
        try:
            happened = asyncio.run(_live(ready, db))
            _sum_up(screen, ready, db, happened)
        finally:
            db.close()
    return 0


async def _live(ready: Stage, db: Database) -> int:
    """Answers how many things happened in the shops."""
    with Signals().caught() as signals:
        life = asyncio.create_task(_happen(ready, signals.stop))
        await Service(ready.settings, db, lambda: ready.settings, signals).run()
        return await life


async def _happen(ready: Stage, stop: asyncio.Event) -> int:
    number = 0
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)
            break
        number += 1
        name, event = _next(ready, number)
        try:
            done = await asyncio.to_thread(event)
        except (ShopUnavailable, ValueError) as error:
            log.warning(f"{name}.refused", reason=str(error))
            continue
        log.info(f"{name}.{done['op']}", **_details(done))
    return number


def _next(ready: Stage, number: int) -> tuple[str, Callable[[], dict[str, Any]]]:
    """What happens next and where: mostly in the shop that sells; every third time staff works in the back office, every
    fifth time somebody buys in a further source."""
    if number % 5 == 0 and ready.further:
        kind = KINDS[number // 5 % len(KINDS)]
        return kind, partial(_sale, ready.further[kind], kind)
    if number % 3 == 0:
        return "webasyst", partial(staff_works, ready.webasyst)
    return "cscart", partial(_live_event, ready.cscart)


def _live_event(shop: DemoShop) -> dict[str, Any]:
    done: dict[str, Any] = shop.edit("live")
    return done


def _sale(shop: DemoShop, kind: str) -> dict[str, Any]:
    currency = {} if kind == "justclick" else {"currency": CURRENCY}
    return {"op": "place_order", "order": shop.edit("place_order", **currency)}


def _details(done: dict[str, Any]) -> dict[str, Any]:
    return {
        name.removesuffix("_id"): value
        for name, value in done.items()
        if name != "op" and not isinstance(value, list | dict)
    }


def _sum_up(screen: Screen, ready: Stage, db: Database, happened: int) -> None:
    screen.heading(f"{happened} things happened in the shops while they were watched.")
    show.arrived(screen, ready.cscart, ready.webasyst)
    aside = db.run_sync(lambda conn: failures.all(conn, PAIR))
    newest = sorted(aside, key=lambda failure: failure.last_at, reverse=True)[:SHOWN]
    show_failures(screen, newest, len(aside), utc_now())
