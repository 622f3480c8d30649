"""A second syncd process for the tests: `python child.py <url> <what> [n]`, steered over its standard input and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sqlalchemy import Connection, text

from syncd.state import cursors, failures, migrate, misses
from syncd.state.database import Database
from syncd.state.product_links import ProductLink, put_many

if __package__:
    from .samples import NOON
else:
    from samples import NOON  # type: ignore[import-not-found,no-redef]


def links(numbers: range) -> list[ProductLink]:
    """Links of a large batch."""
    return [ProductLink(str(n), n, n, {"n": n}, False, False, "main", NOON, NOON) for n in numbers]


def die(db: Database, point: int) -> None:
    """Write 2,000 links and a cursor in one transaction and die at a point of it, as by kill -9."""

    def work(conn: Connection) -> None:
        for step, part in enumerate((range(1000), range(1000, 2000))):
            if step == point:
                os._exit(137)
            put_many(conn, links(part))
        if point == 2:
            os._exit(137)
        cursors.put(conn, "main", "products", NOON)
        if point == 3:
            os._exit(137)

    db.run_sync(work)
    os._exit(137)


def count_up(db: Database, times: int) -> None:
    """Read and write the same rows many times, against others who do the same."""
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(times):
        db.run_sync(
            lambda conn: failures.record(conn, "main", "orders", "1", code="held", message="", now=NOON)
        )


def hold(db: Database, rows: int) -> None:
    """Hold the write lock until told to go on, then write and commit."""

    def work(conn: Connection) -> None:
        cursors.put(conn, "main", "orders", NOON)
        print("holding", flush=True)
        sys.stdin.readline()
        misses.put_many(conn, "main", (f"code {n}" for n in range(rows)), NOON)

    db.run_sync(work)


def upgrade(db: Database, _: int) -> None:
    """Migrate when told to."""
    print("ready", flush=True)
    sys.stdin.readline()
    migrate.upgrade(db)


def upgrade_and_die(db: Database, _: int) -> None:
    """Migrate by scripts whose last one dies after half of its work."""
    migrate.upgrade(db, Path(sys.argv[4]))


def read(db: Database, _: int) -> None:
    """Only look."""
    db.run_sync(lambda conn: conn.execute(text("SELECT 1")))


if __name__ == "__main__":
    database = Database.open(sys.argv[1])
    globals()[sys.argv[2]](database, int(sys.argv[3]))
    database.close()
