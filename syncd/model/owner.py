"""Who owns a product's field: the one shop whose value counts, both of them, or neither."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """One of the two shops of a pair."""

    CSCART = "cscart"
    WEBASYST = "webasyst"

    @property
    def other(self) -> Side:
        """The shop on the other side."""
        return Side.WEBASYST if self is Side.CSCART else Side.CSCART


class Field(StrEnum):
    """What can be owned, by the words of `SYNCD_PRODUCTS__OWNERS`."""

    NAME = "name"
    DESCRIPTION = "description"
    SEO = "seo"
    PRICE = "price"
    LIST_PRICE = "list_price"
    QUANTITY = "quantity"
    STATUS = "status"
    IMAGES = "images"
    CATEGORY = "category"


class Owner(StrEnum):
    """Whose value of a field counts."""

    CSCART = "cscart"
    WEBASYST = "webasyst"
    BOTH = "both"
    """A change on either side goes to the other; changed on both sides, it is a conflict."""
    SHARED = "shared"
    """For quantities only: what moved on either side is added up."""
    NONE = "none"
    """Neither: both shops keep their own."""


class ConflictRule(StrEnum):
    """What to do when both sides changed a field that both own."""

    CSCART = "cscart"
    WEBASYST = "webasyst"
    NEWER = "newer"
    HOLD = "hold"


DEFAULT_OWNERS: dict[Field, Owner] = {
    Field.NAME: Owner.BOTH,
    Field.DESCRIPTION: Owner.BOTH,
    Field.SEO: Owner.BOTH,
    Field.PRICE: Owner.BOTH,
    Field.LIST_PRICE: Owner.BOTH,
    Field.QUANTITY: Owner.CSCART,
    Field.STATUS: Owner.BOTH,
    Field.IMAGES: Owner.CSCART,
    Field.CATEGORY: Owner.NONE,
}
"""Texts and prices may be edited in either shop. Quantities and pictures are those of the shop that sells; where a
product stands in the menu is each shop's own affair."""

FIELD_OF_TEXT: dict[str, Field] = {
    "name": Field.NAME,
    "summary": Field.DESCRIPTION,
    "description": Field.DESCRIPTION,
    "meta_title": Field.SEO,
    "meta_keywords": Field.SEO,
    "meta_description": Field.SEO,
}
"""The ownable field that each text of `Content` belongs to. The page's address is never carried over to an existing
product."""
