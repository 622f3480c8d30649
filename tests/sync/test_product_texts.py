"""Texts as each shop's columns hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.product_base import TEXTS
from syncd.sync.product_texts import office_text, source_text

ANY_TEXT = st.text(max_size=300)


@pytest.mark.parametrize("name", ["name", "meta_title", "url"])
def test_long_titles_are_cut_for_the_office(name: str) -> None:
    """Webasyst would cut them silently at 255 characters; the cut is marked."""
    assert office_text(name, "x" * 300) == "x" * 254 + "…"


@pytest.mark.parametrize("name", ["summary", "description", "meta_keywords", "meta_description"])
def test_longer_texts_have_room_in_the_office(name: str) -> None:
    """They are cut at 65,535 bytes only, and never inside a letter."""
    assert office_text(name, "x" * 3000) == "x" * 3000
    assert office_text(name, "x" * 65_536) == "x" * 65_532 + "…"
    assert office_text(name, "é" * 40_000) == "é" * 32_766 + "…"


@pytest.mark.parametrize("name", ["name", "meta_title", "meta_keywords", "meta_description"])
def test_short_columns_of_the_source(name: str) -> None:
    """CS-Cart holds 255 characters in them, and no emoji anywhere."""
    assert source_text(name, "x" * 300) == "x" * 254 + "…"
    assert source_text(name, "Mug 😀") == "Mug "


@pytest.mark.parametrize("name", ["summary", "description"])
def test_long_columns_of_the_source(name: str) -> None:
    """Long texts go whole, but for emoji."""
    assert source_text(name, "x" * 70_000 + "😀") == "x" * 70_000


@given(st.sampled_from(TEXTS), ANY_TEXT)
def test_what_fits_is_not_cut_again(name: str, text: str) -> None:
    """A text that a shop holds stays as it is when it goes there once more."""
    assert office_text(name, office_text(name, text)) == office_text(name, text)
    assert source_text(name, source_text(name, text)) == source_text(name, text)
