"""What travels in an order's params and comment; licence numbers are whole, and stand only where they are wanted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order, masked_licence
from syncd.sync.facets import Facet, changed_facets, facets_of, version_of
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.order_params import LICENCES, LONGEST, comment_of, params_of, with_kept_licences
from tests.sync import builders as make

NUMBERS = st.lists(st.text("ABCDEF0123456789-", min_size=1, max_size=40), min_size=1, max_size=30)
WANTED = make.order_policy(licences=frozenset({"params", "comment"}))


def test_the_reference_names_kind_account_and_order() -> None:
    """It is the one text that ties an office order to its source order for ever, whatever the source is called."""
    policy = make.order_policy(kind="horoshop", source="horoshop-ua", account="shop.example")
    params = params_of(make.order(key="1001", number="1001"), policy)
    assert params["syncd_ref"] == "horoshop:shop.example:1001"
    assert params["horoshop_order_id"] == "1001"


def test_a_note_of_the_source_never_takes_the_place_of_the_reference() -> None:
    """Whatever a shop tells beside, the reference is ours."""
    order = make.order(notes={"syncd_ref": "forged", "utm_source": "mail"}, flags=("the total differs",))
    params = params_of(order, make.order_policy())
    assert params["syncd_ref"].startswith("cscart:")
    assert (params["utm_source"], params["syncd_note"]) == ("mail", "the total differs")


@given(NUMBERS)
def test_licence_numbers_are_never_cut(numbers: list[str]) -> None:
    """A param holds 255 letters: what does not fit goes on in the next one, number by number."""
    order = make.order(lines=(make.line(code="ADD-1", licences=tuple(numbers)),))
    params = {name: value for name, value in params_of(order, WANTED).items() if name.startswith(LICENCES)}
    assert all(len(value) <= LONGEST for value in params.values())
    told = [entry for value in params.values() for entry in value.split("; ")]
    assert told == [f"ADD-1: {number}" for number in numbers]


def test_licence_numbers_stand_only_where_they_are_wanted() -> None:
    """Nowhere by default; in the comment below what the customer wrote; a line without a code goes by its name."""
    nameless = make.line(code="", name="Add-on", licences=("L-2",))
    order = make.order(lines=(make.line(code="ADD-1", licences=("L-1",)), nameless), comment="Thanks")
    assert not any("L-1" in value for value in params_of(order, make.order_policy()).values())
    assert comment_of(order, make.order_policy()) == "Thanks"
    assert comment_of(order, WANTED) == "Thanks\nADD-1: L-1\nAdd-on: L-2"
    assert comment_of(make.order(comment=""), WANTED) == ""


def test_a_later_licence_changes_comment_and_names_only() -> None:
    """It is written into the same order, and the lines stay untouched."""
    before = make.order(lines=(make.line(licences=("L-1",)),))
    after = make.order(lines=(make.line(licences=("L-1", "L-2")),))
    assert changed_facets(after, facets_of(before)) == {Facet.NAMES, Facet.COMMENT}


def test_what_only_some_sources_tell_leaves_the_others_fingerprints_alone() -> None:
    """Notes and flags count where there are any; a payment changes the version, because it moves the order on."""
    plain = make.order()
    assert changed_facets(make.order(notes={"a": "b"}), facets_of(plain)) == {Facet.NAMES}
    assert changed_facets(make.order(flags=("odd",)), facets_of(plain)) == {Facet.NAMES}
    assert version_of(replace(plain, paid=True)) != version_of(plain)
    assert plain.standing == plain.status


def test_a_licence_number_is_shown_by_its_ends_only() -> None:
    """In failures and logs; a short or plain one is hidden whole."""
    order = make.order(lines=(make.line(licences=("CSC-8F2K-19QX-0001", "SECRET", "A-LONGEND")),))
    shown = order.without_secrets().lines[0].licences
    assert shown == ("CSC-****-0001", "****", "****") == tuple(map(masked_licence, order.lines[0].licences))


def written(order: Order, policy: OrderPolicy) -> OfficeOrder:
    """The office order as it stands after these were written."""
    return make.office_order(params=params_of(order, policy), comment=comment_of(order, policy))


@given(NUMBERS, NUMBERS, st.sampled_from([{"params"}, {"comment"}, {"params", "comment"}]))
def test_a_later_licence_takes_no_earlier_one_away(
    earlier: list[str], later: list[str], places: set[str]
) -> None:
    """A source that tells only the latest number of a line adds to those that stand in the office."""
    policy = make.order_policy(licences=frozenset(places))
    before = make.order(lines=(make.line(code="ADD-1", licences=tuple(earlier)), make.line(code="ADD-10")))
    after = replace(before, lines=(make.line(code="ADD-1", licences=tuple(later)), make.line(code="ADD-10")))
    kept = with_kept_licences(after, written(before, policy), policy)
    assert kept.lines[0].licences == tuple(dict.fromkeys(earlier + later))
    assert not kept.lines[1].licences


def test_an_order_whose_licences_are_not_told_for_the_moment_lacks_none() -> None:
    """They stand in the office, so no note says that it was made without them."""
    before = make.order(lines=(make.line(licences=("L-1",)),))
    after = replace(before, lines=(make.line(),), awaits="its licence numbers")
    kept = with_kept_licences(after, written(before, WANTED), WANTED)
    assert (kept.lines[0].licences, kept.awaits) == (("L-1",), "")


def test_what_a_customer_writes_is_no_licence() -> None:
    """Only what stands below the customer's own words counts, and only in its own form."""
    line = make.line(code="ADD-1")
    order = make.order(lines=(line,), comment="ADD-1: please\nADD-1: in two days")
    assert with_kept_licences(order, written(order, WANTED), WANTED) == order
