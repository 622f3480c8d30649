"""What is sent of a product: only what changes, in the form that the shop takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Held, SetAside
from syncd.model.exchange import SourceChange, SourceDraft
from syncd.model.owner import FIELD_OF_TEXT
from syncd.shops.cscart.encode_products import new_pictures, new_product, product_changes
from tests.shops.cscart.cscart_shop import sample

FIELDS = {
    "product",
    "full_description",
    "short_description",
    "page_title",
    "meta_keywords",
    "meta_description",
    "price",
    "list_price",
    "amount",
    "status",
    "category_ids",
    "lang_code",
}
DAMAGING = {
    "usergroup_ids",
    "main_pair",
    "image_pairs",
    "tax_ids",
    "prices",
    "product_features",
    "product_id",
}
"""Fields of a product as it is read that must not go back (contracts/cscart §3.4)."""
AMOUNTS = st.decimals(min_value=0, max_value=10**7, places=2)
CHANGES = st.builds(
    SourceChange,
    key=st.just("12"),
    texts=st.dictionaries(st.sampled_from(sorted(FIELD_OF_TEXT)), st.text(min_size=1).map("a{}".format)),
    price=st.none() | AMOUNTS,
    list_price=st.none() | AMOUNTS,
    quantity=st.none() | st.integers(-9, 10**6),
    visible=st.none() | st.booleans(),
    category_ids=st.none() | st.lists(st.integers(1, 999), min_size=1).map(tuple),
)


def a_draft(**fields: Any) -> SourceDraft:
    values: dict[str, Any] = {
        "code": "TEA-1",
        "texts": {"name": "Tea"},
        "price": Decimal("4.20"),
        "list_price": Decimal(0),
        "quantity": 3,
        "visible": True,
    }
    return SourceDraft(**values | fields)


@given(CHANGES)
def test_only_what_changes_is_sent(change: SourceChange) -> None:
    """One field of the body for each changed value, and never one of those that damage a product."""
    body = product_changes(change, None)
    values = (change.price, change.list_price, change.quantity, change.visible, change.category_ids)
    assert len(body) == len(change.texts) + sum(value is not None for value in values)
    assert set(body) <= FIELDS - DAMAGING
    assert bool(body) is not change.empty


def test_the_body_of_a_sample() -> None:
    """Stock and price of the contract's sample; the price is a plain text."""
    change = SourceChange("12", price=Decimal("585.00"), quantity=41)
    told = sample("product_update_request_stock_price.json")
    body = product_changes(change, None)
    assert body == {"price": "585", "amount": 41}
    assert {name: Decimal(value) for name, value in body.items()} == {
        name: Decimal(value) for name, value in told.items()
    }


def test_every_text_has_its_column() -> None:
    """All texts that can be owned have a field of the API."""
    texts = {name: f"text of {name}" for name in FIELD_OF_TEXT}
    assert product_changes(SourceChange("12", texts), None) == {
        "product": "text of name",
        "short_description": "text of summary",
        "full_description": "text of description",
        "page_title": "text of meta_title",
        "meta_keywords": "text of meta_keywords",
        "meta_description": "text of meta_description",
    }


def test_the_language_goes_along_with_a_change_only() -> None:
    """Texts are for one language; alone it is no change, and every call looks like an edit (contracts/cscart §3.4)."""
    assert product_changes(SourceChange("12", {"name": "Чай"}), "ru") == {"product": "Чай", "lang_code": "ru"}
    assert product_changes(SourceChange("12"), "ru") == {}


@pytest.mark.parametrize(("visible", "letter"), [(True, "A"), (False, "D")])
def test_visibility_is_a_status(visible: bool, letter: str) -> None:
    """Active or disabled, nothing else."""
    assert product_changes(SourceChange("12", visible=visible), None) == {"status": letter}


@pytest.mark.parametrize("amount", ["1E+3", "1000", "1000.000", "999.995"])
def test_amounts_are_plain_texts_in_cents(amount: str) -> None:
    """No exponent, no float, halves away from zero."""
    body = product_changes(SourceChange("12", price=Decimal(amount), list_price=Decimal(amount)), None)
    assert body == {"price": "1000", "list_price": "1000"}


@pytest.mark.parametrize(
    "change",
    [
        SourceChange("12", {"name": ""}),
        SourceChange("12", {"name": "  "}),
        SourceChange("12", {"name": "🍵"}),
        SourceChange("12", price=Decimal(-5)),
        SourceChange("12", list_price=Decimal("-0.01")),
        SourceChange("12", category_ids=()),
    ],
)
def test_what_the_shop_would_take_otherwise_is_held(change: SourceChange) -> None:
    """An empty name or list is ignored there, and a price loses its sign (contracts/cscart §3.3, §3.4)."""
    with pytest.raises(Held):
        product_changes(change, None)


def test_a_cleared_text_is_sent() -> None:
    """Every text but the name may be emptied."""
    assert product_changes(SourceChange("12", {"description": ""}), None) == {"full_description": ""}


def test_texts_fit_their_columns() -> None:
    """Short columns hold 255 characters, descriptions any number; characters of four bytes would cut the rest off."""
    long = "x" * 300
    body = product_changes(SourceChange("12", dict.fromkeys(FIELD_OF_TEXT, long)), None)
    for field in ("product", "page_title", "meta_keywords", "meta_description"):
        assert body[field] == "x" * 254 + "…"
    assert body["full_description"] == body["short_description"] == long
    assert product_changes(SourceChange("12", {"description": "a🍵b€"}), None) == {"full_description": "ab€"}


def test_a_new_product_says_everything() -> None:
    """Name, code, price, stock and status are explicit: the shop's defaults are others (contracts/cscart §3.3)."""
    assert new_product(a_draft(visible=False, quantity=0), None) == {
        "product": "Tea",
        "product_code": "TEA-1",
        "price": "4.2",
        "list_price": "0",
        "amount": 0,
        "status": "D",
    }


def test_a_new_product_in_its_place() -> None:
    """Categories as a list, and the company of the draft before that of the settings."""
    body = new_product(a_draft(category_ids=(166, 201), company="2"), "1")
    assert (body["category_ids"], body["company_id"]) == ([166, 201], "2")
    assert new_product(a_draft(), "1")["company_id"] == "1"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": " "},
        {"code": "C" * 65},
        {"texts": {}},
        {"texts": {"name": " "}},
        {"texts": {"summary": "no name"}},
        {"price": Decimal(-1)},
    ],
)
def test_a_draft_that_cannot_be_kept_is_held(fields: dict[str, Any]) -> None:
    """Without name or code it could not be found again, and the shop cuts long codes."""
    with pytest.raises(Held):
        new_product(a_draft(**fields), None)


def test_pictures_replace_all_others() -> None:
    """The first is the main one; the list of the others is sent even when it is empty, or old ones stay."""
    main = {"detailed": {"image_path": "https://cdn.example.test/a.jpg"}}
    assert new_pictures(["https://cdn.example.test/a.jpg"]) == {"main_pair": main, "image_pairs": []}
    body = new_pictures(
        ["https://cdn.example.test/a.jpg", "//cdn.example.test/b é.png?v=1", "http://x.test/c"]
    )
    assert body["main_pair"] == main
    assert body["image_pairs"] == [
        {"detailed": {"image_path": "https://cdn.example.test/b%20%C3%A9.png?v=1"}, "position": 1},
        {"detailed": {"image_path": "http://x.test/c"}, "position": 2},
    ]


@pytest.mark.parametrize("url", ["", "images/a.png", "/a.png", "ftp://x.test/a.png", "https://x.test/a.SVG"])
def test_an_address_that_must_fail_is_never_sent(url: str) -> None:
    """The shop deletes the old pictures before it looks at the new ones (contracts/cscart §3.5)."""
    with pytest.raises(SetAside):
        new_pictures(["https://cdn.example.test/a.jpg", url])


def test_pictures_are_never_taken_away() -> None:
    """No addresses would delete all pictures."""
    with pytest.raises(Held):
        new_pictures([])
