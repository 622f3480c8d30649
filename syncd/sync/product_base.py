"""The base of a product's link: what each shop said, field by field, when both last agreed; and what it is kept as.

`base` holds small values, `texts` those of the texts; both are plain JSON, a pair per field: the source's value, the
office's. Texts are kept as fingerprints, with a beginning of the agreed text to be shown beside a conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeProduct
from syncd.model.money import plain
from syncd.model.owner import FIELD_OF_TEXT, Side
from syncd.model.product import Content, Product
from syncd.sync.facets import digest
from syncd.sync.merge import Seen
from syncd.sync.shared_stock import Pending, Shelf

TEXTS = tuple(FIELD_OF_TEXT)
"""Fields of content that later edits bring along. The URL is written only when a product is created."""

SHOWN_TEXT = 300
"""Characters of an agreed text that are kept to be shown."""

_FLAGS = {False: "hidden", True: "shown"}


def seen(kept: Mapping[str, Any], name: str) -> Seen:
    """What both sides said about a field when they agreed."""
    pair = kept.get(name)
    return Seen(pair[0], pair[1]) if pair else Seen()


def spell_flag(visible: bool) -> str:
    """Whether a product is shown, as the base keeps it."""
    return _FLAGS[visible]


def canonical(text: str) -> str:
    """A text as it is compared: line ends and blanks around it are no difference."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def text_mark(text: str) -> str:
    """The fingerprint of a text; equal for texts that mean the same."""
    return digest(canonical(text))


def kept_mark(mark: str | None, text: str) -> str | None:
    """A fingerprint of the database as `text_mark` makes it, where it is that of this text. Those of the first form took
    line ends and blanks for differences."""
    return text_mark(text) if mark == digest(text) else mark


def source_texts(content: Content) -> dict[str, str]:
    """The texts that the source told; those it did not are absent."""
    told = {name: getattr(content, name) for name in TEXTS}
    return {name: text for name, text in told.items() if text is not None}


def office_texts(office: OfficeProduct) -> dict[str, str]:
    """The texts of an office product."""
    return {name: getattr(office, name) for name in TEXTS}


def source_values(product: Product) -> dict[str, str]:
    """Price, list price, quantity and visibility as the source says them, spelled for the base."""
    return {
        "price": plain(product.price),
        "list_price": plain(product.list_price),
        "quantity": plain(product.quantity),
        "visible": spell_flag(product.visible),
    }


def office_values(
    price: Decimal, list_price: Decimal, stock: Decimal | None, *, shown: bool
) -> dict[str, str]:
    """The same as the office says them, in the product's currency there. No stock row is spelled as nothing."""
    return {
        "price": plain(price),
        "list_price": plain(list_price),
        "quantity": "" if stock is None else plain(stock),
        "visible": spell_flag(shown),
    }


def shelf_of(base: Mapping[str, Any]) -> Shelf | None:
    """The shared stock that both sides agreed on; `None` before they ever agreed on a quantity.

    Where it was not shared until now, the quantity that both agreed on last is the first count.
    """
    agreed = seen(base, "quantity")
    if "shelf" in base or agreed.source is None or not agreed.office:
        return _shelf(base.get("shelf"))
    source, taken = Decimal(agreed.source), Decimal(base.get("taken", "0"))
    return Shelf(source, source, Decimal(agreed.office) - taken, taken)


def pending_of(base: Mapping[str, Any]) -> Pending | None:
    """The write of shared stock whose end is not known."""
    kept = base.get("pending")
    shelf = _shelf(kept["shelf"]) if kept else None
    if not kept or shelf is None:
        return None
    return Pending(Side(kept["side"]), Decimal(kept["before"]), kept["stamp"], kept["young"], shelf)


def spell_shelf(shelf: Shelf) -> list[str]:
    """The shelf as the base keeps it."""
    return [plain(value) for value in (shelf.total, shelf.source, shelf.office, shelf.taken)]


def spell_pending(pending: Pending) -> dict[str, Any]:
    """A pending write as the base keeps it."""
    return {
        "side": str(pending.side),
        "before": plain(pending.before),
        "stamp": pending.stamp,
        "young": pending.young,
        "shelf": spell_shelf(pending.shelf),
    }


def images_digest(product: Product) -> str:
    """The fingerprint of a product's pictures: their addresses, in order."""
    return digest([image.url for image in product.images])


def images_pending(product: Product, base: Mapping[str, Any]) -> bool:
    """Whether pictures are still to be sent: to products that syncd created, never to those that were there before."""
    return base.get("images") not in (None, images_digest(product))


def made_here(base: Mapping[str, Any] | None) -> bool:
    """Whether syncd created the product: only then its pictures are kept account of."""
    return base is not None and "images" in base


def _shelf(kept: Any) -> Shelf | None:
    return Shelf(*(Decimal(value) for value in kept)) if kept else None
