"""The database: one engine, one writer thread, one transaction per unit of work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from syncd.errors import AlreadyRunning, Misconfigured, StorageFailed
from syncd.state.trouble import storage_failed

ResultT = TypeVar("ResultT")
LOCK_WAIT = 5.0
"""How long a transaction waits for another process's lock, in seconds."""

_CLAIM = 1_937_337_955
"""The first key of PostgreSQL's advisory lock for the one syncd that writes; the schema is the second."""
_LOCK_NOT_AVAILABLE = "55P03"

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Database:
    """Runs units of work one after the other, each in a transaction of its own.

    SQLite allows one writer and SQLAlchemy's connections block, so a single thread does everything: the event loop stays
    free and no lock is ever waited for inside the process.
    """

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self.engine = engine
        self.path = path
        """The SQLite file; `None` for a database on a server or in memory."""
        self.commits = 0
        """Transactions committed so far that changed at least one row."""
        self._wrote = False
        self._at_work_in: int | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="syncd-database")
        event.listen(engine, "after_cursor_execute", self._note_write)

    @classmethod
    def open(cls, url: str, *, lock_wait: float = LOCK_WAIT) -> Database:
        """Open `sqlite:///path` (its folder is created) or `postgresql://...`, and try the connection.

        Raises `Misconfigured` for an address that cannot be understood and `StorageFailed` when the database cannot be
        opened. The tables are made by `migrate.upgrade`.
        """
        address = _address(url)
        path = _sqlite_path(address)
        if path is not None:
            _make_folder(path)
        database = cls(_engine(address, lock_wait), path)
        try:
            database.run_sync(lambda conn: None)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def name(self) -> str:
        """How the database is called in messages: the path, or the address without its password."""
        return str(self.path) if self.path else self.engine.url.render_as_string(hide_password=True)

    async def run(self, work: Callable[[Connection], ResultT]) -> ResultT:
        """Run `work` in the database's thread inside one transaction; commit, or roll back when it raises.

        A cancelled caller gets its `CancelledError` after the transaction has ended, so that nothing is half known.
        Raises what `work` raises, and `StorageFailed` for the database's own errors.
        """
        future = asyncio.wrap_future(self._submit(work))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError as cancelled:
            while not future.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            if not future.cancelled() and (error := future.exception()) is not None:
                raise cancelled from error
            raise

    def run_sync(self, work: Callable[[Connection], ResultT]) -> ResultT:
        """The same for callers without an event loop."""
        return self._submit(work).result()

    def claim(self) -> None:
        """Be the only syncd that works on this database until it is closed. For a file the lock of the data directory
        must do.

        The claim belongs to the one connection that everything goes through: when that is lost and another syncd has
        come meanwhile, no unit of work is begun any more. Raises `AlreadyRunning` and `StorageFailed`.
        """
        if self.engine.dialect.name != "postgresql":
            return
        event.listen(self.engine, "connect", lambda raw, _: _claim_postgres(raw, self.name))
        self._thread.submit(self.engine.dispose).result()
        self.run_sync(lambda conn: None)

    def close(self) -> None:
        """Wait for the work at hand and close the connection. Closing twice does no harm."""
        self._thread.shutdown(wait=True)
        self.engine.dispose()

    def _submit(self, work: Callable[[Connection], ResultT]) -> Future[ResultT]:
        if threading.get_ident() == self._at_work_in:
            raise RuntimeError(
                "a unit of work uses the connection it was given, it does not start another one"
            )
        return self._thread.submit(self._transact, work)

    def _transact(self, work: Callable[[Connection], ResultT]) -> ResultT:
        self._wrote = False
        self._at_work_in = threading.get_ident()
        try:
            with self.engine.begin() as conn:
                result = work(conn)
        except DBAPIError as error:
            raise storage_failed(error, self.name) from error
        if self._wrote:
            self.commits += 1
        return result

    def _note_write(self, conn: Connection, cursor: Any, statement: str, *_: object) -> None:
        if cursor.rowcount > 0 and statement.lstrip()[:6].upper() in _WRITES:
            self._wrote = True


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise Misconfigured(
            "the database address cannot be read; write sqlite:///path/to/syncd.db or postgresql://user:password@host/name"
        ) from None
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise Misconfigured(
            f"{address.drivername} is not supported as a database; use sqlite:///... or postgresql://..."
        )
    return address


def _sqlite_path(address: URL) -> Path | None:
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database)).absolute()


def _make_folder(path: Path) -> None:
    # Orders name people and addresses: only the user that runs syncd may look.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"the folder {path.parent} for the database cannot be made: {error.strerror}. "
            "Next step: choose a folder that the user that runs syncd may write."
        ) from error


def _engine(address: URL, lock_wait: float) -> Engine:
    try:
        engine = create_engine(address, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_pre_ping=True)
    except NoSuchModuleError:
        raise Misconfigured(
            f"the driver {address.drivername} is unknown; use sqlite:///... or postgresql://..."
        ) from None
    except ImportError as error:
        raise Misconfigured(
            f"the PostgreSQL driver is not installed ({error}); run: pip install 'syncd[postgres]'"
        ) from error
    milliseconds = int(lock_wait * 1000)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: _prepare_sqlite(raw, milliseconds))
        # A deferred BEGIN lets two processes read the same row and lose one of their writes.
        event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        event.listen(engine, "connect", lambda raw, _: _prepare_postgres(raw, milliseconds))
    return engine


def _prepare_sqlite(raw: Any, lock_wait: int) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {lock_wait}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _prepare_postgres(raw: Any, lock_wait: int) -> None:
    with raw.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {lock_wait}")
    raw.commit()


def _claim_postgres(raw: Any, name: str) -> None:
    """Waits as long as for any lock: the server may take a moment to see that an earlier process has ended."""
    try:
        with raw.cursor() as cursor:
            # A client that vanished without a word must not keep its claim for hours.
            for setting, value in (("idle", 30), ("interval", 10), ("count", 3)):
                cursor.execute(f"SET tcp_keepalives_{setting} = {value}")
            cursor.execute(f"SELECT pg_advisory_lock({_CLAIM}, hashtext(coalesce(current_schema(), '')))")
        raw.commit()
    except Exception as error:
        raw.close()
        if getattr(error, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise AlreadyRunning(
            f"another syncd works on the database {name}; stop it first, or use what works beside it, such as "
            "'syncd run-now' and 'syncd plan'"
        ) from None
