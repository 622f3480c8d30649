"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from hypothesis import settings

from tests.deploy.installed import installed
from tests.tables import KnownTables

__all__ = ["installed"]

# The machines that run the tests are slow at times; a slow example is no wrong one.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def known_tables() -> Iterator[KnownTables]:
    """Empty databases get their tables without every migration being run again."""
    with pytest.MonkeyPatch.context() as patch:
        known = KnownTables()
        patch.setattr(command, "upgrade", known)
        yield known


@pytest.fixture
def real_migrations(known_tables: KnownTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the migrations themselves."""
    monkeypatch.setattr(command, "upgrade", known_tables.real)
