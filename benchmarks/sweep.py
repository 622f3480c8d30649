"""How much CPU and memory a full sweep takes when both shops say the same: `make bench` or

    python -m benchmarks.sweep 10000 100000

The shops run in a process of their own, so that the figures are syncd's alone. The first cycle links the products; the
second is the sweep that is measured. Target: at most 15 s of CPU and 150 MB resident for 100,000 products, and flat.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from syncd.app import App, Shops, open_database
from syncd.daemon.cycle import Cycles
from syncd.settings import Settings, load_settings


def main() -> None:
    """Measure a sweep for each number of products given."""
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder, Twins(count) as shops:
            for label, sweep_time in (("first contact", 86_400), ("sweep", 0)):
                settings = settings_of(shops, Path(folder), sweep_time)
                # A process of its own for each, so that the peak of one is not the peak of the other.
                worker = multiprocessing.get_context("spawn").Process(
                    target=_measure, args=(label, count, settings)
                )
                worker.start()
                worker.join()


class Twins:
    """Both shops in a process of their own, for the block."""

    def __init__(self, products: int, orders: int = 0) -> None:
        command = [sys.executable, "-m", "benchmarks.twin_shops", str(products), str(orders)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> list[dict[str, str]]:
        assert self._process.stdout is not None
        shops: list[dict[str, str]] = json.loads(self._process.stdout.readline())
        return shops

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def settings_of(shops: list[dict[str, str]], folder: Path, sweep_time: int) -> dict[str, Any]:
    """syncd's settings for the two shops."""
    source, office = shops
    return {
        "cscart": {name: source[name] for name in ("url", "email", "api_key")},
        "webasyst": {name: office[name] for name in ("url", "token")},
        "products": {"images": False, "sweep_time": sweep_time},
        "http": {"calls_per_second": 1000, "deadline": 300},
        "log": {"requests": False},
        "data_dir": str(folder),
    }


def _measure(label: str, count: int, values: dict[str, Any]) -> None:
    settings = load_settings({}, **values)
    began, cpu = time.perf_counter(), time.process_time()
    counts = asyncio.run(_cycle(settings))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    size = os.path.getsize(settings.data_dir / "syncd.db") // 2**20
    print(
        f"{label:13} {count:7} products: {cpu:5.1f} s CPU, {wall:5.1f} s in all, peak {peak} MB resident, "
        f"database {size} MB, {counts}",
        flush=True,
    )


async def _cycle(settings: Settings) -> dict[str, int | str]:
    db = open_database(settings)
    try:
        async with App(settings, db) as app:
            report = await Cycles(await Shops.connect(app)).run("products", override=True)
            return {str(event): number for event, number in report.counts.items()} | {
                "ending": str(report.ending)
            }
    finally:
        db.close()


if __name__ == "__main__":
    main()
