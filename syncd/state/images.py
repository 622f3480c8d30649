"""Pictures that were uploaded, by their content's digest, so that none is uploaded twice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from syncd.state.rows import upsert, values_of
from syncd.state.schema import images


@dataclass(frozen=True, slots=True)
class ImageRow:
    """The picture at one position of a source product, and where it went. `digest` is of its bytes."""

    pair: str
    source_key: str
    position: int
    url: str
    digest: str
    product_id: int
    image_id: int


def of(conn: Connection, pair: str, source_key: str) -> list[ImageRow]:
    """The pictures of a source product, by position."""
    query = (
        select(images)
        .where(images.c.pair == pair, images.c.source_key == source_key)
        .order_by(images.c.position)
    )
    return [ImageRow(**row._mapping) for row in conn.execute(query)]


def put(conn: Connection, image: ImageRow) -> None:
    """Write the picture of a position, over an earlier one."""
    upsert(conn, images, [values_of(image)])


def by_digest(conn: Connection, pair: str, product_id: int, digest: str) -> ImageRow | None:
    """A picture with these bytes that the office product has already; the one uploaded first when there are several."""
    query = select(images).where(
        images.c.pair == pair, images.c.product_id == product_id, images.c.digest == digest
    )
    row = conn.execute(
        query.order_by(images.c.image_id, images.c.source_key, images.c.position).limit(1)
    ).first()
    return None if row is None else ImageRow(**row._mapping)
