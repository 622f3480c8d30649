"""Products for CS-Cart: from what shall change to what the API takes (contracts/cscart §3.3 - §3.5).

Never a whole product: `usergroup_ids` breaks the shop as it was read, and pictures that are sent along are deleted first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from syncd.errors import Held
from syncd.model.exchange import SourceChange, SourceDraft
from syncd.shops.cscart.columns import amount_of_money, long_text, short_text
from syncd.shops.cscart.pictures import picture_url

_TEXTS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "name": ("product", short_text),
    "summary": ("short_description", long_text),
    "description": ("full_description", long_text),
    "meta_title": ("page_title", short_text),
    "meta_keywords": ("meta_keywords", short_text),
    "meta_description": ("meta_description", short_text),
}
"""The field of each text of `Content`, and what its column holds; the page's address is the shop's own affair."""
_LONGEST_CODE = 64
_UNFIT_PICTURES = (".svg", ".svgz")


def product_changes(change: SourceChange, language: str | None) -> dict[str, Any]:
    """The body of a `PUT products/{id}` with the changed fields only; empty when nothing changes.

    Texts go to `language`, or to the shop's default one. Raises `Held` for an empty name, an amount of money below zero
    and an empty list of categories, none of which the shop would take as it is meant.
    """
    body = _texts(change.texts)
    if change.price is not None:
        body["price"] = amount_of_money(change.price, "the price")
    if change.list_price is not None:
        body["list_price"] = amount_of_money(change.list_price, "the list price")
    if change.quantity is not None:
        body["amount"] = change.quantity
    if change.visible is not None:
        body["status"] = _status(change.visible)
    if change.category_ids is not None:
        body["category_ids"] = _categories(change.category_ids)
    return body | {"lang_code": language} if body and language else body


def new_product(draft: SourceDraft, company: str | None) -> dict[str, Any]:
    """The body of a `POST products`; its texts are stored in every language.

    `company` is the owner where the draft names none. Without categories the shop puts the product into one of its own.
    Raises `Held` for a draft without name or code, and for what `product_changes` holds.
    """
    code = draft.code.strip()
    if not code or len(code) > _LONGEST_CODE:
        raise Held(f"the code {code!r} cannot be stored in CS-Cart: it needs 1 to {_LONGEST_CODE} characters")
    body = {
        **_texts({"name": "", **draft.texts}),
        "product_code": code,
        "price": amount_of_money(draft.price, "the price"),
        "list_price": amount_of_money(draft.list_price, "the list price"),
        "amount": draft.quantity,
        "status": _status(draft.visible),
    }
    if draft.category_ids:
        body["category_ids"] = _categories(draft.category_ids)
    owner = draft.company or company
    return body | {"company_id": owner} if owner else body


def new_pictures(urls: Sequence[str]) -> dict[str, Any]:
    """The body of a `PUT products/{id}` that puts these pictures in place of all others, the first as the main one.

    Raises `Held` for none at all, and `SetAside` for an address that the shop surely cannot fetch: it deletes the old
    pictures before it tries (contracts/cscart §3.5).
    """
    if not urls:
        raise Held("a product's pictures are replaced, never taken away altogether")
    first, *others = (_picture(url) for url in urls)
    pairs = [picture | {"position": place} for place, picture in enumerate(others, start=1)]
    return {"main_pair": first, "image_pairs": pairs}


def _texts(texts: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, text in texts.items():
        field, fit = _TEXTS[name]
        body[field] = fit(text)
    if "product" in body and not body["product"].strip():
        raise Held(
            "the product has no name, and CS-Cart takes none without. Give it one where it comes from."
        )
    return body


def _status(visible: bool) -> str:
    return "A" if visible else "D"


def _categories(ids: Sequence[int]) -> list[int]:
    """A list, the main category first: as a text it breaks the shop, and an empty one would change nothing."""
    if not ids:
        raise Held("the product is left without a category, and CS-Cart would keep those it has")
    return list(ids)


def _picture(url: str) -> dict[str, Any]:
    address = picture_url(url)
    parts = urlsplit(address)
    if not parts.scheme or parts.path.lower().endswith(_UNFIT_PICTURES):
        raise Held(f"CS-Cart cannot fetch a picture from {address}", code="image")
    return {"detailed": {"image_path": address}}
