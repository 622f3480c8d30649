"""Commands that change something: with --json their result is one versioned object, on success and on failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Cli
from tests.cli.test_choices import clash, edit_order
from tests.scenarios.shops import Pair


def told(cli: Cli, *command: str, code: int = 0) -> dict[str, Any]:
    """The object that the command prints, without its version; nothing else may stand on stdout."""
    result = cli(*command, "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found.pop("version") == 1
    return found


def test_brakes_release(cli: Cli, pair: Pair) -> None:
    """The number of brakes that were released."""
    for n in range(12):
        pair.product(f"B{n}", price="20.00")
    cli("run", "--once")
    for n in range(12):
        pair.at_cscart("product.update", sku=f"B{n}", price="1.00")
    cli("run", "--once", SYNCD_BRAKES__MIN="3")

    assert told(cli, "brakes", "release") == {"released": 1}
    assert told(cli, "brakes", "release", "--kind", "text") == {"released": 0}


def test_conflicts_take(cli: Cli, pair: Pair) -> None:
    """The shop, and how many fields were settled for it."""
    clash(cli, pair)

    assert told(cli, "conflicts", "take", "cscart", "A") == {"shop": "cscart", "settled": 1}
    assert told(cli, "conflicts", "take", "cscart", "X", code=1) == {"shop": "cscart", "settled": 0}


def test_differences_write(cli: Cli, pair: Pair) -> None:
    """The edit as the list shows it, requested by now."""
    number = edit_order(cli, pair)

    found = told(cli, "differences", "write", number)["difference"]

    assert (found["order"], found["requested"]) == (number, True)
    assert told(cli, "differences", "write", "77", code=1) == {"difference": None}


def test_failed_retry_and_drop(cli: Cli, pair: Pair) -> None:
    """How many records are due, and how many are forgotten; an answer of no forgets none."""
    number = str(pair.place("A"))
    pair.at_cscart("order.break", order_id=int(number), drop=["total"])
    cli("run", "--once")

    assert told(cli, "failed", "retry", "orders", number) == {"due": 1}
    assert told(cli, "failed", "retry", "orders", "77", code=1) == {"due": 0}
    assert told(cli, "failed", "drop", "orders", number, "--yes") == {"forgotten": 1}
    assert told(cli, "failed", "drop", "orders", number, "--yes", code=1) == {"forgotten": 0}


def test_map_statuses_set(cli: Cli) -> None:
    """The variable, its new value as an object, and where it is set now; nothing was changed, so the code is 1."""
    found = told(cli, "map", "statuses", "set", "B", "shipped", code=1)

    assert found["variable"] == "SYNCD_STATUSES"
    assert found["value"] == {"P": "processed", "C": "completed", "B": "shipped"}
    assert found["set_by"] == "the environment"


def test_map_link_and_unlink(cli: Cli, pair: Pair) -> None:
    """Whether a link was taken away and written, and why not."""
    number = str(pair.place("A"))
    cli("run", "--once")
    there = str(pair.link(number).order_id)

    refused = told(cli, "map", "orders", "link", number, "999", code=1)

    assert refused["written"] == 0
    assert len(refused["problems"]) == 1
    assert told(cli, "map", "orders", "unlink", number, "--yes") == {"unlinked": True}
    assert told(cli, "map", "orders", "unlink", number, "--yes", code=1) == {"unlinked": False}
    assert told(cli, "map", "orders", "link", number, there) == {"written": 1, "problems": []}


def test_map_import(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """How many lines were written: none when one is wrong, or when they were only to be checked."""
    pair.place("A")
    cli("run", "--once")
    file, wrong = tmp_path / "users.csv", tmp_path / "wrong.csv"
    file.write_text(cli("map", "users", "export").stdout)
    wrong.write_text("source,customer,contact\ncscart,user:1,none\n")

    assert told(cli, "map", "users", "import", str(file), "--dry-run") == {"written": 0, "problems": []}
    assert told(cli, "map", "users", "import", str(file))["written"] == len(file.read_text().splitlines()) - 1
    found = told(cli, "map", "users", "import", str(wrong), code=1)
    assert found["written"] == 0
    assert found["problems"] == [f"{wrong}:2: contact none is no number"]


def test_db_upgrade_and_bundle(cli: Cli, tmp_path: Path) -> None:
    """The forms before and after with the backup, and what the archive holds."""
    first = told(cli, "db", "upgrade")
    assert first["before"] is None
    assert told(cli, "db", "upgrade") == {"before": first["form"], "form": first["form"], "backup": None}

    file = tmp_path / "support.zip"
    found = told(cli, "bundle", str(file))
    assert found["file"] == str(file)
    assert found["bytes"] == file.stat().st_size
    assert "status.json" in found["parts"]


def test_backfill_that_nobody_confirms(cli: Cli, pair: Pair) -> None:
    """The question and its words are not on stdout, where a result would be."""
    pair.place("A")
    cli("run", "--once")

    result = cli("backfill", "orders", "--json")

    assert result.exit_code == 3
    assert result.stdout == ""
    assert "Webasyst may mail" in result.stderr
