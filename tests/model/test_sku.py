"""SKU codes: when two of them are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.sku import SkuRule

RULES = st.builds(SkuRule, case_sensitive=st.booleans())


def test_case_counts_only_by_setting() -> None:
    """By default `COF-1` and `cof-1` are one code; with the setting they are two."""
    assert SkuRule().key("COF-1") == SkuRule().key("cof-1")
    assert SkuRule(case_sensitive=True).key("COF-1") != SkuRule(case_sensitive=True).key("cof-1")


@given(RULES, st.text(max_size=20))
def test_blanks_around_a_code_never_count(rule: SkuRule, code: str) -> None:
    """A code is compared without surrounding blanks, and its key is its own key."""
    assert rule.key(f" \t{code}\n") == rule.key(code)
    assert rule.key(rule.key(code)) == rule.key(code)


def test_blanks_alone_are_no_code() -> None:
    """A code of blanks is no code."""
    assert SkuRule().key("  ") == ""
