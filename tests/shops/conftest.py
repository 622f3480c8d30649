"""A transport to any address with the pace and deadline of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from syncd.shops.transport import Transport

TOKEN = "canary-token-4711"

Connect = Callable[..., Transport]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes transports and closes them."""
    made: list[Transport] = []

    def make(url: str, **changes: Any) -> Transport:
        options: dict[str, Any] = {
            "shop": "webasyst",
            "headers": {"Authorization": f"Bearer {TOKEN}"},
            "auth": None,
            "calls_per_second": 1000,
            "deadline": 10,
            "log": None,
            "first_wait": 0.001,
        }
        made.append(Transport(base_url=url, **options | changes))
        return made[-1]

    yield make
    for transport in made:
        await transport.close()
