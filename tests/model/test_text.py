"""Texts as a shop keeps them: within a column, the cut visible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.text import COLUMN, narrow, shorten, shorten_bytes


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


def test_bytes_are_counted_in_utf_8() -> None:
    """A text of exactly the limit is kept; a longer one ends with an ellipsis, and no letter is torn apart."""
    assert shorten_bytes("é" * 5, 10) == "é" * 5
    assert shorten_bytes("é" * 6, 10) == "ééé…"
    assert shorten_bytes("\ud83d", 3) == "\ud83d"


@given(st.text(max_size=40), st.integers(3, 60))
def test_nothing_takes_more_bytes_than_the_limit(text: str, limit: int) -> None:
    """What comes out fits, and is not cut again."""
    once = shorten_bytes(text, limit)
    assert len(once.encode()) <= limit
    assert shorten_bytes(once, limit) == once


def test_letters_of_four_bytes_are_left_out() -> None:
    """Emoji go, every other letter stays."""
    assert narrow("Кофе 😀 250 г, naïve ☕") == "Кофе  250 г, naïve ☕"  # noqa: RUF001
