"""The first look at pictures: whether either shop shows what was noted, answered without asking a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.model.backoffice import OfficeProduct
from syncd.model.owner import Owner
from syncd.model.product import Product
from syncd.state.catalog import picture_sketch
from syncd.sync.picture_marks import NOTED, Shown, begun, office_moved, source_mark, unsent
from syncd.sync.product_base import images_pending
from syncd.sync.product_pictures import MERGED


def source_pictures_stand(product: Product, base: Mapping[str, Any], owner: Owner) -> bool:
    """Whether a source product that was read with its pictures shows those that were noted, and none are to be sent."""
    if owner not in MERGED:
        return not images_pending(product, base)
    return not unsent(base) and NOTED in base and base[NOTED][0] == source_mark(product)


def office_pictures_stand(base: Mapping[str, Any], sketch: str, owner: Owner) -> bool:
    """Whether the mirror's pictures are those that were noted, as far as a scan can tell: another main picture or another
    number of them is a change. An empty `sketch` tells nothing."""
    if owner not in MERGED:
        return True
    if NOTED not in base or begun(base) is not None:
        return False
    noted = Shown.read(base[NOTED][1])
    return sketch in {"", picture_sketch(noted.main, len(noted.ids))}


def office_pictures_moved(office: OfficeProduct, base: Mapping[str, Any]) -> bool:
    """Whether an office product shows other pictures than were noted, to the last one; unmoved where they were not asked
    for, or never noted."""
    if office.images is None or NOTED not in base:
        return False
    return begun(base) is not None or office_moved(base, office)
