"""A database that cannot be written says why and what to do, and nothing is half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from syncd.errors import StorageFailed
from syncd.state import cursors, misses
from syncd.state.database import Database

from .conftest import PG_URL
from .samples import NOON


def put(conn: Connection) -> None:
    cursors.put(conn, "main", "orders", NOON)


@contextmanager
def write_lock(url: str) -> Iterator[None]:
    """Another program holds the lock that a writer of cursors needs."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            yield
            raw.execute("ROLLBACK")
        return
    other = Database.open(url)
    with other.engine.begin() as conn:
        conn.execute(text("LOCK TABLE cursors IN ACCESS EXCLUSIVE MODE"))
        yield
    other.close()


def test_a_locked_database_is_told_and_works_again_afterwards(
    url: str, opened: Callable[..., Database]
) -> None:
    """A lock that is held for longer than we wait is a storage failure; once it is gone, work goes on by itself."""
    database = opened(url, lock_wait=0.05)
    with (
        write_lock(url),
        pytest.raises(StorageFailed, match=r"locked by another process.*end the other program"),
    ):
        database.run_sync(put)
    database.run_sync(put)
    assert database.run_sync(lambda conn: cursors.get(conn, "main", "orders")) is not None


def test_a_read_only_database_is_told(db: Database) -> None:
    """A write that the database does not allow is a storage failure that names the access to give."""
    switch = "PRAGMA query_only = ON" if db.path else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    db.run_sync(lambda conn: conn.exec_driver_sql(switch))
    with pytest.raises(StorageFailed, match=r"is read-only.*give the user that runs syncd write access"):
        db.run_sync(put)


def test_a_missing_table_is_told(empty_url: str, opened: Callable[..., Database]) -> None:
    """A database without our tables is not taken for an empty one."""
    with pytest.raises(StorageFailed, match="lacks a table or column"):
        opened(empty_url).run_sync(put)


def test_other_refusals_carry_the_databases_own_reason(db: Database) -> None:
    """A statement that the database rejects is told with its reason and without the values."""
    with pytest.raises(StorageFailed, match="refused the operation") as error:
        db.run_sync(lambda conn: conn.execute(text("SELEKT :secret"), {"secret": "canary"}))
    assert "SELEKT" in str(error.value)
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_full_disk_is_told_and_nothing_is_half_written(db: Database) -> None:
    """When the file cannot grow, the whole transaction is gone, and small work still fits."""
    pages = db.run_sync(lambda conn: conn.scalar(text("PRAGMA page_count")))
    db.run_sync(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))
    before = db.commits
    with pytest.raises(StorageFailed, match=r"disk is full.*free some space"):
        db.run_sync(lambda conn: misses.put_many(conn, "main", (f"code {n}" for n in range(50_000)), NOON))
    assert db.run_sync(lambda conn: conn.scalar(text("SELECT count(*) FROM misses"))) == 0
    assert db.commits == before
    db.run_sync(put)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("start", [0, 4096], ids=["header", "pages"])
def test_a_damaged_file_is_told(url: str, start: int) -> None:
    """A file that is no database any more, or has damaged pages, is told with the way back."""
    path = Path(url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[start:] = b"\xa5" * (len(content) - start)
    path.write_bytes(content)
    with pytest.raises(StorageFailed, match=r"is damaged.*the latest backup"):
        database = Database.open(url)
        try:
            database.run_sync(put)
        finally:
            database.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_path_that_is_no_file_is_told(empty_url: str) -> None:
    """A folder in the place of the file cannot be opened, and is said to."""
    Path(empty_url.removeprefix("sqlite:///")).mkdir(parents=True)
    with pytest.raises(StorageFailed, match="cannot be opened"):
        Database.open(empty_url)


@pytest.mark.skipif(not PG_URL, reason="SYNCD_TEST_PG_URL names no server")
@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_lost_connection_is_made_again(url: str, opened: Callable[..., Database]) -> None:
    """A server that dropped an idle connection is simply connected again; one that drops it in work is told."""
    database, other = opened(url), opened(url)

    def kill(pid: int | None) -> None:
        other.run_sync(lambda conn: conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid}))

    kill(database.run_sync(lambda conn: conn.scalar(text("SELECT pg_backend_pid()"))))
    database.run_sync(put)

    def interrupted(conn: Connection) -> None:
        kill(conn.scalar(text("SELECT pg_backend_pid()")))
        put(conn)

    with pytest.raises(StorageFailed, match="does not answer"):
        database.run_sync(interrupted)
    database.run_sync(put)
