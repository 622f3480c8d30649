"""An intake in a process of its own: `python child.py <database>`; prints its port and serves until it is killed."""

from __future__ import annotations

import asyncio
import sys

from syncd.model.hook import HookCall, HookNews
from syncd.state.database import Database
from syncd.web.hooks import HookSource, Intake
from syncd.web.server import serving

if __package__:
    from .conftest import NOON, SECRET
else:
    from conftest import NOON, SECRET  # type: ignore[import-not-found,no-redef]


def first_word(call: HookCall) -> HookNews:
    """The body names an order."""
    return HookNews(orders=(call.body.decode(),))


async def main(url: str) -> None:
    """Serve for ever."""
    sources = {"horoshop": HookSource("horoshop", SECRET, first_word)}
    intake = Intake(Database.open(url), "main", sources, now=lambda: NOON, arrived=lambda source: None)
    async with serving(intake.app(), "127.0.0.1", 0) as (_, port):
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
