"""Which parts of a linked order differ: what was agreed counts, and an office that is further on is no difference."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.owner import Side
from syncd.model.status import RANK, STATE_OF, TERMINAL, Target
from syncd.state.order_links import OrderLink
from syncd.sync.expected import SkuMatch, expect
from syncd.sync.facets import Facet
from syncd.sync.order_changes import Wanted, differences, gaps, plan_changes
from syncd.sync.order_differences import lines_as_agreed, order_gaps, status_behind
from syncd.sync.order_edit import agree
from tests.sync import builders

LETTERS = {"P": Target.PROCESSED, "C": Target.COMPLETED, "X": Target.DELETED}
BACK = {"shipped": "S", "refunded": "R"}
POLICY = builders.order_policy(statuses=LETTERS, states_back=BACK)
STATES = [*RANK, *TERMINAL, "packing"]
MATCH = {0: SkuMatch(4, 3)}


def in_step(**fields: str) -> tuple[Order, OrderLink, OfficeOrder, Wanted]:
    """An order that both sides agree on."""
    order = builders.order(**fields)
    place = {"street": "Main st. 1", "city": "Tver", "zip": "170000"}
    wanted = builders.wanted(expect(order, MATCH, discounts=True), address=place)
    actual = builders.office_order()
    actual = builders.saved(actual, plan_changes(wanted, actual, frozenset(Facet)))
    base = agree(order, {}, actual, frozenset(Facet))
    return (
        order,
        builders.order_link(order, base=base, state=actual.state, carried=actual.state),
        actual,
        wanted,
    )


def test_an_order_in_step_has_no_gap() -> None:
    """What was saved and agreed on does not differ."""
    order, link, actual, wanted = in_step()

    assert lines_as_agreed(order, link, actual)
    assert order_gaps(order, link, actual, wanted, builders.order_policy()) == []


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"shipping": Decimal("9")}, ["shipping"]),
        ({"discount": Decimal("1")}, ["discount"]),
        ({"total": Decimal("1")}, ["total"]),
        ({"lines": ()}, ["lines"]),
        ({"params": {}}, ["address"]),
        ({"state": "completed"}, []),
    ],
)
def test_every_part_is_compared(change: dict[str, object], parts: list[str]) -> None:
    """Each part of the office order is told by its name, and only that; an order that went on is none."""
    order, link, actual, wanted = in_step()

    found = order_gaps(order, link, replace(actual, **change), wanted, builders.order_policy())  # type: ignore[arg-type]

    assert [gap.part for gap in found] == parts


def test_agreed_lines_are_no_gap_whatever_they_match_now() -> None:
    """A line that was agreed as a free one stays agreed when its product is linked later on, or is renamed."""
    order, link, actual, _ = in_step()
    later = builders.wanted(expect(order, {0: SkuMatch(99, 98)}, discounts=True))

    assert order_gaps(order, link, actual, later, builders.order_policy()) == []
    unknown = replace(link, base={})
    assert [gap.part for gap in order_gaps(order, unknown, actual, later, builders.order_policy())] == [
        "lines"
    ]


def test_the_words_are_those_of_the_streams() -> None:
    """A gap in words is what the orders stream tells of the same difference; an address is not spelled out."""
    _, _, actual, wanted = in_step()
    off = replace(actual, shipping=Decimal("9"), total=Decimal("1"), params={})

    words = [gap.words for gap in gaps(wanted, off, frozenset(Facet), total=True)]

    assert words == differences(wanted, off, frozenset(Facet))
    assert words[-1] == "the delivery address differs"


def behind(letter: str, state: str, *, applied: bool = True, carried: str | None = None) -> Side | None:
    order = builders.order(status=letter)
    link = builders.order_link(
        order, status=letter if applied else "O", carried=carried if carried is not None else state
    )
    return status_behind(order, link, state, POLICY)


@pytest.mark.parametrize(
    ("letter", "state", "applied", "side"),
    [
        ("P", "processing", True, None),
        ("P", "new", True, Side.WEBASYST),  # somebody moved it back
        ("P", "new", False, Side.WEBASYST),  # the next cycle moves it on
        ("P", "completed", True, None),  # staff went on, and nobody wants the source to be told
        ("P", "completed", False, Side.WEBASYST),  # out of reach: a person is asked
        ("P", "shipped", True, Side.CSCART),  # the source is to be told
        ("S", "shipped", True, None),  # it was told
        ("C", "shipped", True, Side.WEBASYST),
        ("P", "refunded", True, Side.CSCART),
        ("P", "deleted", True, None),  # an end that nobody is told of
        ("P", "packing", True, None),  # a state of the shop's own
        ("O", "completed", True, None),  # a letter without a meaning asks for nothing
        ("X", "completed", True, Side.WEBASYST),
    ],
)
def test_who_is_behind(letter: str, state: str, applied: bool, side: Side | None) -> None:
    """The decision table of the status."""
    assert behind(letter, state, applied=applied) is side


def test_a_letter_without_a_meaning_is_at_rest_once_it_was_told() -> None:
    """The office's state was told, then the source moved to a letter that means nothing: both may stay so."""
    assert behind("O", "shipped", carried="shipped") is None
    assert behind("O", "shipped", carried="new") is Side.CSCART


@given(st.sampled_from(sorted(LETTERS)), st.booleans())
def test_being_there_is_never_behind(letter: str, applied: bool) -> None:
    """Whoever moved the order: where the office says what the letter asks for, nobody is behind."""
    assert behind(letter, STATE_OF[LETTERS[letter]], applied=applied) is None


@given(st.sampled_from("PCXOSR"), st.sampled_from(STATES), st.booleans())
def test_the_source_is_behind_only_where_it_would_be_told(letter: str, state: str, applied: bool) -> None:
    """A state that has no letter never asks anything of the source."""
    if behind(letter, state, applied=applied) is Side.CSCART:
        assert state in BACK
        assert BACK[state] != letter
