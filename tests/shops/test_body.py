"""Reading bodies: no more is held than the caller takes."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from syncd.shops.body import BodyTooLarge, read_body

pytestmark = pytest.mark.anyio


async def test_a_bomb_never_stands_in_memory() -> None:
    """Unpacking stops at the cap; it is not unpacked first and measured afterwards."""
    bomb = gzip.compress(bytes(50_000_000))

    async def chunks() -> AsyncIterator[bytes]:
        yield bomb

    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            await read_body(chunks(), "gzip", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
