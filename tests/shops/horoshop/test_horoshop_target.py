"""Writing back to Horoshop: one status, its word in the log, and the proof by reading it back."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import Held, InDoubt, Misconfigured, NotAuthorised, Refused
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.horoshop.target import HoroshopTarget
from tests.shops.horoshop.small_shop import SmallShop, Told, an_order, envelope
from tests.shops.samples import sample, sample_bytes

pytestmark = pytest.mark.anyio

UPDATE = "orders/update"


@pytest.fixture
def target(shop: SmallShop, client: HoroshopClient) -> HoroshopTarget:
    """For a shop that has order 1001 in status 1."""
    shop.orders = [an_order(1001)]
    return HoroshopTarget(client)


def takes(shop: SmallShop, told: Told, *, does: bool) -> None:
    """The shop answers an update so, and does it or not."""

    def updated(function: str, body: dict[str, Any]) -> Told | None:
        if function != UPDATE:
            return None
        if does:
            shop.orders[0]["stat_status"] = body["orders"][0]["status"]
        return told

    shop.before = updated


@pytest.mark.parametrize(
    "told",
    [
        envelope("OK"),
        (200, {"status": "OK", "response": []}),
        envelope("OK", log=[{"status": "OK", "messages": ["saved"]}]),
        envelope("WARNING", log=[{"status": "OK", "message": "saved"}]),
        envelope("WARNING", log=[]),
        envelope("WARNING", log=["?"]),
        envelope("WARNING", log={"x": 1}),
    ],
)
async def test_a_status_is_written_and_read_back(shop: SmallShop, target: HoroshopTarget, told: Told) -> None:
    """Whatever the shop says about it, the order that stands there is the proof."""
    takes(shop, told, does=True)
    await target.set_status("1001", "6", tracking="20450000000001")
    (body,) = shop.called(UPDATE)
    expected = sample("horoshop_orders_update_request.json")["orders"][0]
    del expected["payed"]
    assert body["orders"] == [expected]
    assert shop.called("orders/get")[-1]["ids"] == [1001]


async def test_without_a_tracking_number_none_is_written(shop: SmallShop, target: HoroshopTarget) -> None:
    """An empty one would wipe what stands there."""
    takes(shop, envelope("OK"), does=True)
    await target.set_status("1001", "6")
    assert shop.called(UPDATE)[0]["orders"] == [{"order_id": 1001, "status": 6}]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (sample("horoshop_orders_update_warning.json")["response"]["log"][1], "order not found"),
        ({"status": "ERROR", "message": "not allowed"}, "not allowed"),
        ({"status": "error", "messages": "one text"}, "one text"),
        ({"status": "ERROR"}, "no reason given"),
    ],
)
async def test_the_word_in_the_log_is_about_the_order_at_its_place(
    shop: SmallShop, target: HoroshopTarget, entry: dict[str, Any], reason: str
) -> None:
    """WARNING with an error at the first place refuses the one order that was sent; no entry names its order."""
    takes(shop, envelope("WARNING", log=[entry]), does=False)
    with pytest.raises(Refused, match=f"1001.*{reason}"):
        await target.set_status("1001", "6")


async def test_a_status_that_was_taken_and_not_done_is_told(shop: SmallShop, target: HoroshopTarget) -> None:
    """OK proves nothing."""
    takes(shop, envelope("OK"), does=False)
    with pytest.raises(Refused, match="stands at 1"):
        await target.set_status("1001", "6")


async def test_an_order_that_is_not_there_is_told(shop: SmallShop, target: HoroshopTarget) -> None:
    """The shop says OK about an order that it does not have."""
    shop.orders = []
    takes(shop, envelope("OK"), does=False)
    with pytest.raises(Refused, match="no status"):
        await target.set_status("1001", "6")


@pytest.mark.parametrize(
    "told",
    [
        (200, sample("horoshop_exception.json")),
        (200, sample_bytes("horoshop_html_challenge.txt")),
        (500, b""),
    ],
)
async def test_a_write_in_doubt_is_settled_by_reading(
    shop: SmallShop, target: HoroshopTarget, told: Told
) -> None:
    """Done all the same is done; else the doubt stays, for the call may still be at work."""
    takes(shop, told, does=False)
    with pytest.raises(InDoubt):
        await target.set_status("1001", "6")
    takes(shop, told, does=True)
    await target.set_status("1001", "6")


async def test_a_doubt_that_cannot_be_settled_stays_one(shop: SmallShop, target: HoroshopTarget) -> None:
    """The shop is unwell as a whole: trouble of the reading does not hide that something may have been written."""
    shop.before = lambda function, body: (
        None if function == "auth" else (200, sample("horoshop_exception.json"))
    )
    with pytest.raises(InDoubt):
        await target.set_status("1001", "6")


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (envelope("ERROR", message="no"), Refused),
        (envelope("EMPTY"), Refused),
        ((200, sample("horoshop_undefined_function.json")), Misconfigured),
        ((200, sample("horoshop_http_error.json")), Misconfigured),
    ],
)
async def test_a_refused_write_is_no_doubt(
    shop: SmallShop, target: HoroshopTarget, told: Told, error: type[Exception]
) -> None:
    """Nothing was written, and nothing is looked for."""
    takes(shop, told, does=False)
    with pytest.raises(error):
        await target.set_status("1001", "6")
    assert not shop.called("orders/get")


async def test_a_write_with_a_dead_token_is_sent_once_more(shop: SmallShop, target: HoroshopTarget) -> None:
    """A refused token means that nothing was done."""
    takes(shop, (200, sample("horoshop_unauthorized.json")), does=False)
    with pytest.raises(NotAuthorised):
        await target.set_status("1001", "6")
    assert len(shop.called(UPDATE)) == 2


async def test_a_cancel_needs_leave(shop: SmallShop, target: HoroshopTarget, client: HoroshopClient) -> None:
    """Status 4 by the API is final and keeps the goods deducted: it is written by explicit setting only."""
    takes(shop, envelope("OK"), does=True)
    for spelling in ("4", "004"):
        with pytest.raises(Held, match="status 4"):
            await target.set_status("1001", spelling)
    assert not shop.calls
    await HoroshopTarget(client, cancel=True).set_status("1001", "04")
    assert shop.orders[0]["stat_status"] == 4


@pytest.mark.parametrize(("key", "status"), [("x", "6"), ("1001", "P"), ("", "6"), ("1001", "")])
async def test_only_numbers_are_sent(shop: SmallShop, target: HoroshopTarget, key: str, status: str) -> None:
    """Orders and statuses are numbers there."""
    with pytest.raises(Held):
        await target.set_status(key, status)
    assert not shop.calls
