"""An examination of two simulated shops, told by what it found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.doctor.examination import examine
from syncd.doctor.finding import Finding, Level
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.shops import Pair, two_shops

Examine = Callable[..., list[Finding]]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Two shops in good order: products A and B in both, and one order."""
    cscart = CSCartShop(products=0, companies=2)
    with two_shops(cscart, WebasystShop(products=0), tmp_path / "data") as pair:
        for code in ("A", "B"):
            pair.product(code)
            pair.office_has(code)
        pair.place("A")
        yield pair


@pytest.fixture
def examined(pair: Pair) -> Examine:
    """Examine the pair with its settings of this moment."""

    def run(*, write_probe: bool = False) -> list[Finding]:
        return asyncio.run(examine(pair.settings(), write_probe=write_probe))

    return run


def bad(found: list[Finding]) -> dict[tuple[str, str], Level]:
    """What is not well, by subject and check; SQLite's age is this machine's, not the test's."""
    return {
        (one.subject, one.check): one.level
        for one in found
        if one.level is not Level.OK and one.check != "sqlite"
    }


def of(found: list[Finding], subject: str, check: str) -> Finding:
    """The first finding of a check."""
    return next(one for one in found if (one.subject, one.check) == (subject, check))
