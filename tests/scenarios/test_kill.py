"""`kill -9` at any moment: the next run converges by itself (issue: what it must show, point 4)."""

from __future__ import annotations

import signal

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.processes import Killer, start
from tests.scenarios.shops import Pair


def killed_at(pair: Pair, killer: Killer, name: str, number: int, when: str) -> None:
    """A real process that is killed at the n-th call of this name."""
    killer.aim(name, number, when)
    killer.process = start(pair)
    assert killer.process.wait() == -signal.SIGKILL
    pair.later(60)


def play(pair: Pair, killer: Killer, moments: list[tuple[str, int, str]]) -> None:
    """Killed at each of these moments, syncd delivers everything once all the same, without a manual step."""
    for name, number, when in moments:
        killed_at(pair, killer, name, number, when)
    run = pair.run()
    assert run.exit is Exit.OK, (run.failures, run.reports)
    in_step(pair)
    wanted = {key for key, row in pair.source_orders().items() if row["status"] not in "FDIN"}
    assert set(pair.delivered()) == wanted
    assert sum(pair.delivered().values()) == len(wanted)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_the_middle_of_thirty_orders(
    shops: Opener, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Killed in mid-call at an order's creation, save and status move, thirty orders arrive once each."""
    pair = shops(CSCartShop(products=10, orders=30))
    killer = Killer(pair.webasyst, monkeypatch)
    moments = [
        ("shop.product.add", 5, when),
        ("shop.order.add", 3, when),
        ("shop.order.save", 7, when),
        ("shop.order.action", 5, when),
    ]
    play(pair, killer, moments)


@pytest.mark.slow
def test_killed_in_the_middle_of_200_orders(shops: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed ten times on the way, 200 orders arrive once each."""
    pair = shops(CSCartShop(products=30, orders=200))
    killer = Killer(pair.webasyst, monkeypatch)
    moments = [
        ("shop.product.add", 9, "after"),
        ("shop.order.add", 1, "after"),
        ("shop.order.save", 6, "before"),
        ("shop.order.action", 4, "after"),
        ("shop.order.add", 12, "before"),
        ("shop.order.search", 2, "after"),
        ("shop.order.add", 23, "after"),
        ("shop.customer.search", 2, "before"),
        ("shop.order.save", 9, "after"),
        ("shop.order.action", 3, "before"),
    ]
    play(pair, killer, moments)
