"""`syncd db`: upgrading, copying and checking the database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from syncd.daemon.lock import single_instance
from syncd.state import migrate
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def test_upgrade(cli: Cli, pair: Pair) -> None:
    """An old database is copied and brought up to date; a new one is left alone."""
    cli("db", "upgrade")
    with pair.database() as db:
        migrate.downgrade(db, "0002")

    old = cli("db", "check", "--json")
    done = cli("db", "upgrade")
    again = cli("db", "upgrade")

    assert old.exit_code == 3
    assert "syncd db upgrade" in json.loads(old.stdout)["findings"][0]["next"]
    assert "copied to" in done.stdout
    assert "up to date" in again.stdout
    assert list(pair.data_dir.glob("*.backup"))


def test_no_upgrade_beside_a_running_syncd(cli: Cli, pair: Pair) -> None:
    """The tables never change under a running syncd: exit code 11."""
    with single_instance(pair.data_dir):
        assert cli("db", "upgrade").exit_code == 11


def test_backup_beside_a_running_syncd(cli: Cli, pair: Pair) -> None:
    """A copy is whole, and can be made at any time; without a database there is none."""
    assert cli("db", "backup").exit_code == 10
    pair.place("A")
    cli("run", "--once")
    with single_instance(pair.data_dir):
        told = json.loads(cli("db", "backup", "--json").stdout)

    with closing(sqlite3.connect(told["backup"])) as copy:
        assert copy.execute("SELECT count(*) FROM order_links").fetchone() == (1,)
    assert Path(told["backup"]).stat().st_size == told["bytes"]


def test_a_healthy_database_has_no_findings(cli: Cli, pair: Pair) -> None:
    """What syncd made itself is as it must be."""
    cli("run", "--once")

    result = cli("db", "check", "--json")

    assert (result.exit_code, json.loads(result.stdout)["findings"]) == (0, [])
    assert "Nothing is wrong" in cli("db", "check").stdout


def test_a_missing_index_is_found(cli: Cli, pair: Pair) -> None:
    """Tables that somebody changed by hand are told by name."""
    cli("run", "--once")
    with closing(sqlite3.connect(pair.data_dir / "syncd.db")) as raw:
        raw.execute("DROP INDEX ix_history_pair_record_key_id")

    result = cli("db", "check")

    assert result.exit_code == 3
    assert "ix_history_pair_record_key_id" in result.stdout


def test_damage_is_found(cli: Cli, pair: Pair) -> None:
    """A damaged page is told, with what to do, instead of a traceback."""
    cli("run", "--once")
    file = pair.data_dir / "syncd.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
        size = raw.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xff" * 200)

    result = cli("db", "check")

    assert result.exit_code == 3
    assert "damaged" in result.stdout
    assert "backup" in result.stdout
