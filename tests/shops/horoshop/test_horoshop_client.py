"""Tokens and envelopes: what an answer of Horoshop means, whatever its HTTP status says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from syncd.errors import BrokenAnswer, InDoubt, Misconfigured, NotAuthorised, Refused, ShopUnavailable
from syncd.shops.horoshop.client import HoroshopClient, Reply, request_headers
from syncd.shops.horoshop.subscriptions import HoroshopSubscriptions
from tests.shops.conftest import Connect
from tests.shops.horoshop.small_shop import LOGIN, PASSWORD, SmallShop, Told, an_order, envelope
from tests.shops.samples import sample, sample_bytes

pytestmark = pytest.mark.anyio

WINDOW = ("2026-11-19 00:00:00", "2026-11-20 23:59:59")


async def window(client: HoroshopClient) -> Reply:
    return await client.orders_created(*WINDOW, limit=100, offset=0)


def answers(shop: SmallShop, function: str, *told: Told) -> None:
    """The shop says these things to a function, one per call, the last one for ever."""
    left = list(told)
    shop.before = lambda name, body: (left.pop(0) if len(left) > 1 else left[0]) if name == function else None


async def test_calls_are_those_of_the_samples(shop: SmallShop, client: HoroshopClient) -> None:
    """Login, token in the body, window, page, and numbers go out as the contract's samples show them."""
    await window(client)
    await client.orders_numbered([1001])
    token = next(iter(shop.tokens))
    assert shop.called("auth") == [{"login": LOGIN, "password": PASSWORD}]
    assert shop.called("auth")[0].keys() == sample("horoshop_auth_request.json").keys()
    by_window, by_number = shop.called("orders/get")
    assert by_window == sample("horoshop_orders_get_request.json") | {"token": token}
    assert by_number == sample("horoshop_orders_get_by_ids_request.json") | {"token": token}


async def test_the_request_has_no_byte_order_mark(shop: SmallShop, client: HoroshopClient) -> None:
    """A mark before the JSON makes it `payload is not json` (contracts/sources §1.2)."""
    await window(client)
    assert [request.partition(b"\r\n\r\n")[2][:1] for request in shop.wire.requests] == [b"{", b"{"]


async def test_a_user_agent_can_be_set(shop: SmallShop, connect: Connect) -> None:
    """Some shops let browsers in only."""
    transport = connect(shop.wire.url, headers=request_headers("Mozilla/5.0 (mine)"))
    await window(HoroshopClient(transport, login=LOGIN, password=PASSWORD, now=shop.clock))
    assert all(b"user-agent: mozilla/5.0 (mine)\r\n" in request.lower() for request in shop.wire.requests)


async def test_one_token_serves_until_shortly_before_its_end(shop: SmallShop, client: HoroshopClient) -> None:
    """600 seconds of life less 30, then a new login, without waiting for the shop to refuse the old one."""
    await window(client)
    shop.passes(569)
    await window(client)
    assert len(shop.tokens) == 1
    shop.passes(1)
    await window(client)
    assert len(shop.tokens) == 2
    assert len(shop.called("orders/get")) == 3


async def test_a_clock_put_back_does_not_keep_a_token_for_ever(
    shop: SmallShop, client: HoroshopClient
) -> None:
    """A token taken in the future is renewed: nobody knows how long it lives."""
    await window(client)
    shop.passes(-3600)
    await window(client)
    assert len(shop.called("auth")) == 2


async def test_calls_at_the_same_time_log_in_once(shop: SmallShop, client: HoroshopClient) -> None:
    """Tasks that all need a token wait for one login (contracts/sources §6, 8)."""
    await asyncio.gather(*(window(client) for _ in range(8)))
    assert len(shop.called("auth")) == 1
    assert len(shop.called("orders/get")) == 8


async def test_calls_that_meet_a_dead_token_together_log_in_once_more(
    shop: SmallShop, client: HoroshopClient
) -> None:
    """Each of them is told UNAUTHORIZED; the first renews the token, the others take the new one and keep it."""
    await window(client)
    shop.tokens.clear()
    shop.tokens["somebody else's"] = shop.now
    await asyncio.gather(*(window(client) for _ in range(3)))
    assert len(shop.called("auth")) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        (200, sample("horoshop_unauthorized.json")),
        envelope("AUTHORIZATION_ERROR"),
        (401, b"<html>who are you?</html>"),
        envelope("ERROR", message="Token is not valid"),
        envelope("EXCEPTION", message="Невірний токен"),
    ],
)
async def test_a_refused_token_is_renewed_once(
    shop: SmallShop, client: HoroshopClient, refusal: Told
) -> None:
    """By status, by HTTP or by words: the token is dropped, one login, one repetition."""
    answers(shop, "orders/get", refusal, envelope("OK", orders=[an_order(7)]))
    assert [row["order_id"] for row in (await window(client)).rows] == [7]
    first, second = shop.called("orders/get")
    assert first["token"] != second["token"]


async def test_a_success_that_speaks_of_the_token_is_one(shop: SmallShop, client: HoroshopClient) -> None:
    """Only a failure's text is looked at."""
    answers(shop, "orders/get", envelope("OK", orders=[], message="token is about to end"))
    assert (await window(client)).rows == []
    assert len(shop.called("auth")) == 1


async def test_a_new_token_that_is_refused_too_ends_it(shop: SmallShop, client: HoroshopClient) -> None:
    """Two logins and two calls, then a person is needed: no hammering."""
    answers(shop, "orders/get", (200, sample("horoshop_unauthorized.json")))
    with pytest.raises(NotAuthorised):
        await window(client)
    assert len(shop.called("auth")) == len(shop.called("orders/get")) == 2


@pytest.mark.parametrize(
    "refusal", [(200, sample("horoshop_auth_error.json")), (401, b"no"), envelope("AUTHORIZATION_ERROR")]
)
async def test_a_refused_login_is_not_tried_again(
    shop: SmallShop, client: HoroshopClient, refusal: Told
) -> None:
    """A wrong password is a setting: one call, one error."""
    answers(shop, "auth", refusal)
    with pytest.raises(NotAuthorised, match="login"):
        await window(client)
    assert [function for function, _ in shop.calls] == ["auth"]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ((200, sample("horoshop_exception.json")), ShopUnavailable),
        ((200, sample_bytes("horoshop_html_challenge.txt")), ShopUnavailable),
        ((200, sample("horoshop_undefined_function.json")), Misconfigured),
        (envelope("OK"), BrokenAnswer),
        (envelope("OK", token=""), BrokenAnswer),
        ((200, {"status": "OK", "response": []}), BrokenAnswer),
    ],
)
async def test_a_login_that_fails_otherwise_is_no_wrong_password(
    shop: SmallShop, client: HoroshopClient, told: Told, error: type[Exception]
) -> None:
    """An exception of the shop, a page or an answer without a token: nobody has to change the password."""
    answers(shop, "auth", told)
    with pytest.raises(error) as raised:
        await window(client)
    assert not isinstance(raised.value, NotAuthorised)


async def test_the_token_of_the_sample_is_taken(shop: SmallShop, client: HoroshopClient) -> None:
    """The answer to a login as the contract shows it."""
    shop.before = lambda function, body: (
        (200, sample("horoshop_auth_ok.json")) if function == "auth" else envelope("EMPTY")
    )
    await window(client)
    assert shop.called("orders/get")[0]["token"] == "0123456789abcdef0123456789abcdef"


async def test_empty_means_no_orders(shop: SmallShop, client: HoroshopClient) -> None:
    """EMPTY is a success with zero rows and the shop's clock (contracts/sources §6, 9)."""
    answers(shop, "orders/get", (200, sample("horoshop_orders_get_empty.json")))
    assert await window(client) == Reply([], shop.now)


async def test_our_clock_stands_in_where_the_shop_tells_none(shop: SmallShop, client: HoroshopClient) -> None:
    """A server without a Date header."""
    shop.tells_time = False
    assert (await window(client)).clock == shop.now


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ((200, sample("horoshop_undefined_function.json")), Misconfigured),
        ((200, sample("horoshop_http_error.json")), Misconfigured),
        ((200, sample_bytes("horoshop_html_challenge.txt")), ShopUnavailable),
        ((200, b""), ShopUnavailable),
        ((403, b"<html>no</html>"), ShopUnavailable),
        ((404, {"error": "no route"}), ShopUnavailable),
        ((200, sample("horoshop_exception.json")), ShopUnavailable),
        (envelope("ERROR", message="database"), ShopUnavailable),
        (envelope("PERHAPS", orders=[]), BrokenAnswer),
        (envelope("OK"), BrokenAnswer),
        (envelope("OK", orders=None), BrokenAnswer),
        (envelope("OK", orders="none"), BrokenAnswer),
        ((200, {"status": "OK", "response": []}), BrokenAnswer),
        ((200, {"status": ["OK"], "response": {}}), ShopUnavailable),
        ((200, [1]), ShopUnavailable),
    ],
)
async def test_nothing_but_empty_is_read_as_no_orders(
    shop: SmallShop, client: HoroshopClient, told: Told, error: type[Exception]
) -> None:
    """An unknown function, a malformed request, a page with status 200, a failure: each is an error of its kind, and none a
    list without orders (contracts/sources §6, 9)."""
    answers(shop, "orders/get", told)
    with pytest.raises(error) as raised:
        await window(client)
    assert type(raised.value) is error
    assert len(shop.called("orders/get")) == 1


async def test_a_page_is_told_as_one_with_what_to_do(shop: SmallShop, client: HoroshopClient) -> None:
    """A protection against robots is passed by a User-Agent or by a rule there; the page is not repeated."""
    answers(shop, "orders/get", (200, sample_bytes("horoshop_html_challenge.txt")))
    with pytest.raises(ShopUnavailable, match="User-Agent") as raised:
        await window(client)
    assert "script" not in str(raised.value)


async def test_a_map_of_orders_is_a_list_too(shop: SmallShop, client: HoroshopClient) -> None:
    """PHP makes an object of a list with a hole in it."""
    answers(shop, "orders/get", envelope("OK", orders={"3": an_order(7)}))
    assert [row["order_id"] for row in (await window(client)).rows] == [7]


@pytest.mark.parametrize("call", ["auth", "orders/get", "orders/update", "hooks/subscribe"])
async def test_no_error_tells_a_secret(shop: SmallShop, client: HoroshopClient, call: str) -> None:
    """A shop that repeats what it was sent, in its text or in a page: neither login nor password, token or our address
    comes into an error (contracts/sources §6, 19)."""
    url = "https://bridge.example/in/horoshop/main/canary-secret/order_created"

    def repeats(function: str, body: dict[str, Any]) -> Told | None:
        return envelope("ERROR", message=f"no: {list(body.values())}") if function == call else None

    shop.before = repeats
    with pytest.raises((NotAuthorised, ShopUnavailable, Refused, InDoubt)) as raised:
        if call == "orders/update":
            await client.update_order({"order_id": 1, "status": 2, "x": next(iter(shop.tokens), PASSWORD)})
        elif call == "hooks/subscribe":
            await HoroshopSubscriptions(client).subscribe("order_created", url)
        else:
            await window(client)
    assert "canary" not in str(raised.value)
