"""The brake: what a person would call an accident stops, an ordinary day does not."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.brake import EXAMPLES, LEAST_SUSPICIOUS, BrakeRule, Kind, Overview, emptied, look

RULE = BrakeRule(share=0.3, least=50)
COUNTED = [Kind.PRICE, Kind.STOCK, Kind.TEXT, Kind.STATUS]


def plan(existing: int, *, zero_prices: int = 0, hidden: int = 0, **kinds: int) -> Overview:
    counts = Counter({Kind(kind): number for kind, number in kinds.items()})
    return Overview(existing, counts, zero_prices, hidden)


def pulled(overview: Overview, rule: BrakeRule = RULE) -> set[Kind]:
    return {pull.kind for pull in look(overview, rule)}


@pytest.mark.parametrize("kind", COUNTED)
def test_a_large_share_of_one_kind_pulls_that_brake(kind: Kind) -> None:
    """More than the share, and more than the least number: that kind stops and no other."""
    assert pulled(plan(1000, **{kind.value: 301})) == {kind}


@pytest.mark.parametrize("kind", COUNTED)
def test_exactly_the_share_may_pass(kind: Kind) -> None:
    """The share itself is allowed, one more is not."""
    assert pulled(plan(1000, **{kind.value: 300})) == set()


@pytest.mark.parametrize("kind", COUNTED)
def test_a_small_number_may_always_pass(kind: Kind) -> None:
    """The least number may change whatever the share; one more may not."""
    assert pulled(plan(60, **{kind.value: 50})) == set()
    assert pulled(plan(60, **{kind.value: 51})) == {kind}


def test_several_kinds_are_braked_one_by_one() -> None:
    """Every kind that would be overwritten in masses stops."""
    assert pulled(plan(1000, price=1000, stock=400, text=10)) == {Kind.PRICE, Kind.STOCK}


def test_creating_is_no_accident() -> None:
    """A plan that overwrites nothing pulls nothing, however much it creates."""
    assert look(Overview(10_000), BrakeRule(0, 0)) == []
    assert look(plan(0), RULE) == []


@pytest.mark.parametrize(("existing", "enough"), [(10_000, 50), (100, 30), (10, LEAST_SUSPICIOUS)])
def test_prices_of_zero_are_suspicious_early(existing: int, enough: int) -> None:
    """The share or the least number of prices to 0 is enough, whichever is less, but never fewer than five."""
    assert pulled(plan(existing, zero_prices=enough)) == {Kind.PRICE}
    assert pulled(plan(existing, zero_prices=enough - 1)) == set()


def test_with_a_least_number_of_zero_one_price_of_zero_is_enough() -> None:
    """Who allows no change at all is told of the first price of 0, and of none when there is none."""
    assert pulled(plan(100, zero_prices=1), BrakeRule(0.3, 0)) == {Kind.PRICE}
    assert pulled(plan(100), BrakeRule(0.3, 0)) == set()


def test_hiding_most_products_is_an_accident() -> None:
    """More than half of the products, and at least five, would be hidden."""
    assert pulled(plan(40, hidden=21)) == {Kind.STATUS}
    assert pulled(plan(40, hidden=20)) == set()
    assert pulled(plan(5, hidden=5)) == {Kind.STATUS}
    assert pulled(plan(4, hidden=4)) == set()


def test_one_brake_of_a_kind_is_pulled_once() -> None:
    """A kind that stops for its share is not named again for zero prices or hidden products."""
    pulls = look(plan(1000, price=900, zero_prices=900, status=900, hidden=900), RULE)
    assert [pull.kind for pull in pulls] == [Kind.PRICE, Kind.STATUS]


def test_the_evidence_names_examples() -> None:
    """A brake names a few of the records it is about, and the numbers."""
    overview = Overview(20)
    for number in range(20):
        overview.note(Kind.PRICE, f"SKU {number}")
    overview.note(Kind.TEXT, "another kind")
    (pull,) = look(overview, BrakeRule(0.3, 5))
    assert pull.examples == tuple(f"SKU {number}" for number in range(EXAMPLES))
    assert pull.reason == "20 of 20 existing values would be overwritten at once"


def test_accidents_bring_their_evidence() -> None:
    """Zero prices and hidden products are told in words, with examples where there are some."""
    overview = plan(40, zero_prices=20, hidden=30)
    overview.note(Kind.PRICE, "COF-1: 10 -> 0")
    price, status = look(overview, RULE)
    assert (price.reason, price.examples) == ("20 prices would become 0", ("COF-1: 10 -> 0",))
    assert (status.reason, status.examples) == ("30 of 40 products would be hidden", ())


def test_an_empty_shop_is_told_with_what_was_there() -> None:
    """The brake for an empty shop says which shop and how much was known."""
    pull = emptied("CS-Cart", 812)
    assert (pull.kind, pull.reason) == (Kind.EMPTY, "CS-Cart lists no products at all, 812 were known before")


NUMBERS = st.integers(0, 400)
RULES = st.builds(BrakeRule, share=st.floats(0, 1), least=NUMBERS)


@given(existing=NUMBERS, prices=NUMBERS, zeros=NUMBERS, hidden=NUMBERS, more=NUMBERS, rule=RULES)
def test_more_of_a_bad_thing_never_releases_a_brake(
    *, existing: int, prices: int, zeros: int, hidden: int, more: int, rule: BrakeRule
) -> None:
    """What pulls a brake still pulls it when more is overwritten, zeroed or hidden."""
    before = pulled(plan(existing, price=prices, zero_prices=zeros, hidden=hidden), rule)
    after = pulled(plan(existing, price=prices + more, zero_prices=zeros + more, hidden=hidden + more), rule)
    assert before <= after


@given(existing=NUMBERS, prices=NUMBERS, zeros=NUMBERS, rule=RULES, share=st.floats(0, 1), least=NUMBERS)
def test_a_looser_rule_never_pulls_more(
    *, existing: int, prices: int, zeros: int, rule: BrakeRule, share: float, least: int
) -> None:
    """A larger share and a larger least number only ever let more pass."""
    overview = plan(existing, price=prices, zero_prices=zeros)
    looser = BrakeRule(max(share, rule.share), max(least, rule.least))
    assert pulled(overview, looser) <= pulled(overview, rule)
