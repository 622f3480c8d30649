"""Databases for the tests: SQLite always, and PostgreSQL too when SYNCD_TEST_PG_URL names a server to try things on.

On PostgreSQL every test works in a schema of its own, which is dropped afterwards:

    SYNCD_TEST_PG_URL=postgresql://user:password@127.0.0.1/database pytest tests/state
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from syncd.state import migrate
from syncd.state.database import Database

PG_URL = os.environ.get("SYNCD_TEST_PG_URL", "")
KINDS = ["sqlite", "postgresql"] if PG_URL else ["sqlite"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The database to test on."""
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/state/syncd.db"
        return
    schema = f"test_{uuid.uuid4().hex}"
    admin = Database.open(PG_URL)
    admin.run_sync(lambda conn: conn.execute(text(f"CREATE SCHEMA {schema}")))
    yield f"{PG_URL}{'&' if '?' in PG_URL else '?'}options=-csearch_path%3D{schema}"
    admin.run_sync(lambda conn: conn.execute(text(f"DROP SCHEMA {schema} CASCADE")))
    admin.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("state") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture
def url(kind: str, empty_url: str, migrated_file: Path) -> str:
    """The address of a database with all tables."""
    if kind == "sqlite":
        target = Path(empty_url.removeprefix("sqlite:///"))
        target.parent.mkdir()
        shutil.copyfile(migrated_file, target)
    else:
        database = Database.open(empty_url)
        migrate.upgrade(database)
        database.close()
    return empty_url


@pytest.fixture
def opened() -> Iterator[Callable[..., Database]]:
    """`Database.open`, closed again at the end of the test."""
    databases: list[Database] = []

    def open_one(url: str, *, lock_wait: float = 5.0) -> Database:
        databases.append(Database.open(url, lock_wait=lock_wait))
        return databases[-1]

    yield open_one
    for database in databases:
        database.close()


@pytest.fixture
def db(url: str, opened: Callable[..., Database]) -> Database:
    """An open database with all tables."""
    return opened(url)
