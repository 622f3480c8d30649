"""One call: its address and body, and what its answer means (contracts/sources §2.1-§2.4)."""

from __future__ import annotations

import asyncio
import json
from asyncio import StreamWriter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncd.app import utc_now
from syncd.errors import (
    BrokenAnswer,
    InDoubt,
    Misconfigured,
    NotAuthorised,
    Refused,
    ShopUnavailable,
    StopStream,
    SyncdError,
    Throttled,
)
from syncd.shops.justclick.client import JustClickClient
from tests.shops.conftest import Connect
from tests.shops.justclick.justclick_account import (
    KEY,
    LOGIN,
    NOW,
    Account,
    Told,
    an_order,
    answer_body,
    sample,
)
from tests.shops.justclick.own_silence import OwnSilence
from tests.shops.wire import free_port, resets, says, wire

pytestmark = pytest.mark.anyio

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 20)
Call = Callable[[JustClickClient], Any]
CALLS: dict[str, Call] = {
    "window": lambda client: client.orders_with_goods(FIRST, LAST),
    "orders": lambda client: client.orders(datetime.fromtimestamp(1, UTC), datetime.fromtimestamp(2, UTC)),
    "goods": lambda client: client.goods(),
    "details": lambda client: client.order_details("102937"),
    "update": lambda client: client.update_order_status("102937", "cancel"),
}
LISTS = ("window", "orders", "goods")


def always(shop: Account, body: bytes | Told | dict[str, Any], status: int = 200) -> None:
    """The account answers this to everything."""
    if isinstance(body, tuple):
        body = answer_body(body)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    shop.instead = lambda method, fields: raw
    shop.status = status


async def test_requests_are_those_of_the_samples(shop: Account, client: JustClickClient) -> None:
    """Address, kind and body are the sample's, byte for byte; an account with another key refuses no hash here."""
    moments = (datetime.fromtimestamp(1700000000, UTC), datetime.fromtimestamp(1700086400, UTC))
    await client.orders_with_goods(FIRST, LAST, goods=["book_1"])
    await client.orders(*moments, paid=True, goods=["1", "2", "3"])
    assert shop.served is not None
    for raw, name in zip(
        shop.served.requests, ("get_orders_with_goods_request", "get_orders_request"), strict=True
    ):
        head, _, body = raw.partition(b"\r\n\r\n")
        wanted = sample(name)
        assert head.startswith(f"POST {wanted['path']} HTTP/1.1\r\n".encode())
        assert b"content-type: application/x-www-form-urlencoded" in head.lower()
        assert body.decode() == wanted["body"]


async def test_what_is_not_wanted_is_left_out(shop: Account, client: JustClickClient) -> None:
    """`paid=false` would be true on the other side, so only `paid=1` is ever sent."""
    await client.orders_with_goods(FIRST, LAST)
    await client.orders_with_goods(FIRST, LAST, paid=True)
    await client.order_details("7")
    await client.goods()
    told = [{name: text for name, text in fields.items() if name != "hash"} for _, fields in shop.calls]
    days = {"begin_date": "01.11.2026", "end_date": "20.11.2026"}
    assert told == [days, days | {"paid": "1"}, {"bill_id": "7", "good_info": "1"}, {}]


async def test_a_list(shop: Account, client: JustClickClient) -> None:
    """Rows come as they are, with the shop's clock; a list keyed by number is one too; goods are listed alike."""
    always(shop, (0, "OK", [{"id": "1"}]))
    told = await client.orders_with_goods(FIRST, LAST)
    assert (told.rows, told.clock) == ([{"id": "1"}], NOW)
    always(shop, (0, "All right", {"1": {"id": "1"}, "2": {"id": "2"}}))
    assert (await client.orders_with_goods(FIRST, LAST)).rows == [{"id": "1"}, {"id": "2"}]
    shop.instead = None
    assert [row["good_name"] for row in (await client.goods()).rows] == ["book_1"]


@pytest.mark.parametrize("name", ["no_orders_401", "no_orders_empty_result"])
@pytest.mark.parametrize("call", LISTS)
async def test_point_3_no_orders_are_an_empty_list(
    shop: Account, client: JustClickClient, name: str, call: str
) -> None:
    """401 on a list is "none", as is an empty result."""
    always(shop, sample(name))
    assert (await CALLS[call](client)).rows == []


@pytest.mark.parametrize("code", [200, 400, 401])
async def test_point_3_no_such_order(shop: Account, client: JustClickClient, code: int) -> None:
    """For lists "none", for one order "not found", for a change the order is gone."""
    always(shop, (code, "No such order", None))
    assert (await client.orders_with_goods(FIRST, LAST)).rows == []
    assert await client.order_details("102937") is None
    with pytest.raises(Refused) as refused:
        await client.update_order_status("102937", "cancel")
    assert refused.value.code == "gone"


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (1, NotAuthorised, "SYNCD_SOURCES"),
        (4, NotAuthorised, "SYNCD_SOURCES"),
        (5, Misconfigured, "SYNCD_SOURCES"),
        (6, NotAuthorised, "192.0.2.7.*API settings"),
        (7, NotAuthorised, "disabled"),
    ],
)
async def test_point_3_what_stops_the_source(
    shop: Account, client: JustClickClient, code: int, kind: type[SyncdError], words: str
) -> None:
    """Hash, user, address and account are a person's business, whichever call meets them."""
    always(shop, (code, "Permission denied for IP 192.0.2.7", None))
    for call in CALLS.values():
        with pytest.raises(Misconfigured, match=words) as stop:
            await call(client)
        assert type(stop.value) is kind


@pytest.mark.parametrize("name", ["incorrect_hash", "ip_denied"])
async def test_samples_that_stop_the_source(shop: Account, client: JustClickClient, name: str) -> None:
    """Signed with our key, the refusals of the samples are believed."""
    always(shop, sample(name))
    with pytest.raises(NotAuthorised, match=f"code {sample(name)['error_code']} "):
        await client.goods()


async def test_the_limit_of_calls(shop: Account, connect: Connect) -> None:
    """After code 8 nothing at all is sent for half an hour, whoever asks: the account could be blocked for good."""
    clock, silence = [NOW], OwnSilence()

    def client() -> JustClickClient:
        """One of a process of its own: only the silence is shared."""
        transport = connect(shop.url, shop="justclick", headers={})
        return JustClickClient(transport, login=LOGIN, key=KEY, silence=silence, now=lambda: clock[0])

    always(shop, sample("rate_limited"))
    with pytest.raises(Throttled) as throttled:
        await client().orders_with_goods(FIRST, LAST)
    assert throttled.value.retry_after >= 1800
    shop.instead = None
    clock[0] += timedelta(seconds=1799)
    for call in CALLS.values():
        with pytest.raises(Throttled) as throttled:
            await call(client())
        assert throttled.value.retry_after == pytest.approx(1)
    assert len(shop.calls) == 1
    clock[0] += timedelta(seconds=2)
    assert (await client().goods()).rows
    assert len(shop.calls) == 2


async def test_a_clock_that_is_put_back_makes_no_endless_silence(shop: Account, connect: Connect) -> None:
    """A silence that lasts longer than any tells nothing: it would keep the source away for as long as the clock jumped."""
    silence = OwnSilence()
    await silence.keep(NOW + timedelta(days=1))
    transport = connect(shop.url, shop="justclick", headers={})
    client = JustClickClient(transport, login=LOGIN, key=KEY, silence=silence, now=lambda: NOW)
    assert (await client.goods()).rows


@pytest.mark.parametrize("code", [2, 3, 100, 201, 205, 500, 606, 801, 999, -1])
async def test_other_codes_are_permanent(shop: Account, client: JustClickClient, code: int) -> None:
    """A list that is refused stops the stream, one order or change is refused; the text is told."""
    always(shop, (code, "Function is off", None))
    for name, call in CALLS.items():
        with pytest.raises(StopStream if name in LISTS else Refused, match=f"code {code} .'Function is off'"):
            await call(client)
    assert len(shop.calls) == len(CALLS)


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "0" * 32},
        {"hash": ""},
        {"hash": None},
        {"hash": 0},
        {"hash": ["cf2b10a8fd707c6d14f496e19503b0a1"]},
        {"hash": "CF2B10A8FD707C6D14F496E19503B0A1"},
        {"hash": "cf2b10a8fd707c6d14f496e19503b0a1 "},
        {"hash": "٣" * 32},
        {"hash": "\ud800"},
        {"error_text": "ok"},
        {"error_text": ["OK"]},
        {"error_code": 401},
        {"error_code": [0]},
        {"error_code": 1.5},
        {"error_code": {"x": 0}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("call", ["window", "details"])
async def test_point_2_a_wrong_response_hash(
    shop: Account, client: JustClickClient, change: dict[str, Any], call: str
) -> None:
    """Mismatch, missing, no text, upper case: the answer is rejected, and what it says is not used."""
    good = {"error_code": 0, "error_text": "OK", "result": [an_order(102937)]}
    always(shop, good | {"hash": "cf2b10a8fd707c6d14f496e19503b0a1"} | change)
    with pytest.raises(Misconfigured, match=r"(?s)nothing in it is used.*key is wrong.*proxy"):
        await CALLS[call](client)


async def test_point_2_a_missing_response_hash(shop: Account, client: JustClickClient) -> None:
    """No field at all is the same; so is any other JSON object of a proxy."""
    for body in ({"error_code": 0, "error_text": "OK", "result": []}, {"error": "login first"}, {}):
        always(shop, body)
        with pytest.raises(Misconfigured, match="no hash"):
            await client.goods()


async def test_point_2_the_sample_of_a_bad_response_hash(shop: Account, client: JustClickClient) -> None:
    """The sample's order never comes out."""
    always(shop, sample("bad_response_hash"))
    with pytest.raises(Misconfigured, match="a wrong hash; it claims code 0,"):
        await client.orders_with_goods(FIRST, LAST)


async def test_words_of_others_are_cut(shop: Account, client: JustClickClient) -> None:
    """However long a text or a code is, the message stays one that can be read."""
    always(shop, (999, "x" * 5000, None))
    with pytest.raises(StopStream) as stop:
        await client.goods()
    assert len(str(stop.value)) < 400
    always(shop, {"error_code": 10**60, "error_text": "OK", "hash": "x"})
    with pytest.raises(Misconfigured) as mistake:
        await client.goods()
    assert "claims" not in str(mistake.value)


async def test_point_2_a_wrong_key(shop: Account, connect: Connect) -> None:
    """With another key the account's refusal is not signed with ours: the message names the key, and holds none."""
    transport = connect(shop.url, shop="justclick", headers={})
    client = JustClickClient(
        transport, login=LOGIN, key="wrong-key-of-ours", silence=OwnSilence(), now=utc_now
    )
    with pytest.raises(Misconfigured, match=r"claims code 4,.*SYNCD_SOURCES") as error:
        await client.goods()
    assert "wrong-key-of-ours" not in str(error.value)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("code", "text"), [(0, "OK"), ("0", "OK"), (0, ""), (0, None), ("0", "Готово"), (0, 5)], ids=repr
)
async def test_code_and_text_of_any_kind(
    shop: Account, client: JustClickClient, code: Any, text: Any
) -> None:
    """A code is a number or its digits, a text may be missing; the hash is over what they say."""
    body = json.loads(answer_body((int(code), "" if text is None else text, [{"id": "1"}])))
    always(shop, body | {"error_code": code, "error_text": text})
    assert (await client.goods()).rows == [{"id": "1"}]


@pytest.mark.parametrize("call", ["window", "details"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>maintenance</html>", b"[]", b'"OK"', b"null", b'{"error_code": 0', b"[" * 100_000]
)
async def test_an_answer_that_is_no_object(
    shop: Account, client: JustClickClient, call: str, body: bytes
) -> None:
    """A page, a cut body, another kind of JSON: asked again later, never "no orders"."""
    always(shop, body or b"\n")
    with pytest.raises(BrokenAnswer):
        await CALLS[call](client)


async def test_a_signed_code_that_is_no_number(shop: Account, client: JustClickClient) -> None:
    """It is no answer of the API."""
    for code in ("", "zero", "1e99"):
        body = json.loads(answer_body((code, "OK", []))) | {"error_code": code}  # type: ignore[arg-type]
        always(shop, body)
        with pytest.raises(BrokenAnswer, match="error_code"):
            await client.goods()


@pytest.mark.parametrize("result", ["OK", 5, True])
async def test_a_result_that_is_no_list(shop: Account, client: JustClickClient, result: Any) -> None:
    """A list must be one."""
    always(shop, (0, "OK", result))
    with pytest.raises(BrokenAnswer, match="result of getOrdersWithGoods"):
        await client.orders_with_goods(FIRST, LAST)


async def test_the_details_are_those_of_the_order(shop: Account, client: JustClickClient) -> None:
    """Alone or as the only one of a list; another order, several or none are broken: the hash says nothing about them."""
    always(shop, (0, "OK", an_order(102937)))
    assert (await client.order_details("102937"))["id"] == "102937"
    always(shop, (0, "OK", [an_order(102937)]))
    assert (await client.order_details("102937"))["id"] == "102937"
    wrong: list[Any] = [an_order(102938), [an_order(102937), an_order(102937)], [], {}, "x", [[]]]
    for result in wrong:
        always(shop, (0, "OK", result))
        with pytest.raises(BrokenAnswer):
            await client.order_details("102937")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406])
async def test_a_page_of_a_web_server(shop: Account, client: JustClickClient, status: int) -> None:
    """The API answers 200 to everything; another status with a page, or with JSON of somebody else, is not the API. A
    change that it did not pass on was not made."""
    for body in (b"<html>", b'{"error": "denied"}'):
        always(shop, body, status)
        for call in CALLS.values():
            with pytest.raises(ShopUnavailable, match=rf"status {status}.*SYNCD_SOURCES"):
                await call(client)


async def test_a_signed_answer_is_believed_whatever_its_status(
    shop: Account, client: JustClickClient
) -> None:
    """What is signed is the API's."""
    always(shop, (5, "No such user", None), 403)
    with pytest.raises(Misconfigured, match="no such account"):
        await client.goods()


async def test_a_redirect_is_a_mistake_of_the_address(client: JustClickClient, connect: Connect) -> None:
    """A POST that is followed as GET loses its body, so nothing is followed (§2.1)."""
    async with wire(says(307, b"", "Location: https://elsewhere.test/api/")) as server:
        moved = JustClickClient(
            connect(server.url, shop="justclick", headers={}),
            login=LOGIN,
            key=KEY,
            silence=OwnSilence(),
            now=utc_now,
        )
        with pytest.raises(Misconfigured, match=r"SYNCD_JUSTCLICK__URL"):
            await moved.goods()
        assert len(server.requests) == 1


async def test_a_change(shop: Account, client: JustClickClient) -> None:
    """The fields are those of the vector, in its order; without date and number they are left out."""
    shop.orders = [an_order(102937)]
    moment = datetime.fromtimestamp(1700000000, UTC)
    await client.update_order_status("102937", "sent", date=moment, rpo="RA123456789RU")
    await client.update_order_status("102937", "cancel")
    first, second = (fields for _, fields in shop.calls)
    assert list(first.items())[:-1] == [
        ("bill_id", "102937"),
        ("status", "sent"),
        ("date", "1700000000"),
        ("rpo", "RA123456789RU"),
    ]
    assert first["hash"] == "06e39f5b7253984d37d6e108dc8d5df1"
    assert list(second) == ["bill_id", "status", "hash"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"<html>"),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b'{"error_code":0,"error_text":"OK","hash":"x"}'),
    ],
)
async def test_a_change_with_an_unknown_outcome(
    shop: Account, client: JustClickClient, status: int, body: bytes
) -> None:
    """A page or an answer that is not theirs leaves a change in doubt; it is sent once."""
    always(shop, body, status)
    with pytest.raises(InDoubt) as doubt:
        await client.update_order_status("102937", "cancel")
    assert doubt.value.ended
    assert shop.methods() == ["UpdateOrderStatus"]


async def test_a_change_whose_answer_never_comes(connect: Connect) -> None:
    """A broken connection leaves it in doubt, one that was never made does not."""
    async with wire(resets()) as server:
        lost = JustClickClient(
            connect(server.url, shop="justclick", headers={}),
            login=LOGIN,
            key=KEY,
            silence=OwnSilence(),
            now=utc_now,
        )
        with pytest.raises(InDoubt):
            await lost.update_order_status("1", "cancel")
    address = f"http://127.0.0.1:{free_port()}"
    nowhere = JustClickClient(
        connect(address, shop="justclick", headers={}),
        login=LOGIN,
        key=KEY,
        silence=OwnSilence(),
        now=utc_now,
    )
    with pytest.raises(ShopUnavailable):
        await nowhere.update_order_status("1", "cancel")


async def test_no_two_calls_at_a_time(connect: Connect) -> None:
    """Calls wait for each other: parallel ones are said to get an account blocked (§2.1)."""
    open_calls, most = [0], [0]

    async def script(writer: StreamWriter) -> None:
        open_calls[0] += 1
        most[0] = max(most[0], open_calls[0])
        for _ in range(20):
            await asyncio.sleep(0)
        await says(200, answer_body((0, "OK", [])))(writer)
        open_calls[0] -= 1

    async with wire(script) as server:
        client = JustClickClient(
            connect(server.url, shop="justclick", headers={}),
            login=LOGIN,
            key=KEY,
            silence=OwnSilence(),
            now=utc_now,
        )
        await asyncio.gather(*(client.goods() for _ in range(5)))
        assert len(server.requests) == 5
    assert most == [1]
