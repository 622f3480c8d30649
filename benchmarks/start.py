"""How long syncd takes to start: its help, and a whole run by hand that finds nothing to do. `make bench` or

    python -m benchmarks.start

The best of several tries counts, because everything else that a machine does makes it slower. Targets: 0.3 s for the help,
0.6 s for the run, its calls to both shops included. Exit code 1 when the CPU time alone is beyond a target.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop

TRIES = 7
HELP, IDLE = 0.3, 0.6
"""Seconds."""


def main() -> int:
    """Measure and print; answers the exit code."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        source = stack.enter_context(ShopThread(CSCartShop(products=40, orders=20)))
        office = stack.enter_context(ShopThread(WebasystShop(products=0)))
        environ = _environ(source, office, folder)
        _run(["run", "--once"], environ)
        # What was just read is read again for a quarter of an hour and more; after that nothing is.
        for shop in (source, office):
            shop.shop.clock.advance(3600)
        _run(["run", "--once"], environ)
        fine = [
            _measure("--help", ["--help"], environ, HELP),
            _measure("run --once, nothing to do", ["run", "--once"], environ, IDLE),
        ]
    return 0 if all(fine) else 1


def _environ(source: RunningShop, office: RunningShop, folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
    return own | {
        "SYNCD_CSCART__URL": source.url,
        "SYNCD_CSCART__EMAIL": source.credentials["email"],
        "SYNCD_CSCART__API_KEY": source.credentials["api_key"],
        "SYNCD_WEBASYST__URL": office.url,
        "SYNCD_WEBASYST__TOKEN": office.credentials["token"],
        "SYNCD_DATA_DIR": str(folder),
        "SYNCD_ORDERS__SINCE": datetime(2000, 1, 1, tzinfo=UTC).isoformat(),
        "SYNCD_HTTP__CALLS_PER_SECOND": "10000",
    }


def _run(arguments: list[str], environ: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "syncd", *arguments], env=environ, check=True, capture_output=True)


def _measure(label: str, arguments: list[str], environ: dict[str, str], target: float) -> bool:
    """Print the best of several tries; answers whether its CPU time keeps within the target, in seconds."""
    walls, cpus = [], []
    for _ in range(TRIES):
        began, before = time.monotonic(), _cpu()
        _run(arguments, environ)
        walls.append(time.monotonic() - began)
        cpus.append(_cpu() - before)
    print(f"{label}: {min(walls):.2f} s, {min(cpus):.2f} s of CPU (target {target:.1f} s)", flush=True)
    return min(cpus) <= target


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
