"""`syncd verify`: both shops compared record by record, and what differs marked for the streams."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import asdict, dataclass, field

from syncd import logs
from syncd.app.explaining import looking
from syncd.app.verifying import Verification
from syncd.cli import progress
from syncd.cli.reading import database
from syncd.cli.screen import Screen
from syncd.cli.spell import spell_json
from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from syncd.state.database import Database
from syncd.sync.difference import Difference, Sample

DIFFERENT = 3
SHOWN = 100
"""Differences that are shown as text; JSON has them all."""
_SHARE = re.compile(r"(?P<number>\d+(\.\d+)?)\s*%")


@dataclass(slots=True)
class Verified:
    """What a comparison found, and how many records and orders were compared."""

    products: int = 0
    orders: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records differ."""
        return len({(one.kind, one.source, one.key) for one in self.differences})


def verify_command(sample: str, *, fix: bool, as_json: bool) -> int:
    """Compare and report; answers 3 when something differs."""
    share = share_of(sample)
    settings = load_settings()
    logs.configure(settings, level="error")
    with database(settings) as db:
        if db is None:
            raise Misconfigured("syncd has not run yet, so nothing is linked; 'syncd run --once' runs it")
        found = asyncio.run(_verify(settings, db, Sample(share, secrets.token_hex(4)), fix=fix))
    marked = found.records if fix else 0
    if as_json:
        differences = [asdict(one) for one in found.differences]
        counts = {"products": found.products, "orders": found.orders}
        print(spell_json(counts | {"differences": differences, "marked": marked}))
    else:
        _show(Screen(), found, marked)
    return DIFFERENT if found.differences else 0


def share_of(text: str) -> float:
    """`5%` as 0.05. Raises `Misconfigured` for anything else."""
    match = _SHARE.fullmatch(text.strip())
    share = float(match["number"]) / 100 if match else 0.0
    if not 0 < share <= 1:
        raise Misconfigured(f"--sample {text} is no share; give a percentage such as 5%")
    return share


async def _verify(settings: Settings, db: Database, sample: Sample, *, fix: bool) -> Verified:
    found = Verified()
    with progress.shown() as show:
        async with looking(settings, db) as shops:
            verification = Verification(shops, sample, show)
            async for difference in verification.run(fix=fix):
                found.differences.append(difference)
    found.products, found.orders = verification.products, verification.orders
    return found


def _show(screen: Screen, found: Verified, marked: int) -> None:
    screen.text(f"Compared: {found.products} products, {found.orders} orders.")
    if not found.differences:
        screen.text("Both shops agree, as far as the owners of the fields say that they must.")
        return
    fields = "1 field" if len(found.differences) == 1 else f"{len(found.differences)} fields"
    records = "1 record" if found.records == 1 else f"{found.records} records"
    screen.heading(f"Differences: {fields} of {records}")
    for one in found.differences[:SHOWN]:
        name = one.name if one.name == one.key else f"{one.name} ({one.source} {one.key})"
        there = f" = Webasyst {one.webasyst}" if one.webasyst else ""
        screen.text(f"{one.kind} {name}{there}: {one.field}", "  ")
        screen.text(f"{one.source}: {one.source_says or '(empty)'}", "    ")
        screen.text(f"webasyst: {one.webasyst_says or '(empty)'}", "    ")
    if len(found.differences) > SHOWN:
        screen.line(f"  ... and {len(found.differences) - SHOWN} more; --json has them all")
    if marked:
        records = "1 record is" if marked == 1 else f"{marked} records are"
        screen.text(f"{records} compared anew by the next cycles; 'syncd run --once' does so now.")
    else:
        screen.text("Next: 'syncd explain' tells why one is so, 'syncd verify --fix' has them put right.")
