"""How long it takes from a source's call to the order in Webasyst: `make bench` or

    python -m benchmarks.hooks [ORDERS_PER_SECOND [SECONDS]]

Horoshop and the Marketplace sell in turns, each order is called out at once over HTTP, and the time counts from the call to
Webasyst's answer to the creation. The shops run here, syncd in a process of its own. JustClick is left out: it is
asked no more than once a second. Targets at 5 orders a second for 60 s: half of them within 2 s, 99 of 100 within 5 s.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.twin_shops import twins
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.sandbox.wire import Request, Response

PRODUCTS = 50
SECRET = "secret-of-the-benchmark"
CREATIONS = frozenset({"shop.order.add", "shop.order.save"})
TARGETS = {0.50: 2.0, 0.99: 5.0}
"""Seconds within which this share of the orders stands in Webasyst."""
PATIENCE = 120.0


def main() -> int:
    """Measure; answers 1 when a target was missed or an order did not come."""
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0  # noqa: PLR2004 - the second argument
    cscart, office = twins(PRODUCTS)
    codes = [str(row["code"]) for row in cscart.dump()["products"].values()]
    office.edit("currency", {"code": "UAH", "rate": "0.025"})
    arrivals = Arrivals(office)
    with (
        tempfile.TemporaryDirectory() as folder,
        ShopThread(cscart) as left,
        ShopThread(office) as right,
        ShopThread(HoroshopShop(skus=codes)) as horoshop,
        ShopThread(MarketplaceShop(skus=codes)) as marketplace,
        _daemon(folder, left, right, (horoshop, marketplace)) as port,
    ):
        sales = Sales((horoshop, marketplace), port)
        sales.prepare(arrivals)
        sales.go_on(rate, seconds)
        _wait(lambda: arrivals.at.keys() >= sales.called.keys())
    return _tell(sorted(arrivals.at.get(key, float("inf")) - at for key, at in sales.called.items()))


@dataclass(slots=True)
class Arrivals:
    """When each order stood in Webasyst, by its reference."""

    office: WebasystShop
    at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        handle: Callable[[Request], Response] = self.office.handle

        def watched(request: Request) -> Response:
            answer = handle(request)
            if self.office.method_of(request) in CREATIONS:
                newest = max(self.office.state.store.orders, key=lambda order: order.id)
                self.at.setdefault(newest.params.get("syncd_ref", ""), time.monotonic())
            return answer

        setattr(self.office, "handle", watched)  # noqa: B010 - a method is replaced


@dataclass(slots=True)
class Sales:
    """Buys at the sources in turns and calls out each order; remembers when."""

    shops: tuple[RunningShop, ...]
    port: int
    called: dict[str, float] = field(default_factory=dict)

    def prepare(self, arrivals: Arrivals) -> None:
        """One order of each source through the inbox: whatever is done once is done."""
        for count in range(len(self.shops)):
            self.sell(count)
        _wait(lambda: arrivals.at.keys() >= self.called.keys())
        self.called.clear()

    def go_on(self, rate: float, seconds: float) -> None:
        """So many orders a second, evenly, for so long."""
        began = time.monotonic()
        for count in range(round(rate * seconds)):
            time.sleep(max(0.0, began + count / rate - time.monotonic()))
            self.sell(count)

    def sell(self, count: int) -> None:
        """One order, and the call about it. Raises `RuntimeError` when the call is not taken."""
        shop = self.shops[count % len(self.shops)]
        name = shop.shop.name
        number = int(shop.edit("place_order"))
        self.called[f"{name}:{name}:{number}"] = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        event = "/order_created" if name == "horoshop" else ""
        connection.request("POST", f"/hooks/{name}/{SECRET}{event}", json.dumps({"order_id": number}))
        status = connection.getresponse().status
        connection.close()
        if status != http.client.OK:
            raise RuntimeError(f"syncd answered {status} to a call of {name}")


@contextmanager
def _daemon(
    folder: str, cscart: RunningShop, office: RunningShop, shops: tuple[RunningShop, ...]
) -> Iterator[int]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
    port = _free_port()
    sources = [_entry(shop) for shop in shops]
    given = {
        "SYNCD_CSCART__URL": cscart.url,
        "SYNCD_CSCART__EMAIL": cscart.credentials["email"],
        "SYNCD_CSCART__API_KEY": cscart.credentials["api_key"],
        "SYNCD_WEBASYST__URL": office.url,
        "SYNCD_WEBASYST__TOKEN": office.credentials["token"],
        "SYNCD_SOURCES": json.dumps(sources),
        "SYNCD_HTTP__PORT": str(port),
        "SYNCD_HTTP__CALLS_PER_SECOND": "1000",
        "SYNCD_DATA_DIR": folder,
        "SYNCD_LOG__LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "syncd", "run"], env={**own, **given})
    try:
        # What is in the inbox before the sources were read once is read with them.
        _wait(lambda: all("orders" in " ".join(shop.counters.by_method) for shop in shops))
        yield port
    finally:
        process.terminate()
        process.wait()


def _entry(shop: RunningShop) -> dict[str, object]:
    name = shop.shop.name
    return {
        "kind": name,
        "account": name,
        "url": shop.url + ("/api" if name == "marketplace" else ""),
        "currency": "UAH" if name == "horoshop" else "USD",
        "hook_secret": SECRET,
        **shop.credentials,
    }


def _tell(latencies: list[float]) -> int:
    print(f"{len(latencies)} orders called out and made", flush=True)
    missed = False
    for share, target in TARGETS.items():
        found = latencies[min(len(latencies) - 1, int(share * len(latencies)))]
        missed = missed or found > target
        print(f"p{round(share * 100)}: {found:.2f} s from the call to the order (target {target:.0f} s)")
    print(f"the slowest: {latencies[-1]:.2f} s", flush=True)
    return int(missed)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(condition: Callable[[], bool]) -> None:
    """Until it holds, or patience ends: what has not come by then counts as never."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
