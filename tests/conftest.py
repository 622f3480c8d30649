"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.deploy.installed import installed

__all__ = ["installed"]

# The machines that run the tests are slow at times; a slow example is no wrong one.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
