"""A unit of work is one transaction, in one thread, and never half known."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from syncd.errors import AlreadyRunning, Misconfigured, StorageFailed
from syncd.state import cursors
from syncd.state.database import Database

from .samples import NOON


def put(conn: Connection, stream: str = "orders") -> str:
    cursors.put(conn, "main", stream, NOON)
    return stream


def known(db: Database, stream: str = "orders") -> bool:
    return db.run_sync(lambda conn: cursors.get(conn, "main", stream)) is not None


def test_work_is_committed_and_its_result_handed_back(db: Database) -> None:
    """Both ways of running work commit it and answer its result."""
    assert db.run_sync(put) == "orders"
    assert asyncio.run(db.run(lambda conn: put(conn, "products"))) == "products"
    assert known(db, "orders")
    assert known(db, "products")


def test_failing_work_leaves_nothing(db: Database) -> None:
    """What was written before an error is rolled back, and the error is handed on as it was."""

    def work(conn: Connection) -> None:
        put(conn)
        raise KeyError("reason")

    with pytest.raises(KeyError, match="reason"):
        db.run_sync(work)
    with pytest.raises(KeyError, match="reason"):
        asyncio.run(db.run(work))
    assert not known(db)


def test_only_transactions_that_changed_something_are_counted(db: Database) -> None:
    """`commits` counts neither reads, nor failures, nor updates that met no row, and several writes at once as one."""

    def fail(conn: Connection) -> None:
        put(conn)
        raise KeyError

    before = db.commits
    db.run_sync(lambda conn: cursors.get(conn, "main", "orders"))
    db.run_sync(lambda conn: cursors.reset(conn, "main", "orders"))
    with pytest.raises(KeyError):
        db.run_sync(fail)
    db.run_sync(lambda conn: cursors.get(conn, "main", "orders"))
    assert db.commits == before
    db.run_sync(lambda conn: (put(conn, "a"), put(conn, "b")))
    assert db.commits == before + 1


def test_work_runs_in_the_order_in_which_it_was_given(db: Database) -> None:
    """Units of work from many tasks run one at a time, first come first served, in a single thread."""
    order: list[tuple[int, str]] = []

    async def scenario() -> None:
        await asyncio.gather(
            *(db.run(lambda _, n=n: order.append((n, threading.current_thread().name))) for n in range(50))  # type: ignore[misc]
        )

    asyncio.run(scenario())
    assert [number for number, _ in order] == list(range(50))
    assert len({name for _, name in order}) == 1
    assert threading.current_thread().name not in {name for _, name in order}


@pytest.mark.parametrize("queued", [False, True], ids=["running", "queued"])
def test_a_cancelled_caller_does_not_break_its_transaction(db: Database, queued: bool) -> None:
    """Work that was begun, or waits for its turn, is finished and committed before the cancellation goes on."""
    started, go_on = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        started.set()
        assert go_on.wait(10)
        put(conn, "slow")

    async def scenario() -> None:
        first = asyncio.create_task(db.run(slow))
        await asyncio.to_thread(started.wait, 10)
        task = asyncio.create_task(db.run(put)) if queued else first
        await asyncio.sleep(0)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
            assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert db.run_sync(lambda conn: cursors.get(conn, "main", "orders" if queued else "slow")) is not None
        await asyncio.wait([first])

    asyncio.run(scenario())


def test_a_cancelled_caller_learns_why_the_transaction_failed(db: Database) -> None:
    """The error of cancelled work is not lost: it is the cause of the cancellation."""
    started, go_on = threading.Event(), threading.Event()

    def slow(_: Connection) -> None:
        started.set()
        assert go_on.wait(10)
        raise KeyError("reason")

    async def scenario() -> None:
        task = asyncio.create_task(db.run(slow))
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        try:
            await task
        except asyncio.CancelledError as cancelled:
            assert isinstance(cancelled.__cause__, KeyError)
        else:
            pytest.fail("the cancellation was swallowed")

    asyncio.run(scenario())


def test_work_inside_work_is_refused(db: Database) -> None:
    """Waiting for the only thread from inside it would never end, so it is an error at once."""
    with pytest.raises(RuntimeError, match="does not start another one"):
        db.run_sync(lambda _: db.run_sync(put))


def test_the_folder_is_made_for_its_user_only(tmp_path: Path, opened: Callable[..., Database]) -> None:
    """A missing folder is made, closed to other users: orders name people."""
    opened(f"sqlite:///{tmp_path}/deep/state/syncd.db")
    assert stat.S_IMODE((tmp_path / "deep" / "state").stat().st_mode) == 0o700


def test_sqlite_is_set_up_to_keep_what_was_committed(tmp_path: Path, opened: Callable[..., Database]) -> None:
    """The file is in WAL mode, synced in full, waits for locks, and checks foreign keys."""
    database = opened(f"sqlite:///{tmp_path}/syncd.db")
    pragmas = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    found = [database.run_sync(lambda conn, p=p: conn.scalar(text(f"PRAGMA {p}"))) for p in pragmas]  # type: ignore[misc]
    assert found == ["wal", 2, 5000, 1]


def test_a_database_in_memory_lasts_as_long_as_it_is_open(opened: Callable[..., Database]) -> None:
    """Every unit of work sees the same database in memory."""
    database = opened("sqlite://")
    database.run_sync(lambda conn: conn.execute(text("CREATE TABLE t (x INTEGER)")))
    assert database.run_sync(lambda conn: conn.scalar(text("SELECT count(*) FROM t"))) == 0
    assert database.path is None


def test_closing_waits_for_the_work_at_hand(url: str) -> None:
    """Work that was given before `close` is committed; closing again does no harm."""
    database = Database.open(url)
    future = database._submit(put)
    database.close()
    database.close()
    assert future.result() == "orders"
    again = Database.open(url)
    assert known(again)
    again.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("not an address", "cannot be read"),
        ("mysql://root@localhost/x", "mysql is not supported"),
        ("sqlite+nonsense:///x", "driver sqlite\\+nonsense is unknown"),
    ],
)
def test_an_address_that_cannot_be_understood_is_explained(url: str, told: str) -> None:
    """A wrong address is a wrong setting; the text shows how to write it."""
    with pytest.raises(Misconfigured, match=told) as error:
        Database.open(url)
    assert "sqlite:///" in str(error.value)


def test_a_missing_driver_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL without its driver names the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(Misconfigured, match=r"pip install 'syncd\[postgres\]'"):
        Database.open("postgresql://user:secret@127.0.0.1/x")


def test_passwords_stay_out_of_messages() -> None:
    """A server that does not answer is named without the password."""
    pytest.importorskip("psycopg")
    with pytest.raises(StorageFailed, match="does not answer") as error:
        Database.open("postgresql://user:canary@127.0.0.1:1/x?connect_timeout=2")
    assert "canary" not in str(error.value)
    assert "127.0.0.1:1/x" in str(error.value)


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """A file in the way of the folder is told with the next step."""
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(StorageFailed, match="Next step: choose a folder"):
        Database.open(f"sqlite:///{tmp_path}/state/syncd.db")


def test_times_far_apart_are_compared_as_times(db: Database) -> None:
    """The database itself can compare stored times."""
    db.run_sync(put)
    db.run_sync(lambda conn: cursors.put(conn, "main", "later", NOON + timedelta(days=4000)))
    newest = text("SELECT stream FROM cursors ORDER BY position DESC LIMIT 1")
    assert db.run_sync(lambda conn: conn.scalar(newest)) == "later"


def test_only_one_syncd_may_claim_a_server(kind: str, url: str) -> None:
    """Two machines, or two data directories, on one database: the second one is refused until the first has ended."""
    if kind != "postgresql":
        pytest.skip("for a file the lock of the data directory must do")
    first, second = Database.open(url), Database.open(url, lock_wait=0.2)
    first.claim()
    with pytest.raises(AlreadyRunning, match="another syncd works on the database"):
        second.claim()
    first.close()
    second.claim()
    second.close()


def test_a_claim_that_was_lost_is_taken_again_or_nothing_is_written(kind: str, url: str) -> None:
    """After the server dropped the connection, and whoever came meanwhile goes first."""
    if kind != "postgresql":
        pytest.skip("for a file the lock of the data directory must do")
    first, second, admin = Database.open(url, lock_wait=0.2), Database.open(url), Database.open(url)
    first.claim()
    pid = first.run_sync(lambda conn: conn.execute(text("SELECT pg_backend_pid()")).scalar())
    admin.run_sync(lambda conn: conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid}))
    second.claim()
    with pytest.raises(AlreadyRunning):
        first.run_sync(lambda conn: None)
    second.close()
    first.run_sync(lambda conn: None)
    with pytest.raises(AlreadyRunning):
        Database.open(url, lock_wait=0.2).claim()
    first.close()
    admin.close()
