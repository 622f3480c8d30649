"""A migrated SQLite database for the streams that need one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.state import migrate
from syncd.state.database import Database


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sync") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture
def db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An open database with all tables."""
    target = tmp_path / "syncd.db"
    shutil.copyfile(migrated_file, target)
    database = Database.open(f"sqlite:///{target}")
    yield database
    database.close()
