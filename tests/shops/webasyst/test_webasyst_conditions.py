"""Search hashes: escaping and how much fits into one address."""

from __future__ import annotations

from urllib.parse import quote, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Held
from syncd.shops.webasyst import conditions

START = "search/params.syncd_ref="


def test_references_are_alternatives_of_one_condition() -> None:
    """`search/params.x=a||b` (contracts/webasyst §5.5); the same reference is asked for once."""
    hashes = list(conditions.any_reference(["cs:1:7", "cs:1:8", "cs:1:7"], "syncd_ref"))
    assert hashes == [(START + "cs:1:7||cs:1:8", frozenset({"cs:1:7", "cs:1:8"}))]


def test_an_ampersand_is_escaped_and_nothing_is_encoded_for_orders() -> None:
    r"""The recorded search for `A&B+1%2F-x=y` sent `A\&B+1%2F-x=y`, decoded once."""
    assert next(conditions.any_reference(["A&B+1%2F-x=y"], "ext"))[0] == r"search/params.ext=A\&B+1%2F-x=y"


@pytest.mark.parametrize("reference", ["", "  ", "a||b", "a\\b"])
def test_a_reference_that_cannot_be_searched_for_is_refused_up_front(reference: str) -> None:
    """A search that finds nothing by mistake would create the order twice."""
    with pytest.raises(Held):
        list(conditions.any_reference(["fine", reference], "syncd_ref"))


def test_no_reference_is_no_search() -> None:
    """An empty condition would ask for something else."""
    assert list(conditions.any_reference([], "syncd_ref")) == []
    assert list(conditions.ids([])) == []


@given(st.lists(st.text("aЯ&+% :日", min_size=1, max_size=120).filter(str.strip), max_size=500))
def test_every_reference_is_asked_for_once_within_both_limits(references: list[str]) -> None:
    """At most 200 values and 6,000 encoded bytes a call, whatever the alphabet."""
    asked: list[str] = []
    for hash_, values in conditions.any_reference(references, "syncd_ref"):
        assert 1 <= len(values) <= conditions.MAX_VALUES
        assert len(quote(hash_, safe="")) <= conditions.MAX_ADDRESS_BYTES
        asked += values
    assert sorted(asked) == sorted(set(references))


def test_long_references_are_spread_over_more_calls() -> None:
    """Web servers refuse addresses of about 8 KB with an HTML 414 (contracts/webasyst §2)."""
    references = [f"{number:03}" + "я" * 100 for number in range(50)]
    hashes = [hash_ for hash_, _ in conditions.any_reference(references, "syncd_ref")]
    assert len(hashes) > 1
    assert all(len(quote(hash_, safe="")) <= conditions.MAX_ADDRESS_BYTES for hash_ in hashes)


def test_ids_are_packed_alike() -> None:
    """450 ids make three calls."""
    hashes = list(conditions.ids(range(1, 451)))
    assert [len(wanted) for _, wanted in hashes] == [200, 200, 50]
    assert hashes[2][0].startswith("id/401,402,")


@given(st.text(st.characters(exclude_characters="\\", exclude_categories=["Cs"])))
def test_a_value_survives_the_second_decoding_of_product_searches(value: str) -> None:
    """`+` and `%` would otherwise change (contracts/webasyst §3.2)."""
    assert unquote_plus(conditions.decoded_twice(value)).replace("\\&", "&") == value
