"""The pictures of one product, both ways: a pure decision from what each shop shows and what both showed when they agreed.

CS-Cart takes a product's old pictures away before it fetches new ones (contracts/cscart §3.5). So no difference is enough:
only a set that was changed since it was noted goes anywhere, the first contact only notes, and no product loses them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.model.backoffice import OfficeProduct
from syncd.model.owner import Field, Owner, Side
from syncd.model.product import Product
from syncd.sync.merge import Compared, Seen, Verdict, merge
from syncd.sync.picture_marks import (
    NEVER_AGREED,
    NOTED,
    Shown,
    begun,
    is_ours,
    noted_urls,
    office_moved,
    source_mark,
    spell_office,
    spell_source,
    unsent,
)
from syncd.sync.product_base import images_digest, made_here
from syncd.sync.product_merge import FieldPlan, MergeRule, Sides

MERGED = frozenset({Owner.WEBASYST, Owner.BOTH})
"""Owners under which the office's pictures count."""


def merge_pictures(sides: Sides, rule: MergeRule) -> FieldPlan | None:
    """What becomes of the pictures; `None` where the office's do not count. Values are marks."""
    if rule.owners[Field.IMAGES] not in MERGED or sides.office.images is None:
        return None
    here, there = source_mark(sides.product), Shown.by(sides.office).mark
    return FieldPlan(
        _verdict(sides, rule, here, there),
        here,
        there,
        source_after=here,
        office_after=there,
        spelled=(spell_source(sides.product.images), spell_office(sides.office.images)),
    )


def noted_pictures(field: FieldPlan | None, base: Mapping[str, Any], side: Side) -> dict[str, Any]:
    """What the base notes of pictures after a plan was carried out on one side. Those that the plan sends are noted once
    they have arrived."""
    if field is None:
        return {}
    if field.verdict is Verdict.AGREED:
        return {NOTED: [field.source, field.office]}
    if field.verdict is Verdict.FORTH and side is Side.WEBASYST and not unsent(base):
        # What the office showed until now has given way; what it gets is known by its names.
        return {NOTED: [base[NOTED][0], field.office]}
    return {}


def created_pictures(rule: MergeRule) -> dict[str, Any]:
    """What the base notes for a product that syncd has just created in one of the shops."""
    return {NOTED: [*NEVER_AGREED]} if rule.owners[Field.IMAGES] in MERGED else {}


def arrived(base: Mapping[str, Any], product: Product, office: OfficeProduct) -> bool:
    """Whether pictures that were being sent stand at the source: as many as the office still shows, and none of the old."""
    there = Shown.by(office)
    if begun(base) != there.mark or len(product.images) != len(there.ids):
        return False
    return noted_urls(base).isdisjoint(source_mark(product).split())


def base_while_sending(office: OfficeProduct, base: Mapping[str, Any]) -> dict[str, Any]:
    """The base from the moment at which the office's pictures are sent to the source."""
    return {**base, NOTED: [*base[NOTED][:2], Shown.by(office).mark]}


def base_with_theirs(product: Product, office: OfficeProduct, base: Mapping[str, Any]) -> dict[str, Any]:
    """The base once the source, read back as `product`, has all pictures that the office shows."""
    ours = {"images": images_digest(product)} if made_here(base) else {}
    return {**base, **ours, NOTED: [source_mark(product), Shown.by(office).mark]}


def base_with_ours(product: Product, base: Mapping[str, Any]) -> dict[str, Any]:
    """The base once the office has all pictures that the source shows."""
    after = {**base, "images": images_digest(product)} if made_here(base) else {**base}
    if NOTED in base:
        after[NOTED] = [source_mark(product), *base[NOTED][1:]]
    return after


def _verdict(sides: Sides, rule: MergeRule, here: str, there: str) -> Verdict:
    base, owner = sides.base, rule.owners[Field.IMAGES]
    if unsent(base):
        return Verdict.FORTH
    if NOTED not in base:
        return Verdict.AGREED
    if begun(base) is not None:
        # What stands at the source is our own doing, finished or not.
        verdict, moved = Verdict.BACK if sides.office.images else Verdict.AGREED, False
    else:
        compared = _compared(sides, here, there)
        choice = sides.choices.get("images")
        verdict = merge(owner, rule.conflict, compared, newer=_newer(sides), choice=choice)
        moved = compared.source_moved
    if sides.leads or verdict in {Verdict.AGREED, Verdict.FORTH} or _made_at_source(sides):
        return verdict
    # The office's pictures are those of the product that leads; a variation beside it only brings what it shows itself.
    return Verdict.FORTH if moved and owner is Owner.BOTH else Verdict.AGREED


def _compared(sides: Sides, here: str, there: str) -> Compared:
    """Both sides against themselves. A side that shows nothing any more has nothing to give."""
    noted = Seen(*sides.base[NOTED][:2])
    said = here if sides.product.images else str(noted.source)
    answered = there if sides.office.images and office_moved(sides.base, sides.office) else str(noted.office)
    return Compared(said, answered, same=False, base=noted)


def _made_at_source(sides: Sides) -> bool:
    """Whether syncd created the product at the source, where it has no pictures yet."""
    fresh = tuple(sides.base[NOTED]) == NEVER_AGREED and not made_here(sides.base)
    return fresh and not sides.product.images


def _newer(sides: Sides) -> Side | None:
    """Whose pictures were changed last, as far as the office tells: only an upload has a time (contracts/webasyst §9)."""
    noted = Shown.read(sides.base[NOTED][1])
    news = [
        image for image in sides.office.images or () if not (image.image_id in noted.ids or is_ours(image))
    ]
    latest = max((image.uploaded_at for image in news if image.uploaded_at is not None), default=None)
    if latest is None or latest == sides.product.updated_at:
        return None
    return Side.WEBASYST if latest > sides.product.updated_at else Side.CSCART
