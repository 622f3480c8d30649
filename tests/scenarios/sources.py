"""The two shops, three further sources and syncd in the middle: run by hand, or as a daemon that listens."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.app import PAIR, open_database, utc_now
from syncd.app.feeds import PREFIX
from syncd.daemon.service import Service
from syncd.daemon.signals import Signals
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.justclick.shop import JustClickShop
from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import inbox, order_links, runs
from syncd.state.inbox import Entry
from syncd.state.order_links import OrderLink
from tests.sandbox.base.web import Answer, ask
from tests.scenarios.shops import Pair, Row

SOURCES = ("horoshop", "justclick", "marketplace")
STREAMS = tuple(PREFIX + name for name in SOURCES)
HOROSHOP, JUSTCLICK, MARKETPLACE = STREAMS
CODES = ("A", "B", "C")
"""The SKUs that every shop sells; each stands in Webasyst with 50 pieces at 10.00."""
CURRENCY = {"horoshop": "UAH", "justclick": "RUB", "marketplace": "USD"}
RATES = {"UAH": "0.025", "RUB": "0.0125"}
"""What the further currencies of the sources are worth in Webasyst's own, USD."""
PATIENCE = 30.0
"""Seconds after which a test gives up on a condition that never comes true."""


def hook_secret(source: str) -> str:
    """What stands in the address that a source calls."""
    return f"hook-secret-of-{source}-0123456789"


@dataclass(slots=True)
class World(Pair):
    """Five shops and syncd. What runs by default are the streams of the three sources."""

    sources: dict[str, RunningShop] = field(default_factory=dict)
    entries: dict[str, Row] = field(default_factory=dict)
    """Settings of each source beyond the usual ones."""
    off: set[str] = field(default_factory=set)
    """Sources that the settings do not name at all."""

    def given(self) -> dict[str, Any]:
        """What is set, the sources with it."""
        given = Pair.given(self)
        given["cscart"] |= {"hook_secret": hook_secret("cscart")}
        return given | {"sources": json.dumps(self.listed())}

    def listed(self) -> list[Row]:
        """The entries of `SYNCD_SOURCES`."""
        return [self._entry(name) for name in self.sources if name not in self.off]

    def _entry(self, name: str) -> Row:
        shop = self.sources[name]
        usual = {
            "kind": shop.shop.name,
            "name": name,
            "account": name,
            "url": shop.url + ("/api" if shop.shop.name == "marketplace" else ""),
            "since": f"{utc_now() - timedelta(days=3):%Y-%m-%d}",
            "currency": CURRENCY[shop.shop.name],
            "hook_secret": hook_secret(name),
            **shop.credentials,
        }
        return usual | self.entries.get(name, {})

    def let(self, source: str, **entry: Any) -> None:
        """Change settings of one source for the coming runs."""
        self.entries[source] = self.entries.get(source, {}) | entry

    def later(self, seconds: float) -> None:
        """Let time pass for all shops and for syncd."""
        for shop in (self.cscart, self.webasyst, *self.sources.values()):
            shop.shop.clock.advance(seconds)
        self.ahead += timedelta(seconds=seconds)

    # -- what buyers and staff do ---------------------------------------------------------------------------------------

    def buy(self, source: str, *lines: Row | str, **args: Any) -> int:
        """Somebody buys at a source; a line is a SKU or what the sandbox of the source takes. Returns the number."""
        rows = [{"sku": line} if isinstance(line, str) else line for line in lines or ("A",)]
        return int(self.sources[source].edit("place_order", lines=rows, **args))

    def at(self, source: str, op: str, **args: Any) -> Any:
        """Something else that happens at a source."""
        return self.sources[source].edit(op, **args)

    # -- what stands in Webasyst and in syncd's memory ------------------------------------------------------------------

    def arrived(self, source: str, number: int) -> list[Row]:
        """Webasyst's orders that bear the reference of this order of the source."""
        wanted = f"{self.sources[source].shop.name}:{source}:{number}"
        return [row for row in self.office_orders() if row["params"].get("syncd_ref") == wanted]

    def delivery(self, source: str, number: int) -> Row:
        """Webasyst's order of an order of the source; exactly one must be there."""
        found = self.arrived(source, number)
        assert len(found) == 1, f"{source} {number} stands {len(found)} times in Webasyst"
        return found[0]

    def linked(self, source: str, number: int) -> OrderLink | None:
        """syncd's link of an order."""
        with self.database() as db:
            return db.run_sync(lambda conn: order_links.get(conn, PAIR, source, str(number)))

    def inbox(self, source: str) -> list[Entry]:
        """The calls that wait."""
        with self.database() as db:
            return db.run_sync(lambda conn: inbox.waiting(conn, PAIR, source, 1000))


@contextmanager
def five_shops(data_dir: Path, *, also: Mapping[str, Any] | None = None) -> Iterator[World]:
    """Serve all shops for the block; `also` has further sandboxes by the name of their source."""
    cscart, webasyst = CSCartShop(products=0), WebasystShop(products=0)
    shops: dict[str, Any] = {
        "horoshop": HoroshopShop(skus=CODES),
        "justclick": JustClickShop(skus=CODES),
        "marketplace": MarketplaceShop(skus=CODES),
        **(also or {}),
    }
    with ExitStack() as stack:
        left, right = (stack.enter_context(ShopThread(shop)) for shop in (cscart, webasyst))
        for code, rate in RATES.items():
            right.edit("currency", code=code, rate=rate)
        running = {name: stack.enter_context(ShopThread(shop)) for name, shop in shops.items()}
        yield World(left, right, data_dir, streams=STREAMS, sources=running)


# -- the daemon -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Listening:
    """A daemon at work, and where it listens."""

    world: World
    service: asyncio.Task[None]
    signals: Signals
    port: int

    def address(self, source: str, event: str = "", *, secret: str | None = None) -> str:
        """Where a source calls."""
        path = f"/hooks/{source}/{hook_secret(source) if secret is None else secret}"
        return f"http://127.0.0.1:{self.port}{path}" + (f"/{event}" if event else "")

    async def call(
        self,
        source: str,
        body: bytes | str,
        *,
        event: str = "",
        method: str = "POST",
        kind: str = "application/json",
        secret: str | None = None,
    ) -> Answer:
        """Make a call from outside, as the shop of a source does."""
        data = body.encode() if isinstance(body, str) else body
        return await asyncio.to_thread(
            ask, self.address(source, event, secret=secret), method, data, {"Content-Type": kind}
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Look again and again until the condition holds; a daemon that dies meanwhile is told."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(condition):
                if self.service.done():
                    self.service.result()
                    raise AssertionError("the daemon ended")
                await asyncio.sleep(0.02)

    async def heard(self, source: str) -> None:
        """Wait until no call of the source waits any more."""
        await self.until(lambda: not self.world.inbox(source))

    async def stop(self) -> None:
        """Send SIGTERM and wait for the end."""
        self.signals.receive(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self.service)


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[Listening]:
    """A daemon for the block, which listens on a port of its own; the block begins when every source was read once."""
    port = free_port()
    world.set(http={"port": port})
    settings = world.settings()
    db = open_database(settings)
    signals = Signals()
    service = Service(settings, db, world.settings, signals, patience=8.0, set_up_log=lambda settings: None)
    running = Listening(world, asyncio.create_task(service.run()), signals, port)
    try:
        await running.until(lambda: _all_ran(world, [PREFIX + entry.name for entry in settings.sources]))
        yield running
        await running.stop()
    finally:
        running.service.cancel()
        await asyncio.gather(running.service, return_exceptions=True)
        db.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _all_ran(world: World, streams: Sequence[str]) -> bool:
    with world.database() as db:
        return set(streams) <= db.run_sync(lambda conn: runs.last(conn, PAIR)).keys()
