"""Texts as a shop keeps them: within a column, the cut visible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.text import COLUMN, shorten


def test_a_text_that_fits_is_kept() -> None:
    """A text of exactly the limit, 255 characters by default, is not touched."""
    assert shorten("x" * COLUMN) == "x" * COLUMN
    assert len(shorten("x" * 256)) == COLUMN == 255


def test_a_cut_is_marked() -> None:
    """A longer text ends with an ellipsis, without blanks before it."""
    assert shorten("abc def", 5) == "abc…"
    assert shorten("abcdefg", 5) == "abcd…"


@given(st.text(max_size=40), st.integers(2, 30))
def test_nothing_is_longer_than_the_limit(text: str, limit: int) -> None:
    """What comes out fits, and is not cut again."""
    once = shorten(text, limit)
    assert len(once) <= limit
    assert shorten(once, limit) == once
