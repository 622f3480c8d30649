"""How a link's base notes the pictures of a product on both sides, and how they are spelled for a person.

The two shops' pictures cannot be compared with each other: neither keeps the other's bytes or names. So each side is
compared with itself: the source by its addresses, the office by its pictures' ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from syncd.model.backoffice import OfficeImage, OfficeProduct
from syncd.model.product import Image, Product
from syncd.model.text import shorten
from syncd.sync.facets import digest
from syncd.sync.product_base import SHOWN_TEXT

NOTED = "pictures_there"
"""The base's key: the source's mark, the office's, and, from the moment at which pictures are sent to the source until they
are known to have arrived, the office's mark of what was sent."""

_OURS = re.compile(r"[0-9a-f]{24}\.\w+\Z")
"""File names under which syncd uploads pictures: the digest of their content (`product_images`)."""
_MARK = 10
"""Characters that tell the pictures of one product apart."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The pictures of an office product: the main one's id, 0 for none, and all ids in the shown order."""

    main: int
    ids: tuple[int, ...]

    @property
    def mark(self) -> str:
        """The same as a base keeps it."""
        return f"{self.main}:{','.join(map(str, self.ids))}"

    @classmethod
    def read(cls, mark: str) -> Shown:
        """What `mark` wrote."""
        main, _, ids = mark.partition(":")
        return cls(int(main), tuple(int(number) for number in ids.split(",") if number))

    @classmethod
    def by(cls, office: OfficeProduct) -> Shown:
        """What an office product shows that was read with its pictures."""
        return cls(office.main_image_id or 0, tuple(image.image_id for image in office.images or ()))


NEVER_AGREED = ("", Shown(0, ()).mark)
"""Noted for a product that syncd has just created in one of the shops, where it has no pictures yet."""


def url_mark(url: str) -> str:
    """A picture of the source in few characters; the shop names the file anew when a picture is replaced."""
    return digest(url)[:_MARK]


def source_mark(product: Product) -> str:
    """The source's pictures in their order, as a base keeps them."""
    return " ".join(url_mark(image.url) for image in product.images)


def noted_urls(base: Mapping[str, Any]) -> frozenset[str]:
    """The marks of the source's pictures when both sides agreed: the office has of them what it needs."""
    return frozenset(base[NOTED][0].split()) if NOTED in base else frozenset()


def begun(base: Mapping[str, Any]) -> str | None:
    """The office's mark of pictures that are on their way to the source; `None` when none are."""
    noted = base.get(NOTED, ())
    return noted[2] if len(noted) > len(NEVER_AGREED) else None


def unsent(base: Mapping[str, Any]) -> bool:
    """Whether syncd created the product in the office and has not brought its pictures yet."""
    return bool(base.get("images") == "")


def is_ours(image: OfficeImage) -> bool:
    """Whether syncd uploaded a picture to the office, by its name: so it is known even after a lost answer."""
    return _OURS.match(image.file_name) is not None


def office_moved(base: Mapping[str, Any], office: OfficeProduct) -> bool:
    """Whether somebody else than syncd changed the office's pictures since they were noted.

    What syncd has uploaded since does not count, nor does that such a picture became the main one where there was none.
    """
    noted, now = Shown.read(base[NOTED][1]), Shown.by(office)
    added = {image.image_id for image in office.images or () if is_ours(image)} - {*noted.ids}
    if tuple(number for number in now.ids if number not in added) != noted.ids:
        return True
    return now.main != noted.main and not (noted.main == 0 and now.main in added)


def spell_source(images: Sequence[Image]) -> str:
    """The source's pictures, by the last part of their addresses: "2 pictures: a.jpg, b.jpg"."""
    return _spell([unquote(urlsplit(image.url).path).rpartition("/")[2] for image in images])


def spell_office(images: Sequence[OfficeImage]) -> str:
    """The office's pictures, by the names they were uploaded under."""
    return _spell([image.file_name or f"picture {image.image_id}" for image in images])


def _spell(names: Sequence[str]) -> str:
    if not names:
        return "no pictures"
    number = "1 picture" if len(names) == 1 else f"{len(names)} pictures"
    return shorten(f"{number}: {', '.join(names)}", SHOWN_TEXT)
