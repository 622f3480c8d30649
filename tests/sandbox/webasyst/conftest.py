"""A fresh shop of the recordings for every test."""

from __future__ import annotations

import pytest

from .asking import Asker


@pytest.fixture
def shop() -> Asker:
    """The recorded shop at noon."""
    return Asker()
