"""Killed and concurrent processes: a transaction happens whole or not at all, and none is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

import syncd
from syncd.state import cursors, failures, migrate, misses, product_links
from syncd.state.database import Database

from .samples import NOON

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(syncd.__file__).parents[1]


def child(url: str, what: str, number: int, *more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, str(CHILD), url, what, str(number), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize(("point", "left"), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 2000)])
def test_a_kill_leaves_the_old_state_or_the_new_one(
    url: str, opened: Callable[..., Database], point: int, left: int
) -> None:
    """A process that dies inside a transaction leaves nothing of it; one that dies after the commit leaves all."""
    assert ended(child(url, "die", point)) == 137
    database = opened(url)
    assert database.run_sync(lambda conn: product_links.count(conn, "main")) == left
    moved = database.run_sync(lambda conn: cursors.get(conn, "main", "products")) is not None
    assert moved == (left > 0)


def test_no_write_of_two_processes_is_lost(url: str, opened: Callable[..., Database]) -> None:
    """Processes that read and write the same row at once wait for each other: every one of their writes counts."""
    children = [child(url, "count_up", 40) for _ in range(3)]
    assert [heard(process) for process in children] == ["ready"] * 3
    for process in children:
        tell(process)
    assert [ended(process) for process in children] == [0, 0, 0]
    found = opened(url).run_sync(lambda conn: failures.get(conn, "main", "orders", "1"))
    assert found is not None
    assert found.attempts == 120


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_second_process_waits_for_the_first(url: str, opened: Callable[..., Database]) -> None:
    """Work that meets another process's transaction begins after it and sees all that it wrote."""
    database = opened(url, lock_wait=60)
    holder = child(url, "hold", 20_000)
    assert heard(holder) == "holding"
    event.listen(database.engine, "before_cursor_execute", lambda *_: tell(holder), once=True)
    assert database.run_sync(lambda conn: len(misses.known(conn, "main", ["code 0", "code 19999"]))) == 2
    assert ended(holder) == 0


def test_two_processes_that_start_at_once_migrate_once(
    empty_url: str, opened: Callable[..., Database]
) -> None:
    """Both start with the newest form; the second one finds the work done."""
    children = [child(empty_url, "upgrade", 0) for _ in range(2)]
    assert [heard(process) for process in children] == ["ready"] * 2
    for process in children:
        tell(process)
    assert [ended(process) for process in children] == [0, 0]
    assert migrate.current(opened(empty_url)) == migrate.head()


def test_a_kill_during_a_migration_leaves_the_old_form(
    url: str, opened: Callable[..., Database], broken: Path
) -> None:
    """A process that dies in the middle of a migration leaves tables, rows and revision as they were."""
    database = opened(url)
    database.run_sync(lambda conn: cursors.put(conn, "main", "orders", NOON))
    assert ended(child(url, "upgrade_and_die", 0, str(broken))) == 137
    assert migrate.current(database) == "0004"
    assert database.run_sync(lambda conn: cursors.get(conn, "main", "orders")) is not None
    assert migrate.upgrade(database) is None


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Our migrations and one more that dies after half of its work."""
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    for name in (
        "env.py",
        "versions/r0001_first.py",
        "versions/r0002_both_ways.py",
        "versions/r0003_inbox.py",
        "versions/r0004_operators.py",
    ):
        (scripts / name).write_text((migrate.SCRIPTS / name).read_text())
    (scripts / "versions" / "r0005_second.py").write_text(
        'revision = "0005"\ndown_revision = "0004"\n\nimport os\nimport sqlalchemy as sa\nfrom alembic import op\n\n\n'
        "def upgrade():\n"
        '    with op.batch_alter_table("cursors") as batch:\n'
        '        batch.add_column(sa.Column("extra", sa.Text()))\n'
        '        batch.drop_column("since")\n'
        '    op.execute("DELETE FROM cursors")\n'
        "    os._exit(137)\n"
    )
    return scripts
