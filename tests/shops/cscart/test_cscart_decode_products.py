"""Products: from what the shop answers to the canonical record."""

# ruff: noqa: RUF001

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from syncd.errors import BrokenAnswer
from syncd.model.product import Content, Image, Product
from syncd.shops.cscart.decode_products import decode_amounts, decode_product
from tests.shops.cscart.cscart_shop import a_product, sample

IMAGES = "https://shop.example.test/images/detailed/0/"


def decode(**fields: Any) -> Product:
    return decode_product(a_product(12, **fields))


def test_the_detail_tells_everything() -> None:
    """Texts, page address and pictures of the answer to one product."""
    product = decode_product(sample("product_12.json"))
    assert (product.key, product.code, product.company) == ("12", "COF-ARA-250", "1")
    assert product.content == Content(
        name="Кофе «Арабика» 250 г",
        summary="",
        description="<p>Зёрна средней обжарки.</p>",
        meta_title="",
        meta_keywords="кофе, арабика",
        meta_description="Кофе «Арабика» 250 г — купить",
        url="kofe-arabika-250-g",
    )
    assert product.images == (
        Image(f"{IMAGES}arabica-250.jpg", "Кофе «Арабика»"),
        Image(f"{IMAGES}arabica-250-back.jpg"),
        Image(f"{IMAGES}arabica-250-beans.webp"),
    )
    assert product.updated_at == datetime(2026, 2, 24, 12, 0, tzinfo=UTC)
    assert product.group is None


def test_categories_come_with_the_main_one_first() -> None:
    """A list of numbers in the list, and in the detail, whatever its order (contracts/cscart §3.1)."""
    assert decode_product(sample("product_12.json")).category_ids == (166, 201)
    assert decode(category_ids=[166, 201], main_category=201).category_ids == (201, 166)
    assert decode(category_ids="166,201", main_category="201").category_ids == (201, 166)
    assert decode(category_ids=None, main_category=None).category_ids == ()


def test_a_child_variation_stands_where_its_parent_stands() -> None:
    """What it is told of categories is ignored, so it tells none (contracts/cscart §3.4)."""
    assert decode_product(sample("product_242_child_variation.json")).category_ids == ()


def test_the_price_is_before_promotions() -> None:
    """`price` is after the catalogue's promotions, `base_price` is what is kept in step (contracts/cscart §3.1)."""
    assert decode(price="531.00", base_price="590.00").price == Decimal("590.00")
    assert decode(price="531.00", base_price=None).price == Decimal("531.00")


@pytest.mark.parametrize("name", ["product_12_api_2.0.json", "product_12.json"])
def test_both_versions_of_the_api_say_the_same(name: str) -> None:
    """Unrounded prices of version 2.0 are cents all the same."""
    product = decode_product(sample(name))
    assert (product.price, product.list_price, product.quantity) == (
        Decimal("590.00"),
        Decimal("690.00"),
        Decimal(42),
    )


def test_texts_that_were_not_told_are_none() -> None:
    """An absent or null text is unknown, an empty one is empty."""
    content = decode(short_description=None, page_title="", seo_name="").content
    assert content == Content(name="Кофе «Арабика» 250 г", meta_title="")
    assert decode(product=None).content.name == ""


def test_a_product_without_pictures() -> None:
    """Pictures may be absent or empty lists."""
    assert decode_product(sample("product_14_no_images.json")).images == ()
    assert decode(main_pair=[], image_pairs=None).images == ()


def test_a_picture_without_a_large_form() -> None:
    """Without a detailed picture the icon stands in, and the same picture comes once."""
    icon = {"icon": {"image_path": "i.png"}, "detailed": []}
    assert decode(main_pair=icon, image_pairs=[icon, {"detailed_id": "0"}]).images == (Image("i.png"),)


@pytest.mark.parametrize(("status", "visible"), [("A", True), ("H", False), ("D", False), ("R", False)])
def test_only_active_products_are_visible(status: str, visible: bool) -> None:
    """Hidden, disabled and unapproved products are not on sale."""
    assert decode(status=status).visible is visible


def test_a_negative_quantity_is_told() -> None:
    """Stock below zero exists."""
    assert decode_product(sample("product_14_no_images.json")).quantity == Decimal(-3)


def test_a_variation_knows_its_group_and_label() -> None:
    """Group by id, label by what the variation's name adds."""
    child = decode_product(sample("product_242_child_variation.json"))
    assert (child.group, child.variant, child.content.name) == ("10", "Синий, M", "Футболка")


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ({}, None),
        ({"variation_group_id": 0}, None),
        ({"variation_group_id": None, "parent_product_id": "241"}, "241"),
        ({"variation_parent_product_id": 241}, "241"),
        ({"variation_group_id": 10, "parent_product_id": "241"}, "10"),
    ],
)
def test_the_group_of_a_row(fields: dict[str, Any], group: str | None) -> None:
    """Without a group the parent names it; a row without either has none."""
    assert decode(**fields).group == group


@pytest.mark.parametrize(
    ("fields", "variant"),
    [
        ({"variation_name": "Shirt (Blue (dark), M)"}, "Blue (dark), M"),
        ({"variation_name": "Other name (Blue)"}, "Blue"),
        ({"variation_name": "Shirt"}, ""),
        ({"product": "Shirt (V)", "variation_name": "Shirt (V)"}, ""),
        ({"variation_features": {"548": {"variant": "Blue"}, "549": {"variant": "M"}, "5": []}}, "Blue, M"),
        ({}, ""),
    ],
)
def test_the_label_of_a_variation(fields: dict[str, Any], variant: str) -> None:
    """The bracket after the name, or the variation's features."""
    assert decode(**{"product": "Shirt", **fields}).variant == variant


def test_an_unknown_change_is_the_creation() -> None:
    """A product without a time of change was changed when it was made."""
    assert decode(updated_timestamp="0").updated_at == datetime(2025, 5, 28, 8, 15, 12, tzinfo=UTC)


def test_amounts_look_at_nothing_else() -> None:
    """A sweep reads price, quantity and status; a broken picture or text does not matter to it."""
    row = a_product(12, main_pair="?", short_description={"a": 1}, variation_group_id=10, amount="41")
    product = decode_amounts(row)
    assert (product.price, product.quantity, product.visible) == (Decimal("590.00"), Decimal(41), True)
    assert (product.content, product.images, product.group) == (Content("Кофе «Арабика» 250 г"), (), None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"base_price": None, "price": None}, "price"),
        ({"amount": "many"}, "amount"),
        ({"status": None}, "status"),
        ({"timestamp": None, "updated_timestamp": None}, "timestamp"),
        ({"image_pairs": {"7": 3}}, "image_pairs.7"),
        ({"product_id": "x"}, "product_id"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, Any], words: str) -> None:
    """A field that is not as promised is an error with its name, never a guess."""
    with pytest.raises(BrokenAnswer, match=words):
        decode(**fields)
