"""Pictures: each sent once, known by its content, and found again by its file name after a lost answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import Connection

from syncd.errors import InDoubt, Refused
from syncd.model.backoffice import OfficeImage
from syncd.model.product import Image, Product
from syncd.state import images, product_links
from syncd.state.database import Database
from syncd.state.images import ImageRow
from syncd.sync.picture_marks import noted_urls, url_mark
from syncd.sync.ports import ProductOffice, ProductSource
from syncd.sync.writer import Step, Writer


@dataclass(slots=True)
class ProductImages:
    """Brings the pictures of a source product to its office product."""

    source: ProductSource
    office: ProductOffice
    writer: Writer
    db: Database
    pair: str

    async def send(self, product: Product, product_id: int, *, fresh: bool = False) -> int:
        """Send the pictures that the office product lacks; answers how many were sent.

        A `fresh` office product was made a moment ago and has none, which saves asking. Pictures that the source
        showed when both sides agreed are there, or came from there.

        Raises `SetAside` when one cannot be had from the source; those before it are sent then.
        """
        sent = 0
        known = await self.db.run(lambda conn: self._known(conn, product.key))
        missing = [(n, image) for n, image in enumerate(product.images) if url_mark(image.url) not in known]
        ask = bool(missing) and not fresh
        there = {image.file_name: image for image in await self.office.images(product_id)} if ask else {}
        for position, image in missing:
            sent += await self._send_one(product, product_id, position, image, there)
        return sent

    def _known(self, conn: Connection, key: str) -> set[str]:
        """The marks of pictures that were sent, or that the office had when both sides agreed."""
        link = product_links.get(conn, self.pair, key)
        sent = {url_mark(row.url) for row in images.of(conn, self.pair, key)}
        return sent if link is None else sent | noted_urls(link.base)

    async def _send_one(
        self, product: Product, product_id: int, position: int, image: Image, there: dict[str, OfficeImage]
    ) -> bool:
        content, name = await self.source.image(image.url)
        digest = hashlib.sha256(content).hexdigest()[:24]
        file_name = f"{digest}{PurePosixPath(name).suffix.lower()}"
        earlier = await self.db.run(lambda conn: images.by_digest(conn, self.pair, product_id, digest))
        if earlier is not None:
            # Another variation of the same office product has brought it.
            there.setdefault(file_name, OfficeImage(earlier.image_id, file_name))
        elif file_name in there:
            await self.office.see_image(product_id, there[file_name])
        sent = file_name not in there
        if sent:
            there[file_name] = await self._upload(product, product_id, content, file_name, image.alt)
        row = ImageRow(
            self.pair, product.key, position, image.url, digest, product_id, there[file_name].image_id
        )
        await self.db.run(lambda conn: images.put(conn, row))
        return sent

    async def _upload(
        self, product: Product, product_id: int, content: bytes, file_name: str, description: str
    ) -> OfficeImage:
        """Upload one picture; after a lost answer it is looked for by its file name."""
        step = Step(f"{product.key}:{file_name}", "image.create", payload={"keys": [product.key]})

        async def upload() -> OfficeImage:
            try:
                return await self.office.add_image(product_id, content, file_name, description)
            except InDoubt as doubt:
                for image in await self.office.images(product_id):
                    if image.file_name == file_name:
                        await self.office.see_image(product_id, image)
                        return image
                if doubt.ended:
                    # Answered with an error and not among the pictures: it was not taken, nothing is in doubt.
                    raise _not_taken(product, file_name, doubt) from doubt
                raise

        return await self.writer.run(step, upload, _noted_by_caller)


def _not_taken(product: Product, file_name: str, doubt: InDoubt) -> Refused:
    return Refused(f"Webasyst did not take the picture {file_name} of product {product.code}: {doubt}")


def _noted_by_caller(conn: Connection, image: OfficeImage) -> None:
    """The picture's row is written by the caller, which also knows those found in the office."""
