"""Running syncd as a real process against the shops of a scenario."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.sandbox.running import RunningShop
from syncd.sandbox.wire import Request, Response
from tests.scenarios.child import AHEAD
from tests.scenarios.shops import Pair

ROOT = Path(__file__).parents[2]


def start(pair: Pair, crash_at: int = 0) -> subprocess.Popen[bytes]:
    """A syncd that runs once and ends, or dies at the chosen crash point."""
    return _process(pair, "tests.scenarios.child", str(crash_at))


def start_daemon(pair: Pair) -> subprocess.Popen[bytes]:
    """A syncd that runs until it is stopped or killed."""
    return _process(pair, "syncd", "run")


def _process(pair: Pair, *command: str) -> subprocess.Popen[bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
    given = {
        "SYNCD_CSCART__URL": pair.cscart.url,
        "SYNCD_CSCART__EMAIL": pair.cscart.credentials["email"],
        "SYNCD_CSCART__API_KEY": pair.cscart.credentials["api_key"],
        "SYNCD_CSCART__CURRENCY": "USD",
        "SYNCD_WEBASYST__URL": pair.webasyst.url,
        "SYNCD_WEBASYST__TOKEN": pair.webasyst.credentials["token"],
        "SYNCD_ORDERS__SINCE": "2000-01-01",
        "SYNCD_STATUSES": '{"P":"processed","C":"completed"}',
        "SYNCD_STATUSES_BACK": pair.options.get("statuses_back", "{}"),
        "SYNCD_HTTP__CALLS_PER_SECOND": "10000",
        "SYNCD_HTTP__DEADLINE": "10",
        "SYNCD_LOG__REQUESTS": "false",
        "SYNCD_DATA_DIR": str(pair.data_dir),
        **{
            f"SYNCD_PRODUCTS__{name.upper()}": value if isinstance(value, str) else json.dumps(value)
            for name, value in pair.options.get("products", {}).items()
        },
        **({"SYNCD_SOURCES": given["sources"]} if (given := pair.given()).get("sources") else {}),
        "SYNCD_HTTP__PORT": str(given["http"].get("port", 0)),
        AHEAD: str(pair.ahead.total_seconds()),
    }
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**own, **given},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class Killer:
    """Kills a process by SIGKILL the moment Webasyst is called by a name for the n-th time, before or after the work."""

    def __init__(self, shop: RunningShop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._name = ""
        self._left = 0
        self._when = ""
        self._shop = shop.shop
        handle: Callable[[Request], Response] = shop.shop.handle

        def watched(request: Request) -> Response:
            hit = self._counts(request)
            if hit and self._when == "before":
                self._kill()
            answer = handle(request)
            if hit and self._when == "after":
                self._kill()
            return answer

        monkeypatch.setattr(shop.shop, "handle", watched)

    def aim(self, name: str, number: int, when: str) -> None:
        """Choose the moment."""
        self._name, self._left, self._when = name, number, when

    def _counts(self, request: Request) -> bool:
        if self._shop.method_of(request) != self._name:
            return False
        self._left -= 1
        return self._left == 0

    def _kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
