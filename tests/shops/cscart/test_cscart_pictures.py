"""Pictures: where they are fetched, what they are called, and the rest of the source."""

from __future__ import annotations

import httpx
import pytest

from syncd.errors import BrokenAnswer, SetAside
from syncd.shops.cscart.pictures import MAX_BYTES, picture_name, picture_url
from syncd.shops.cscart.source import CSCartSource
from tests.shops.cscart.cscart_shop import FakeShop, sample

PNG = b"\x89PNG\r\n\x1a\n...."
JPG = b"\xff\xd8\xff\xe0...."
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "


@pytest.mark.parametrize(
    ("url", "content", "name"),
    [
        ("https://a/images/mug_zoe.png", PNG, "mug_zoe.png"),
        ("https://a/images/mug.JPEG?t=1", JPG, "mug.jpeg"),
        ("https://a/images/mug.jpg", WEBP, "mug.webp"),
        ("https://a/images/mug", b"GIF89a..", "mug.gif"),
        ("https://a/get.php?id=4", JPG, "get.jpg"),
        ("https://a/", PNG, "image.png"),
        ('https://a/a%3Ab%00"c.png', PNG, "a_b__c.png"),
        ("https://a/%2E%2E%2Fetc%2Fpasswd", PNG, "passwd.png"),
        ("https://a/%D0%BA%D0%BE%D1%84%D0%B5.png", PNG, "кофе.png"),
        (f"https://a/{'x' * 300}.png", PNG, f"{'x' * 100}.png"),
    ],
)
def test_the_name_of_a_picture(url: str, content: bytes, name: str) -> None:
    """The name in the address, with the extension that the content really has."""
    assert picture_name(url, content) == name


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"<html>", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_picture_is_set_aside(content: bytes) -> None:
    """A page, a vector drawing or nothing is not passed on."""
    with pytest.raises(SetAside, match=r"https://a/b\.png"):
        picture_name("https://a/b.png", content)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://cdn.test/кофе 1.png", "https://cdn.test/%D0%BA%D0%BE%D1%84%D0%B5%201.png"),
        (" https://cdn.test/a%20b.png?x=1&y ", "https://cdn.test/a%20b.png?x=1&y"),
        ("//cdn.test/a.png", "https://cdn.test/a.png"),
        ("images/a.png", "images/a.png"),
        ("https://магазин.рф/ж.png", "https://магазин.рф/%D0%B6.png"),
    ],
)
def test_the_address_of_a_picture(url: str, address: str) -> None:
    """What must be escaped is, what was escaped stays."""
    assert picture_url(url) == address


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b.png", "data:image/png;base64,AA", "", "/", "http://", "//[a"]
)
def test_other_addresses_are_set_aside(url: str) -> None:
    """Only http and https are fetched."""
    with pytest.raises(SetAside):
        picture_url(url)


@pytest.mark.anyio
async def test_fetching_a_picture(shop: FakeShop, source: CSCartSource) -> None:
    """Absolute addresses go where they say, relative ones to the shop; the key goes to the shop only."""
    seen: list[httpx.Request] = []

    def picture(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=PNG)

    shop.before = picture
    assert await source.image("https://cdn.test/a.png") == (PNG, "a.png")
    assert await source.image("images/b.png?v=2") == (PNG, "b.png")
    assert str(seen[1].url) == "https://shop.example.test/images/b.png?v=2"
    assert "Authorization" not in seen[0].headers


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["https://cdn.test/a.png", "images/a.png"])
async def test_a_picture_that_is_not_there(shop: FakeShop, source: CSCartSource, url: str) -> None:
    """A missing picture is set aside, so that the product goes on without it."""
    shop.before = lambda request: httpx.Response(404, text="no")
    with pytest.raises(SetAside, match="404"):
        await source.image(url)


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["https://cdn.test/a.png", "images/a.png"])
async def test_a_picture_that_is_too_large(shop: FakeShop, source: CSCartSource, url: str) -> None:
    """More than 20 MB is no picture of a shop."""
    shop.before = lambda request: httpx.Response(200, content=PNG + bytes(MAX_BYTES))
    with pytest.raises(SetAside):
        await source.image(url)


@pytest.mark.anyio
async def test_statuses_and_version(shop: FakeShop, source: CSCartSource) -> None:
    """The shop's letters with its words, and the proof that it answers."""
    shop.before = lambda request: httpx.Response(200, json=sample("statuses_orders.json"))
    statuses = await source.statuses()
    assert (statuses["P"], statuses["E"], len(statuses)) == ("Paid", "Отправлен", 8)
    assert dict(shop.calls[0].params)["type"] == "O"
    shop.before = lambda request: None
    assert await source.ping() == "2.1"
    shop.before = lambda request: httpx.Response(200, json=[])
    with pytest.raises(BrokenAnswer):
        await source.ping()
