"""`syncd doctor` on the command line: exit codes, text and JSON."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


@pytest.fixture(autouse=True)
def newest_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """The age of this machine's SQLite is another test's."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))


def test_all_is_well_is_0(pair: Pair, cli: Cli) -> None:
    """The text ends with the counts and the next command."""
    result = cli("doctor")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "0 errors, 0 warnings" in result.stdout
    assert "Next: 'syncd plan'" in result.stdout


def test_warnings_are_3(pair: Pair, cli: Cli) -> None:
    """What to know is printed with its reason and the way out."""
    pair.product("a")
    result = cli("doctor")

    assert result.exit_code == 3
    assert "warning doubled skus: 1 SKUs stand on more than one product: a" in result.stdout
    assert "Why: " in result.stdout
    assert "Fix: " in result.stdout


def test_errors_are_1_also_beside_warnings(pair: Pair, cli: Cli) -> None:
    """The worst decides."""
    pair.product("a")
    result = cli("doctor", SYNCD_CSCART__CATEGORY_ID="9999")

    assert result.exit_code == 1
    assert "1 error, 1 warning, " in result.stdout
    assert "put the errors right" in result.stdout


def test_wrong_settings_are_10(bare: Cli) -> None:
    """Without an address nothing can be asked."""
    assert bare("doctor").exit_code == 10


def test_without_a_token_the_way_to_one_is_told(pair: Pair, cli: Cli) -> None:
    """No end with exit code 10: everything else is looked at."""
    result = cli("doctor", SYNCD_WEBASYST__TOKEN="")

    assert result.exit_code == 1
    assert "syncd login" in result.stdout


def test_as_json(pair: Pair, cli: Cli) -> None:
    """The shape that the help text promises."""
    result = cli("doctor", "--json", "--write-probe", SYNCD_STATUSES="")
    told = json.loads(result.stdout)

    assert (told["version"], told["exit"], result.exit_code) == (1, 3, 3)
    assert all(set(one) == {"level", "subject", "check", "what", "why", "fix"} for one in told["findings"])
    assert {one["level"] for one in told["findings"]} == {"ok", "warning"}
    assert "write probe" in {one["check"] for one in told["findings"]}


def test_nothing_is_left_behind(pair: Pair, cli: Cli) -> None:
    """Neither a database nor a line in the request log, which a running daemon may own."""
    cli("doctor")

    assert not pair.data_dir.exists()


def test_no_secret_is_printed(pair: Pair, cli: Cli) -> None:
    """Neither key nor token, also where they are refused."""
    for name, secret in (
        ("SYNCD_WEBASYST__TOKEN", "canary-token-815"),
        ("SYNCD_CSCART__API_KEY", "canary-key-815"),
    ):
        result = cli("doctor", **{name: secret})
        assert result.exit_code == 1
        assert secret not in result.stdout + result.stderr
