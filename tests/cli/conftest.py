"""The command line in this process, with the settings of two simulated shops in its environment."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from syncd.cli.main import app
from syncd.logs import StderrHandler
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.shops import Pair, two_shops

Cli = Callable[..., Result]


def environment(pair: Pair) -> dict[str, str]:
    """What a person would export to point syncd at these shops."""
    return {
        "SYNCD_CSCART__URL": pair.cscart.url,
        "SYNCD_CSCART__EMAIL": pair.cscart.credentials["email"],
        "SYNCD_CSCART__API_KEY": pair.cscart.credentials["api_key"],
        "SYNCD_WEBASYST__URL": pair.webasyst.url,
        "SYNCD_WEBASYST__TOKEN": pair.webasyst.credentials["token"],
        "SYNCD_DATA_DIR": str(pair.data_dir),
        "SYNCD_ORDERS__SINCE": "2000-01-01",
        "SYNCD_STATUSES": '{"P":"processed","C":"completed"}',
        "SYNCD_HTTP__CALLS_PER_SECOND": "10000",
        "SYNCD_HTTP__DEADLINE": "5",
    }


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A CS-Cart shop with one product A and an empty Webasyst account."""
    with two_shops(CSCartShop(products=0), WebasystShop(products=0), tmp_path / "data") as pair:
        pair.product("A")
        yield pair


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cli]:
    """Runs a command with no settings but those given, in a home of its own; the log is put back afterwards."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("SYNCD_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, **env: str) -> Result:
        return CliRunner().invoke(app, arguments, env=dict(env))

    level = logging.getLogger().level
    yield run
    root = logging.getLogger()
    root.setLevel(level)
    for handler in [one for one in root.handlers if isinstance(one, StderrHandler)]:
        root.removeHandler(handler)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def cli(pair: Pair, bare: Cli) -> Cli:
    """Runs a command with the settings of the two shops; more can be given."""

    def run(*arguments: str, **env: str) -> Result:
        return bare(*arguments, **environment(pair) | env)

    return run
