"""Reads: repeated inside a budget, capped, within a deadline, never redirected."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from syncd.errors import BrokenAnswer, Misconfigured, ShopUnavailable, Throttled

from .conftest import TOKEN, Connect
from .wire import Script, free_port, repeats, resets, says, says_then_closes, wire

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LONG = HEAD + b"Content-Length: 1000000000\r\n\r\n"
CUT = HEAD + b'Content-Length: 100\r\n\r\n{"a":'
NOON = "Sat, 21 Nov 2026 12:00:00 GMT"


async def test_an_answer_tells_status_body_and_the_shops_clock(connect: Connect) -> None:
    """The Date header is the shop's clock, and numbers with a fraction are Decimal."""
    async with wire(says(200, b'{"price":1.50}', f"Date: {NOON}")) as shop, connect(shop.url) as transport:
        answer = await transport.read("GET", "/a")
    assert answer.json() == {"price": Decimal("1.50")}
    assert answer.clock == datetime(2026, 11, 21, 12, tzinfo=UTC)


async def test_a_path_hangs_below_the_root_and_its_query_is_encoded_once(connect: Connect) -> None:
    """A sub-path of the root stays, and +, % and blanks arrive as they were meant."""
    async with wire(says()) as shop:
        await connect(f"{shop.url}/sub/").read("GET", "/api.php", query=[("hash", "a+b% &c"), ("x", "ö")])
    line = shop.requests[0].split(b"\r\n")[0]
    assert line == b"GET /sub/api.php?hash=a%2Bb%25%20%26c&x=%C3%B6 HTTP/1.1"


async def test_a_link_of_the_shop_hangs_on_its_host_and_a_whole_one_stays(connect: Connect) -> None:
    """As in its pages: a sub-path of the root is in the link already."""
    transport = connect("https://shop.example/sub/")
    assert transport.absolute("/sub/a/1.png?v=2") == "https://shop.example/sub/a/1.png?v=2"
    assert transport.absolute("a/1.png") == "https://shop.example/sub/a/1.png"
    assert transport.absolute("//cdn.example/1.png") == "https://cdn.example/1.png"
    assert transport.absolute("http://cdn.example/1.png") == "http://cdn.example/1.png"


@pytest.mark.parametrize("trouble", [says(500), says(502), says(504), says_then_closes(CUT), resets()])
async def test_a_passing_trouble_is_repeated(connect: Connect, trouble: Script) -> None:
    """5xx, a cut body and a reset connection are tried again."""
    async with wire(trouble, says(200, b"[1]")) as shop:
        assert (await connect(shop.url).read("GET", "/a")).json() == [1]
    assert len(shop.requests) == 2


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 405, 414])
async def test_what_the_client_must_judge_is_not_repeated(connect: Connect, status: int) -> None:
    """Any status below 500 but 429 and redirects is the client's to judge."""
    async with wire(says(status)) as shop:
        assert (await connect(shop.url).read("GET", "/a")).status == status
    assert len(shop.requests) == 1


async def test_an_outage_is_told_after_five_tries(connect: Connect) -> None:
    """A read gives up after five attempts and names the shop, the call and the status."""
    async with wire(says(500, b"<h1>Service unavailable</h1>", kind="text/html")) as shop:
        with pytest.raises(
            ShopUnavailable, match=r"webasyst: GET .*/a answered status 500 5 times: .*Service"
        ):
            await connect(shop.url).read("GET", "/a")
    assert len(shop.requests) == 5


async def test_an_unwell_shop_is_not_hit_several_times_as_hard(connect: Connect) -> None:
    """When the budget for repetitions is used up, every read is one call."""
    async with wire(says(500)) as shop:
        transport = connect(shop.url)
        for _ in range(10):
            with pytest.raises(ShopUnavailable):
                await transport.read("GET", "/a")
    assert len(shop.requests) == 10 + 10


async def test_nobody_listening_is_an_outage(connect: Connect) -> None:
    """A refused connection is ShopUnavailable."""
    with pytest.raises(ShopUnavailable, match="ConnectError"):
        await connect(f"http://127.0.0.1:{free_port()}").read("GET", "/a")


@pytest.mark.parametrize(
    "slow", [repeats(LONG, b" ", 0.05), repeats(b"", b"", 0.05)], ids=["a byte at a time", "nothing at all"]
)
async def test_a_call_ends_with_its_deadline(connect: Connect, slow: Script) -> None:
    """A body that trickles in, or never comes, ends with the total deadline however alive the connection is."""
    async with wire(slow) as shop:
        with pytest.raises(ShopUnavailable, match=r"longer than 0\.3 s"):
            await connect(shop.url, deadline=0.3).read("GET", "/a")


async def test_an_endless_body_is_cut_off(connect: Connect) -> None:
    """No more than max_body bytes are held, and a body that is too large is not asked for again."""
    async with wire(repeats(LONG, b" " * 65536, 0)) as shop:
        with pytest.raises(BrokenAnswer, match="more than 1000000 bytes"):
            await connect(shop.url, max_body=1_000_000).read("GET", "/a")
    assert len(shop.requests) == 1


async def test_a_gzip_bomb_does_not_unfold(connect: Connect) -> None:
    """The cap holds for the unpacked size too."""
    bomb = gzip.compress(b"0" * 20_000_000)
    async with wire(says(200, bomb, "Content-Encoding: gzip")) as shop:
        with pytest.raises(BrokenAnswer, match="more than 1000000 bytes"):
            await connect(shop.url, max_body=1_000_000).read("GET", "/a")


async def test_gzip_is_unpacked(connect: Connect) -> None:
    """A packed answer is read as it was before packing."""
    async with wire(says(200, gzip.compress(b'{"a":1}'), "Content-Encoding: gzip")) as shop:
        assert (await connect(shop.url).read("GET", "/a")).json() == {"a": 1}


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"x"), ("gzip", b"no gzip at all"), ("gzip", gzip.compress(b"{}")[:-9])],
    ids=["not asked for", "broken", "without an end"],
)
async def test_an_unreadable_encoding_is_a_broken_answer(
    connect: Connect, encoding: str, body: bytes
) -> None:
    """An encoding that was not asked for, and gzip that cannot be unpacked, never pass as content."""
    async with wire(says(200, body, f"Content-Encoding: {encoding}")) as shop:
        with pytest.raises(BrokenAnswer):
            await connect(shop.url).read("GET", "/a")


async def test_no_redirect_is_followed_and_no_credential_leaves(connect: Connect) -> None:
    """A redirect stops the call, names the address to set, and the other host hears nothing."""
    async with wire(says()) as other, wire(says(301, b"", f"Location: {other.url}/api.php?x=1")) as shop:
        with pytest.raises(Misconfigured) as caught:
            await connect(shop.url).read("GET", "/a")
    assert f"{other.url}/api.php" in str(caught.value)
    assert "SYNCD_WEBASYST__URL" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert other.requests == []


async def test_cookies_are_not_sent_back(connect: Connect) -> None:
    """A session cookie would make PHP answer one call at a time."""
    async with wire(says(200, b"{}", "Set-Cookie: PHPSESSID=1; Path=/")) as shop:
        transport = connect(shop.url)
        await transport.read("GET", "/a")
        await transport.read("GET", "/a")
    assert b"PHPSESSID" not in shop.requests[1]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "told",
    [["Retry-After: 1"], [f"Date: {NOON}", "Retry-After: Sat, 21 Nov 2026 12:00:01 GMT"]],
    ids=["seconds", "date"],
)
async def test_a_pause_is_kept_to_the_second(connect: Connect, status: int, told: list[str]) -> None:
    """Nothing is sent before the time that the shop told, in seconds or as a date of its own clock."""
    async with wire(says(status, b"", *told), says()) as shop:
        await connect(shop.url).read("GET", "/a")
    first, second = shop.times
    assert second - first >= 1


async def test_a_pause_beyond_the_deadline_is_told_and_nothing_is_sent_meanwhile(connect: Connect) -> None:
    """A long pause is the stream's to keep: at once, in full, and for every other call to that shop."""
    async with wire(says(429, b"", "Retry-After: 3600")) as shop:
        transport = connect(shop.url)
        with pytest.raises(Throttled) as first:
            await transport.read("GET", "/a")
        with pytest.raises(Throttled) as second:
            await transport.write("POST", "/b", form=[])
    assert first.value.retry_after == pytest.approx(3600, abs=5)
    assert second.value.retry_after == pytest.approx(3600, abs=5)
    assert len(shop.requests) == 1


async def test_a_429_that_does_not_say_is_a_pause_all_the_same(connect: Connect) -> None:
    """Without Retry-After a few seconds are kept."""
    async with wire(says(429, b"")) as shop:
        with pytest.raises(Throttled) as caught:
            await connect(shop.url, deadline=2).read("GET", "/a")
    assert caught.value.retry_after > 2
