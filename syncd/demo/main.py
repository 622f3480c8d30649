"""`syncd demo`: once with a comparison, or living until Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syncd import logs
from syncd.app import utc_now
from syncd.cli import progress, summary
from syncd.cli.screen import Screen
from syncd.daemon import streams
from syncd.daemon.by_hand import Result, run_by_hand
from syncd.demo import show
from syncd.demo.both_ways import BothWays
from syncd.demo.compare import STATES, compare
from syncd.demo.further import Further, entries, further_shops
from syncd.demo.shops import DemoShop, started
from syncd.settings import Settings, load_settings

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_STATUSES = {letter: {"processing": "processed"}.get(state, state) for letter, state in STATES.items()}
_STATUSES_BACK = {state: letter for letter, state in STATES.items()}

SHOWN_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """The shops of the demo and the settings that point at them."""

    cscart: DemoShop
    webasyst: DemoShop
    further: Mapping[str, DemoShop]
    settings: Settings


@contextmanager
def stage(products: int, orders: int, sections: Mapping[str, Any]) -> Iterator[Stage]:
    """A filled CS-Cart shop, an empty Webasyst account and an empty data directory, gone after the block."""
    with (
        TemporaryDirectory(prefix="syncd-demo-") as folder,
        started("cscart", products=products, orders=orders) as cscart,
        started("webasyst", products=0, orders=0) as webasyst,
        further_shops() as further,
    ):
        settings = _settings(cscart, webasyst, Path(folder), {**sections, "sources": entries(further)})
        yield Stage(cscart, webasyst, further, settings)


def _settings(cscart: DemoShop, webasyst: DemoShop, folder: Path, sections: Mapping[str, Any]) -> Settings:
    """The environment is left out: it may hold the settings of real shops."""
    values: dict[str, Any] = {
        "cscart": {"url": cscart.url, **cscart.credentials},
        "webasyst": {"url": webasyst.url, **webasyst.credentials},
        "orders": {"since": _LONG_AGO},
        "http": {"calls_per_second": 1000},
        "log": {"format": "console"},
    }
    for name, section in sections.items():
        values[name] = values.get(name, {}) | section if isinstance(section, dict) else section
    return load_settings({}, data_dir=folder, statuses=_STATUSES, statuses_back=_STATUSES_BACK, **values)


def demo_command(*, once: bool, products: int, orders: int) -> int:
    """Run the demo; answers the exit code."""
    screen = Screen()
    if once:
        with stage(products, orders, {"log": {"level": "error"}}) as ready:
            return run_demo_once(screen, ready)
    from syncd.demo.live import live  # noqa: PLC0415 - brings the scheduler along

    sections = {"products": {"update_time": 2, "sweep_time": 30}, "orders": {"update_time": 2}}
    with stage(products, orders, sections) as ready:
        return live(screen, ready)


def run_demo_once(screen: Screen, ready: Stage) -> int:
    """Carry everything over, show it, compare both shops, and run once more; 0 when all agrees."""
    show.shops(screen, ready.cscart, ready.webasyst)
    screen.heading("First run: syncd run --once")
    result = _run(ready)
    summary.show(screen, result, utc_now())
    if result.exit:
        return 1 if result.signal is None else result.exit
    show.arrived(screen, ready.cscart, ready.webasyst)
    agree = _compare(screen, ready)
    quiet = _second_run(screen, ready)
    back = BothWays(screen, ready, lambda: _run(ready)).play()
    sold = Further(screen, ready, lambda: _run(ready)).play()
    return 0 if agree and quiet and back and sold and _compare(screen, ready) else 1


def _run(ready: Stage) -> Result:
    logs.configure(ready.settings)
    with progress.shown() as bars:
        return run_by_hand(ready.settings, streams.chosen(ready.settings, None), progress=bars)


def _compare(screen: Screen, ready: Stage) -> bool:
    screen.heading("Comparison of both shops through their HTTP APIs")
    found = compare(ready.cscart, ready.webasyst)
    screen.text(
        f"{found.products} products and {found.orders} orders, {found.values} single values compared."
    )
    if not found.differences:
        screen.line("Both shops agree.")
        return True
    screen.line(f"They differ in {len(found.differences)} places:")
    for difference in found.differences[:SHOWN_DIFFERENCES]:
        screen.text(difference, "  ")
    if len(found.differences) > SHOWN_DIFFERENCES:
        screen.line(f"  ... and {len(found.differences) - SHOWN_DIFFERENCES} more")
    return False


def _second_run(screen: Screen, ready: Stage) -> bool:
    screen.heading("Second run, with nothing changed in between")
    for shop in (ready.cscart, ready.webasyst):
        shop.reset_counters()
    result = _run(ready)
    cscart, webasyst = ready.cscart.counters(), ready.webasyst.counters()
    writes = int(cscart["writes"]) + int(webasyst["writes"])
    requests = int(cscart["requests"]) + int(webasyst["requests"])
    screen.text(f"{writes} writes and {requests} requests, counted by the two shops.")
    return writes == 0 and not result.exit
