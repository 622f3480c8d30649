"""Pictures of products in the back office: list, upload, and where another shop can fetch them."""

from __future__ import annotations

from urllib.parse import urlsplit

from syncd.errors import Held, SetAside
from syncd.model.backoffice import OfficeImage
from syncd.shops.picture_kind import picture_kind
from syncd.shops.webasyst import conditions, decode
from syncd.shops.webasyst.account import Account
from syncd.shops.webasyst.judge import answer_of_write

MAX_BYTES = 20 * 1024 * 1024
"""Larger than any picture that a shop shows."""

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


class OfficePictures(Account):
    """The pictures of the office: part of `syncd.sync.ports.ProductOffice`."""

    async def images(self, product_id: int) -> list[OfficeImage]:
        """The pictures of a product with the names they were uploaded under."""
        return decode.images((await self._client.images(product_id)).body)

    async def add_image(
        self, product_id: int, content: bytes, file_name: str, description: str
    ) -> OfficeImage:
        """Upload a picture. Raises `Held` for a file name whose ending the shop does not take for a picture
        (§3.8).
        """
        if not file_name.lower().endswith(_PICTURES):
            # The shop would answer 500 and keep a broken image.
            raise Held(
                f"the picture {file_name[:80]!r} of product {product_id} is not one of {', '.join(_PICTURES)}"
            )
        body = await self._client.add_image(product_id, file_name, content, description)
        with answer_of_write("shop.product.images.add"):
            return decode.image(body)

    async def see_image(self, product_id: int, image: OfficeImage) -> None:
        """Look whether the shop can show a picture that nobody knows it took.

        Raises `Held` when it cannot: a failed upload leaves a row behind (contracts/webasyst §0.2, §3.8).
        """
        try:
            await self._see(product_id, self._own_address(image.url))
        except Held as error:
            raise Held(
                f"{error}. Webasyst may have kept it from an upload that failed: delete picture {image.image_id} there "
                "and syncd sends it again",
                code="image",
            ) from error

    async def image_addresses(self, product_id: int) -> list[str]:
        """Where the product's pictures can be fetched, large, the main one first, then in the shown order; each has
        answered with a picture.

        Raises `Held` for one that does not: a row of a broken upload, a thumbnail that cannot be made
        (contracts/webasyst §0.2, §3.8).
        """
        ((hash_, wanted),) = conditions.ids([product_id])
        reply = await self._client.search_products(hash_, "images", limit=1)
        rows = decode.rows(reply.body, "products").rows
        found = [url for row in rows if decode.identity(row) in wanted for url in decode.image_urls(row)]
        addresses = [self._client.address(url) for url in found]
        for address in addresses:
            await self._see(product_id, address)
        return addresses

    def _own_address(self, url: str) -> str:
        """The address by the scheme that we use: behind a proxy the shop may tell http for https, which redirects."""
        told, ours = urlsplit(url), self._client.address(urlsplit(url).path)
        return ours if told.hostname in (None, urlsplit(ours).hostname) else url

    async def _see(self, product_id: int, address: str) -> None:
        try:
            content = await self._client.picture(address, MAX_BYTES)
        except SetAside as error:
            raise _held(product_id, address, str(error)) from error
        if picture_kind(content) is None:
            raise _held(product_id, address, "no png, jpg, gif or webp picture came")


def _held(product_id: int, address: str, why: str) -> Held:
    return Held(
        f"a picture of Webasyst's product {product_id} cannot be fetched at {address} ({why}); upload it there anew",
        code="image",
    )
