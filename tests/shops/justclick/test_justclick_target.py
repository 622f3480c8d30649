"""Writing back: the state of an order, seen to stand there afterwards (contracts/sources §2.3)."""

from __future__ import annotations

from datetime import datetime

import pytest

from syncd.errors import InDoubt, Refused
from syncd.shops.justclick.client import JustClickClient
from syncd.shops.justclick.target import JustClickTarget
from tests.shops.justclick.justclick_account import NOW, Account, an_order, answer_body

Change = tuple[str, str, datetime | None, str]

pytestmark = pytest.mark.anyio


@pytest.fixture
def target(client: JustClickClient) -> JustClickTarget:
    return JustClickTarget(client)


@pytest.mark.parametrize("status", ["sent", "paid", "return", "cancel"])
async def test_every_state(shop: Account, target: JustClickTarget, status: str) -> None:
    """One call, then a look. A date goes with sent and paid only, the number with sent only."""
    shop.orders = [an_order(7)]
    await target.set_status("7", status, date=NOW, tracking=" RA1 ")
    assert shop.methods() == ["UpdateOrderStatus", "getOrderDetails"]
    sent = shop.calls[0][1]
    assert sent["status"] == status == shop.orders[0]["pay_status"]
    assert ("date" in sent) == (status in {"sent", "paid"})
    assert sent.get("rpo") == ("RA1" if status == "sent" else None)


async def test_a_return_is_shown_as_money_back(shop: Account, target: JustClickTarget) -> None:
    """Both words are one state (§2.7)."""
    shop.orders, shop.obeys = [an_order(7, pay_status="moneyback")], False
    await target.set_status("7", "return", date=None, tracking="")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("7", "sent", NOW, " "), "tracking number"),
        (("7", "sent", None, "RA1"), "date"),
        (("7", "paid", None, ""), "date"),
        (("7", "moneyback", NOW, ""), "none of JustClick's words"),
        (("x", "cancel", NOW, ""), "no order"),
        (("7&status=paid", "cancel", NOW, ""), "no order"),
        (("", "cancel", NOW, ""), "no order"),
    ],
)
async def test_what_is_refused_before_it_is_sent(
    shop: Account, target: JustClickTarget, change: Change, words: str
) -> None:
    """What the shop would not take is not sent."""
    key, status, date, tracking = change
    with pytest.raises(Refused, match=words):
        await target.set_status(key, status, date=date, tracking=tracking)
    assert shop.calls == []


async def test_a_yes_that_is_not_true(shop: Account, target: JustClickTarget) -> None:
    """The answer says done and the order does not show it: in doubt, for a person to look at."""
    shop.orders, shop.obeys = [an_order(7, pay_status="waiting")], False
    with pytest.raises(InDoubt, match="order 7 is 'cancel' now, but does not show it") as doubt:
        await target.set_status("7", "cancel", date=None, tracking="")
    assert doubt.value.ended


async def test_a_refusal(shop: Account, target: JustClickTarget) -> None:
    """A change that the shop refuses is refused, with its text; nobody looks again."""
    shop.instead = lambda method, fields: answer_body((203, "Order is cancelled already", None))
    with pytest.raises(Refused, match="Order is cancelled already"):
        await target.set_status("7", "cancel", date=None, tracking="")
    assert shop.methods() == ["UpdateOrderStatus"]


@pytest.mark.parametrize("shown", [True, False])
async def test_a_doubt_is_looked_at(shop: Account, target: JustClickTarget, shown: bool) -> None:
    """An answer that got lost: if the order shows the state it was done, else it stays in doubt."""
    shop.orders = [an_order(7, pay_status="cancel" if shown else "waiting")]
    shop.instead = lambda method, fields: b"<html>" if method == "UpdateOrderStatus" else None
    if shown:
        await target.set_status("7", "cancel", date=None, tracking="")
    else:
        with pytest.raises(InDoubt, match="look at the order"):
            await target.set_status("7", "cancel", date=None, tracking="")
    assert shop.methods() == ["UpdateOrderStatus", "getOrderDetails"]


async def test_an_order_that_has_gone_meanwhile(shop: Account, target: JustClickTarget) -> None:
    """A yes for an order that is not there afterwards is in doubt."""
    shop.instead = lambda method, fields: (
        answer_body((0, "OK", None)) if method == "UpdateOrderStatus" else None
    )
    with pytest.raises(InDoubt):
        await target.set_status("7", "cancel", date=None, tracking="")
