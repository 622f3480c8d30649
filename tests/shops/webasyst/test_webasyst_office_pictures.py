"""The office's pictures over HTTP."""

from __future__ import annotations

import pytest
import respx

from syncd.errors import Held, InDoubt, ShopUnavailable
from tests.shops.webasyst.webasyst_support import URL, Shop, office, recorded

pytestmark = pytest.mark.anyio
SEARCH = "shop.product.search"
PATH = "/wa-data/public/shop/products/03/00/3/images"
PNG = b"\x89PNG\r\n\x1a\n...."


async def test_a_picture_goes_up_as_a_file(shop: Shop) -> None:
    """Multipart field `file`, the product in the address (contracts/webasyst §3.8)."""
    shop.says("shop.product.images.add", recorded("images/add"), {"id": None})
    image = await office().add_image(3, b"\x89PNG", "red.png", "вид спереди")
    assert (image.image_id, image.file_name) == (1, "red.png")
    request = shop.request("shop.product.images.add")
    assert shop.query("shop.product.images.add") == {"product_id": "3"}
    assert b'name="file"; filename="red.png"' in request.content
    assert "вид спереди".encode() in request.content
    with pytest.raises(InDoubt):
        await office().add_image(3, b"\x89PNG", "red.PNG", "")


async def test_a_file_that_the_shop_takes_for_no_picture_is_never_sent(shop: Shop) -> None:
    """It would answer 500 and keep a broken image (contracts/webasyst §3.8)."""
    shop.says("shop.product.images.add")
    for name in ("noext", "x.php", "x.txt", "x.svg"):
        with pytest.raises(Held, match=name):
            await office().add_image(3, b"", name, "")
    assert shop.calls("shop.product.images.add") == 0


async def test_pictures_are_listed_by_the_names_they_were_uploaded_under(shop: Shop) -> None:
    """So that the same one is not uploaded twice."""
    shop.says("shop.product.images.getList", recorded("images/getList"))
    assert [image.file_name for image in await office().images(3)][:2] == ["red.png", "зелёный файл.png"]
    assert shop.query("shop.product.images.getList") == {"product_id": "3"}


@pytest.fixture
def files(shop: Shop) -> respx.MockRouter:
    """The web server of a shop whose product 3 has the pictures 3 and 1, shown in this order; 1 is the main one."""
    shop.says(SEARCH, recorded("product_search/fields_images"))
    return shop.router


async def test_addresses_are_whole_the_main_one_first_and_have_answered(files: respx.MockRouter) -> None:
    """The other shop fetches them by itself, and takes its own pictures away before."""
    for number in (3, 1):
        files.get(f"{URL}{PATH}/{number}/{number}.970.png").respond(content=PNG)
    found = await office().image_addresses(3)
    assert found == [f"{URL}{PATH}/1/1.970.png", f"{URL}{PATH}/3/3.970.png"]
    assert [str(call.request.url) for call in files.calls if "wa-data" in str(call.request.url)] == found


@pytest.mark.parametrize(
    ("status", "content"), [(404, b"<h1>Not found</h1>"), (302, b""), (200, b"<html>"), (200, b"")]
)
async def test_one_picture_that_does_not_answer_holds_them_all(
    files: respx.MockRouter, status: int, content: bytes
) -> None:
    """A failed upload leaves a row without a file (contracts/webasyst §0.2)."""
    files.get(f"{URL}{PATH}/3/3.970.png").respond(content=PNG)
    files.get(f"{URL}{PATH}/1/1.970.png").respond(status, content=content)
    with pytest.raises(Held, match=r"product 3 cannot be fetched at .*/1/1\.970\.png") as caught:
        await office().image_addresses(3)
    assert caught.value.code == "image"


async def test_a_listed_picture_is_looked_at_by_our_own_scheme(shop: Shop) -> None:
    """The recorded thumbnails are told with http; a row without a file is held, with what to do about it."""
    shop.says("shop.product.images.getList", recorded("images/getList"))
    first, second = (await office().images(3))[:2]
    assert first.url.startswith("http://shop.example/")
    shop.router.get(first.url.replace("http:", "https:")).respond(content=PNG)
    shop.router.get(second.url.replace("http:", "https:")).respond(404)
    await office().see_image(3, first)
    with pytest.raises(Held, match=f"delete picture {second.image_id} there") as caught:
        await office().see_image(3, second)
    assert caught.value.code == "image"


async def test_a_shop_that_is_unwell_holds_nothing(files: respx.MockRouter) -> None:
    """A picture that may answer a minute later is not broken."""
    files.get(f"{URL}{PATH}/1/1.970.png").respond(503)
    with pytest.raises(ShopUnavailable):
        await office().image_addresses(3)


async def test_only_the_product_that_was_asked_for_is_believed(shop: Shop) -> None:
    """And none at all has no pictures (contracts/webasyst §0.4)."""
    shop.says(SEARCH, recorded("product_search/fields_images"), {"count": 0, "products": []})
    assert await office().image_addresses(4) == []
    assert await office().image_addresses(3) == []
    assert shop.query(SEARCH, 0) | {"sort": ""} == {
        "hash": "id/4",
        "fields": "images",
        "escape": "0",
        "sort": "",
        "limit": "1",
    }
