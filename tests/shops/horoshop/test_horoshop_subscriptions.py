"""Subscriptions to Horoshop's hooks: 201 and 410 are the successes, and the address is a secret."""

from __future__ import annotations

import pytest

from syncd.errors import InDoubt, Misconfigured, NotAuthorised, Refused
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.horoshop.subscriptions import HoroshopSubscriptions
from tests.shops.horoshop.small_shop import SmallShop, Told, envelope
from tests.shops.samples import sample

pytestmark = pytest.mark.anyio

REQUEST = sample("horoshop_hook_subscribe_request.json")
URL = REQUEST["target_url"]
SECRET = "5f1c-long-random"


@pytest.fixture
def subscriptions(client: HoroshopClient) -> HoroshopSubscriptions:
    return HoroshopSubscriptions(client)


def says(shop: SmallShop, *told: Told) -> None:
    left = list(told)
    shop.before = lambda function, body: left.pop(0) if function.startswith("hooks/") else None


async def test_a_subscription_is_made_by_201(shop: SmallShop, subscriptions: HoroshopSubscriptions) -> None:
    """Token, event and address go out, the id comes back, without an envelope."""
    says(shop, (201, sample("horoshop_hook_subscribe_ok.json")))
    assert await subscriptions.subscribe("order_created", URL) == "77"
    assert shop.called("hooks/subscribe") == [REQUEST | {"token": next(iter(shop.tokens))}]


@pytest.mark.parametrize("told", [(200, {"id": 77}), (202, {"id": "77"}), (201, {"status": "OK", "id": 77})])
async def test_another_success_that_tells_an_id_is_one(
    shop: SmallShop, subscriptions: HoroshopSubscriptions, told: Told
) -> None:
    """Only what is not 20x is a failure, and a word about the status beside the id is no matter."""
    says(shop, told)
    assert await subscriptions.subscribe("order_created", URL) == "77"


async def test_the_reason_of_a_refusal_is_told(shop: SmallShop, subscriptions: HoroshopSubscriptions) -> None:
    """It stands beside the status: answers of `hooks/*` have no envelope."""
    says(shop, (400, {"status": "ERROR", "message": f"the limit of subscribers is reached: {URL}"}))
    with pytest.raises(Refused, match="the limit of subscribers is reached") as raised:
        await subscriptions.subscribe("order_created", URL)
    assert SECRET not in str(raised.value)


async def test_a_subscription_is_ended_by_410(shop: SmallShop, subscriptions: HoroshopSubscriptions) -> None:
    """Gone is what was asked for."""
    says(shop, (410, sample("horoshop_hook_unsubscribe_ok.json")))
    await subscriptions.unsubscribe("77", URL)
    (body,) = shop.called("hooks/unSubscribe")
    assert body == {"token": next(iter(shop.tokens)), "id": 77, "target_url": URL}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ((200, {"number": 77}), InDoubt),
        ((210, {"id": 77}), InDoubt),
        ((201, {"number": 77}), InDoubt),
        ((201, {"id": True}), InDoubt),
        ((201, b"[]"), InDoubt),
        ((500, b"<html>oops</html>"), InDoubt),
        ((200, sample("horoshop_exception.json")), InDoubt),
        ((400, {"error": f"limit for the event is reached: {URL}"}), Refused),
        ((403, b"<html>no</html>"), Refused),
        (envelope("ERROR", message=f"limit for the event is reached: {URL}"), Refused),
        (envelope("OK"), Refused),
        ((200, sample("horoshop_undefined_function.json")), Misconfigured),
    ],
)
async def test_anything_else_is_no_subscription(
    shop: SmallShop, subscriptions: HoroshopSubscriptions, told: Told, error: type[Exception]
) -> None:
    """The shop's refusal, or a doubt where it may have been made; our address is never repeated."""
    says(shop, told)
    with pytest.raises(error) as raised:
        await subscriptions.subscribe("order_created", URL)
    assert type(raised.value) is error
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ((200, sample("horoshop_hook_unsubscribe_ok.json")), Refused),
        ((404, {"status": "ERROR", "response": {"message": "no such subscriber"}}), Refused),
        ((500, b""), InDoubt),
    ],
)
async def test_anything_else_is_no_end(
    shop: SmallShop, subscriptions: HoroshopSubscriptions, told: Told, error: type[Exception]
) -> None:
    """Only 410 says that the subscriber is gone."""
    says(shop, told)
    with pytest.raises(error):
        await subscriptions.unsubscribe("77", URL)


async def test_a_dead_token_is_renewed_here_too(
    shop: SmallShop, subscriptions: HoroshopSubscriptions
) -> None:
    """Refused tokens come in an envelope, also from `hooks/*`."""
    says(shop, (200, sample("horoshop_unauthorized.json")), (201, {"id": "78"}))
    assert await subscriptions.subscribe("order_paid", URL) == "78"
    says(shop, *[(200, sample("horoshop_unauthorized.json"))] * 2)
    with pytest.raises(NotAuthorised):
        await subscriptions.unsubscribe("78", URL)
