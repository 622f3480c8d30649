"""Writes: sent once, with an honest word on whether they can have been done."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncd.errors import InDoubt, Misconfigured, Refused, ShopUnavailable, Throttled

from .conftest import TOKEN, Connect
from .wire import Script, free_port, repeats, resets, says, says_then_closes, wire

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CUT = HEAD + b'Content-Length: 100\r\n\r\n{"a":'
LONG = HEAD + b"Content-Length: 1000000000\r\n\r\n"


@pytest.mark.parametrize(
    "trouble",
    [
        resets(),
        says_then_closes(b""),
        says_then_closes(CUT),
        says(502),
        says(504),
        repeats(b"", b"", 0.05),
        repeats(LONG, b" ", 0.05),
        repeats(LONG, b" " * 65536, 0),
    ],
    ids=["reset", "closed", "cut body", "502", "504", "silence", "a byte at a time", "endless"],
)
async def test_an_answer_that_never_came_whole_leaves_the_write_in_doubt(
    connect: Connect, trouble: Script
) -> None:
    """The shop may still be at it; the write is not sent again by the transport."""
    async with wire(trouble) as shop:
        with pytest.raises(InDoubt, match="whether it was done is unknown") as caught:
            await connect(shop.url, deadline=2, max_body=1_000_000).write("POST", "/a", form=[("x", "1")])
    assert caught.value.ended is False
    assert len(shop.requests) == 1


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500, 503])
async def test_an_answered_write_is_the_clients_to_judge(connect: Connect, status: int) -> None:
    """500 and 503 come back as answers, JSON or not: what they mean for the record is not known here."""
    async with wire(says(status, b"<html>", kind="text/html")) as shop:
        assert (await connect(shop.url).write("POST", "/a", form=[])).status == status
    assert len(shop.requests) == 1


async def test_a_refused_connection_means_never_sent(connect: Connect) -> None:
    """Nothing has happened in a shop that could not be reached."""
    with pytest.raises(ShopUnavailable, match="was not sent"):
        await connect(f"http://127.0.0.1:{free_port()}").write("POST", "/a", form=[])


async def test_failed_tls_means_never_sent(connect: Connect) -> None:
    """Without a secure connection the request, token included, stays here."""
    async with wire(says()) as shop:
        with pytest.raises(ShopUnavailable, match="was not sent"):
            await connect(shop.url.replace("http", "https")).write("POST", "/a", form=[("x", "1")])
    assert shop.requests == []


async def test_a_429_was_not_processed(connect: Connect) -> None:
    """A throttled write tells the pause and is no doubt."""
    async with wire(says(429, b"", "Retry-After: 120")) as shop:
        with pytest.raises(Throttled) as caught:
            await connect(shop.url).write("POST", "/a", form=[])
    assert caught.value.retry_after == pytest.approx(120, abs=5)


async def test_a_redirected_write_is_refused(connect: Connect) -> None:
    """A POST is never turned into a GET elsewhere."""
    async with wire(says()) as other, wire(says(302, b"", f"Location: {other.url}/")) as shop:
        with pytest.raises(Misconfigured, match="SYNCD_WEBASYST__URL"):
            await connect(shop.url).write("POST", "/a", form=[])
    assert other.requests == []


async def test_a_form_goes_out_with_its_nested_names(connect: Connect) -> None:
    """Names and values are percent-encoded once."""
    async with wire(says()) as shop:
        await connect(shop.url).write("POST", "/a", query=[("id", "1")], form=[("items[0][sku_id]", "a b&ö")])
    assert shop.requests[0].endswith(b"\r\n\r\nitems%5B0%5D%5Bsku_id%5D=a%20b%26%C3%B6")
    assert b"content-type: application/x-www-form-urlencoded" in shop.requests[0].lower()
    assert f"Authorization: Bearer {TOKEN}".encode() in shop.requests[0]


async def test_json_and_files_go_out(connect: Connect) -> None:
    """A JSON body says what it is; a file goes as multipart with its name and fields."""
    async with wire(says()) as shop:
        transport = connect(shop.url)
        await transport.write("PUT", "/a", json={"status": "P"})
        await transport.write("POST", "/b", form=[("descr", "front")], files=[("file", "a.png", b"\x89PNG")])
    assert shop.requests[0].endswith(b'{"status": "P"}')
    assert b'name="descr"\r\n\r\nfront\r\n' in shop.requests[1]
    assert b'name="file"; filename="a.png"' in shop.requests[1]
    assert b"\x89PNG" in shop.requests[1]


async def test_basic_authorization_is_sent(connect: Connect) -> None:
    """CS-Cart takes the e-mail and the key (contracts/cscart §1.2)."""
    async with wire(says()) as shop:
        await connect(shop.url, headers={}, auth=("a@b.example", "key")).write("PUT", "/a", json={})
    assert b"Authorization: Basic YUBiLmV4YW1wbGU6a2V5" in shop.requests[0]


@pytest.mark.parametrize(
    "url", ["https://магазин.рф/sub", "https://МАГАЗИН.рф", "https://xn--80aairftm.xn--p1ai"]
)
async def test_a_shop_whose_host_has_letters_of_its_own_gets_its_credentials(
    connect: Connect, url: str
) -> None:
    """A host goes out as "xn--...": key and token go along, however the address is written in the settings."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    options: dict[str, Any] = {"headers": {"Accept-Language": "ru"}, "auth": ("a@b.example", "key")}
    transport = connect(url, client=client, **options)
    await transport.read("GET", "/a")
    await transport.write("PUT", "/a", json={})
    await transport.download(f"{url}/ж.png", max_bytes=10)
    for request in seen:
        assert request.headers["Authorization"] == "Basic YUBiLmV4YW1wbGU6a2V5"
        assert request.headers["Accept-Language"] == "ru"
        assert request.url.raw_host == b"xn--80aairftm.xn--p1ai"


async def test_a_download_takes_credentials_to_the_shop_only(connect: Connect) -> None:
    """A picture on another host or port is asked for without token and key."""
    async with wire(says(200, b"own")) as shop, wire(says(200, b"other")) as other:
        transport = connect(shop.url, auth=("a@b.example", "key"))
        assert await transport.download(f"{shop.url}/a.png", max_bytes=10) == b"own"
        assert await transport.download(f"{other.url}/a.png", max_bytes=10) == b"other"
    assert b"Authorization" in shop.requests[0]
    assert b"Authorization" not in other.requests[0]


@pytest.mark.parametrize("script", [says(404), says(403), says(301), says(200, b"x" * 11)])
async def test_a_picture_that_cannot_be_had_is_refused(connect: Connect, script: Script) -> None:
    """No such file, a redirect, more than the cap: this picture is set aside."""
    async with wire(script) as shop:
        with pytest.raises(Refused):
            await connect(shop.url).download(f"{shop.url}/a.png", max_bytes=10)


@pytest.mark.parametrize("url", ["a.png", "ftp://x/a.png", "http://[x/a.png", "http://x:port/a.png", ""])
async def test_a_download_needs_an_address(connect: Connect, url: str) -> None:
    """Something that is no web address is refused, not looked for."""
    with pytest.raises(Refused, match="not an address"):
        await connect("http://127.0.0.1:1").download(url, max_bytes=10)


@pytest.mark.parametrize("script", [says(500), says(429), resets()])
async def test_a_picture_may_be_had_later(connect: Connect, script: Script) -> None:
    """An unwell host is no reason to set the picture aside for good."""
    async with wire(script) as shop:
        with pytest.raises(ShopUnavailable):
            await connect(shop.url).download(f"{shop.url}/a.png", max_bytes=10)


async def test_a_transport_that_only_reads_sends_no_write(connect: Connect) -> None:
    """While a plan is made nothing may reach a shop, whatever the code above believes."""
    async with wire(says(200)) as shop:
        with pytest.raises(RuntimeError, match="while a plan is made"):
            await connect(shop.url, read_only=True).write("POST", "/a")
        assert (await connect(shop.url, read_only=True).read("GET", "/a")).status == 200
        assert len(shop.requests) == 1
