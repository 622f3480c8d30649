"""Orders of Horoshop as records: names, money, gifts and sets, local times, and what a person should know."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.shops.horoshop.decode import decode_order
from syncd.shops.horoshop.local_time import to_local, to_utc
from syncd.shops.horoshop.totals import Totals, check
from tests.shops.horoshop.small_shop import an_order
from tests.shops.samples import sample

D = Decimal
KYIV = ZoneInfo("Europe/Kyiv")
TARIFF = "delivery is charged by the carrier's tariff"
PLAIN, COUPON, SETS = sample("horoshop_orders_get_ok.json")["response"]["orders"]
MISMATCH = sample("horoshop_order_totals_mismatch.json")["response"]["orders"][0]


def decoded(row: Any, currency: str | None = None) -> Order:
    return decode_order(row, zone=KYIV, currency=currency)


def a_line(**fields: Any) -> dict[str, Any]:
    return {"title": "Mug", "article": "MUG", "price": 10, "quantity": 1, "total_price": 10} | fields


def with_lines_row(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A row of these lines whose totals are their sum."""
    total = sum(Decimal(str(line.get("total_price", 0))) for line in lines)
    row: dict[str, Any] = PLAIN | {"products": list(lines), "total_default": total, "total_sum": total}
    return row | fields


def with_lines(*lines: dict[str, Any], **fields: Any) -> Order:
    return decoded(with_lines_row(*lines, **fields))


def test_a_plain_order() -> None:
    """Every field of the first sample (contracts/sources §1.4)."""
    order = decoded(PLAIN)
    assert order == Order(
        key="1001",
        number="1001",
        company="",
        status="1",
        placed_at=datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC),
        currency="UAH",
        customer=Customer(
            "", "Тест Олена Іванівна", "", "olena@example.com", "+38 (050) 000-00-01", phone_first=True
        ),
        shipping_address=Address(
            firstname="Тест Олена Іванівна",
            phone="+38 (050) 000-00-01",
            street="Відділення № 1: вул. Прикладна, 1",
            city="Київ",
            country="UA",
        ),
        billing_address=Address(),
        lines=(
            Line(LineKind.PRODUCT, "Термос 0,5 л, синій", Decimal(2), Decimal("450.00"), code="TH-500-BL"),
            Line(LineKind.PRODUCT, 'Рюкзак "Карпати" 30 л', Decimal(1), Decimal("1200.00"), code="BP-30"),
        ),
        extras=(),
        shipping_name="Нова Пошта",
        shipping_cost=Decimal("0.00"),
        payment_name="Онлайн-оплата карткою",
        discount=Decimal("0.00"),
        coupons=(),
        total=Decimal("2100.00"),
        comment="Передзвоніть, будь ласка",
        shipping_id="3",
        notes={
            "utm_source": "google",
            "utm_medium": "cpc",
            "utm_campaign": "20000000001",
            "delivery_country": "Україна",
        },
        flags=(TARIFF,),
    )
    assert order.unexplained == 0


def test_the_canonical_order_of_the_contract_is_met() -> None:
    """Order 1003 says what contracts/sources §4 makes of it."""
    order, canonical = decoded(COUPON), sample("canonical_order_from_horoshop_1003.json")
    line, discount = canonical["lines"][0], canonical["discounts"][0]
    assert (order.key, order.number, order.status) == (
        canonical["external_id"],
        canonical["external_number"],
        canonical["status_raw"],
    )
    assert order.placed_at == datetime.fromisoformat(canonical["created_at"])
    assert order.paid == (canonical["payment"]["state"] == "paid")
    assert order.payment_name == canonical["payment"]["method_title"]
    assert (order.currency, order.customer.firstname) == ("UAH", canonical["customer"]["full_name"])
    assert (order.customer.key, order.customer.phone) == ("", canonical["customer"]["phone_raw"])
    assert (order.shipping_id, order.shipping_name) == ("3", canonical["shipping"]["method_title"])
    assert order.shipping_address.street == canonical["shipping"]["address"]
    assert order.notes["tracking_number"] == canonical["shipping"]["tracking"]
    assert order.notes["recipient_warehouse_ref"] == canonical["shipping"]["pickup_point_ref"]
    assert order.notes["utm_source"] == canonical["utm"]["source"]
    assert "utm_campaign" not in order.notes
    assert (order.lines[0].code, order.lines[0].total) == (line["sku"], Decimal(line["total"]))
    assert (order.coupons, order.discount) == ((discount["code"],), Decimal(discount["amount"]))
    assert order.total == Decimal(canonical["totals"]["declared"])
    assert order.comment == canonical["comment"]
    assert order.flags == (TARIFF,)


def test_a_coupon_of_25_percent_is_what_the_totals_say() -> None:
    """799 less 25 % is 599, rounded by the shop: the amount counts, never the percent (contracts/sources §6, 11)."""
    order = decoded(COUPON)
    assert (order.lines[0].total, order.discount, order.total) == (D(799), D(200), D(599))
    assert order.unexplained == 0


def test_gifts_and_parts_of_sets_are_lines_without_a_price() -> None:
    """Each stands there with its SKU; only the set and the gift's product cost something (contracts/sources §6, 11)."""
    order = decoded(SETS)
    assert [(line.code, line.total) for line in order.lines] == [
        ("SET-1", D(1200)),
        ("KN-1", D(0)),
        ("TH-500-BL", D(450)),
        ("GIFT-1", D(0)),
    ]
    assert order.total == 1650
    assert order.flags == ()
    assert order.unexplained == 0


@pytest.mark.parametrize("kind", ["gift", "set_item"])
@pytest.mark.parametrize("total", [{"total_price": 0}, {}])
def test_a_gift_with_a_catalogue_price_is_not_counted(kind: str, total: dict[str, int]) -> None:
    """Its own price is what it would cost alone: counted once more, the lines would not make the total."""
    gift = a_line(article="GIFT", type=kind, price=99)
    del gift["total_price"]
    order = with_lines(a_line(), gift | total)
    assert [line.total for line in order.lines] == [10, 0]
    assert order.flags == (TARIFF,)


def test_a_line_without_its_total_costs_its_price() -> None:
    """Price times quantity, where nothing else is told."""
    line = a_line(quantity=3)
    del line["total_price"]
    order = with_lines(line, total_default=30, total_sum=30)
    assert order.lines[0].total == 30


def test_the_total_of_a_line_counts() -> None:
    """Where price times quantity says something else, the line's total is what the buyer pays."""
    assert with_lines(a_line(price=10, quantity=4, total_price=36)).lines[0].unit_price == 9


def test_a_rest_of_a_cent_is_no_flag() -> None:
    """100 for three pieces: 33.33 each, and a cent that is nobody's."""
    order = with_lines(a_line(price="33.33", quantity=3, total_price=100))
    assert order.unexplained == Decimal("0.01")
    assert order.flags == (TARIFF,)


def test_no_pieces_are_divided_by_nothing() -> None:
    """A line of zero pieces stays with its price."""
    order = with_lines(a_line(quantity=0, total_price=5))
    assert (order.lines[0].quantity, order.lines[0].unit_price) == (D(0), D(10))


def test_fractional_prices_are_exact() -> None:
    """799.5 is no float on the way (contracts/sources §6, 11)."""
    order = decoded(sample("horoshop_order_created_webhook_guest_ukrposhta_float.json"))
    assert order.lines[0].unit_price == Decimal("799.50")
    assert str(order.total) == "799.50"


def test_a_guest_without_mail_whose_parcel_goes_by_ukrposhta() -> None:
    """No e-mail is fine; the parts of the address get commas, for nobody tells which is which, and stay as they were."""
    order = decoded(sample("horoshop_order_created_webhook_guest_ukrposhta_float.json"))
    assert (order.customer.key, order.customer.email) == ("", "")
    assert order.shipping_address.street == "Україна, Львівська обл., Львів, 79000, вул. Прикладна, 7, 12"
    raw = "Україна@Львівська обл.@Львів@79000@вул. Прикладна@7@12"
    assert order.notes == {"delivery_address_raw": raw, "order_without_callback": "1"}
    assert decoded(PLAIN | {"delivery_address": "a@ @b@"}).shipping_address.street == "a, b"


def test_the_body_of_a_hook_reads_like_an_order() -> None:
    """It has the same fields but those that only a fetch tells."""
    order, fetched = decoded(sample("horoshop_order_created_webhook.json")), decoded(PLAIN)
    assert (order.lines, order.total, order.flags) == (fetched.lines, fetched.total, fetched.flags)
    assert order.notes == {}


@pytest.mark.parametrize(
    ("price", "cost", "flags"),
    [(-1, "0", (TARIFF,)), ("-1.00", "0", (TARIFF,)), (0, "0", ()), ("55.50", "55.50", ()), (None, "0", ())],
)
def test_a_delivery_price_below_zero_is_not_known(price: Any, cost: str, flags: tuple[str, ...]) -> None:
    """-1 is added to nothing and told to a person; a known price belongs to the total, which comes without shipping
    (contracts/sources §6, 11)."""
    order = decoded(PLAIN | {"delivery_price": price})
    assert (order.shipping_cost, order.flags) == (Decimal(cost), flags)
    assert order.total == 2100 + Decimal(cost)
    assert order.unexplained == 0


def test_a_campaign_may_be_a_number() -> None:
    """Numbers of campaigns are texts here (contracts/sources §6, 11)."""
    assert decoded(PLAIN).notes["utm_campaign"] == "20000000001"


@pytest.mark.parametrize("empty", [[], {}, None, ""])
def test_empty_maps_of_php_are_empty(empty: Any) -> None:
    """`delivery_data: []` and its like (contracts/sources §6, 11)."""
    holes = ("delivery_data", "additional_data", "analytics", "delivery_type", "payment_type")
    order = decoded(PLAIN | dict.fromkeys(holes, empty))
    assert order.notes == {"delivery_country": "Україна"}
    assert (order.shipping_name, order.shipping_id, order.payment_name) == ("", "", "")


def test_the_waybill_counts_before_the_older_field() -> None:
    """`np_number` is what older shops tell."""
    both = {"delivery_data": {"tnNumber": "1"}, "np_number": "2"}
    assert decoded(PLAIN | both).notes["tracking_number"] == "1"
    assert decoded(PLAIN | {"np_number": "2"}).notes["tracking_number"] == "2"
    assert "tracking_number" not in decoded(PLAIN).notes


def test_a_status_of_the_shops_own_stays_its_number() -> None:
    """Shops add statuses: the id comes through as it is."""
    assert decoded(sample("horoshop_order_custom_status.json")["response"]["orders"][0]).status == "17"


@pytest.mark.parametrize(
    ("payed", "paid"), [(1, True), ("1", True), (True, True), (0, False), ("0", False), (None, False)]
)
def test_payment_is_apart_from_the_status(payed: Any, paid: bool) -> None:
    """`payed` says it, whatever the status."""
    order = decoded(PLAIN | {"payed": payed, "stat_status": 3})
    assert (order.paid, order.status) == (paid, "3")


def test_the_order_tells_its_currency_or_the_setting_does() -> None:
    """Without either, the order cannot be read."""
    assert decoded(PLAIN | {"currency": "usd"}, "EUR").currency == "USD"
    assert decoded(PLAIN | {"currency": ""}, "EUR").currency == "EUR"
    with pytest.raises(BrokenAnswer, match="currency"):
        decoded(PLAIN | {"currency": ""})


@pytest.mark.parametrize(
    ("country", "code"), [("Україна", "UA"), ("Украина", "UA"), ("Ukraine", "UA"), ("Польща", ""), ("", "")]
)
def test_a_country_is_known_by_its_name(country: str, code: str) -> None:
    """The name comes in the buyer's language; one that is not known stays a note."""
    order = decoded(PLAIN | {"delivery_country": country})
    assert order.shipping_address.country == code
    assert order.notes.get("delivery_country", "") == country


def test_a_code_keeps_its_case_and_loses_blanks() -> None:
    """`article` may have blanks around it, or be empty: the line stays."""
    lines = with_lines(a_line(article=" aB-1 "), a_line(article="", title="Free")).lines
    assert [(line.code, line.name) for line in lines] == [("aB-1", "Mug"), ("", "Free")]
    assert with_lines(a_line(article="X", title="")).lines[0].name == "X"


@pytest.mark.parametrize("field", ["order_id", "products", "stat_created", "stat_status", "total_sum"])
def test_what_an_order_cannot_do_without(field: str) -> None:
    """A missing field is named."""
    row = copy.deepcopy(PLAIN)
    del row[field]
    with pytest.raises(BrokenAnswer, match=field):
        decoded(row)


def test_totals_that_no_discount_explains_only_flag() -> None:
    """101 less than the lines and nobody says why: the order comes with its declared total (contracts/sources §6, 20)."""
    order = decoded(MISMATCH)
    assert (order.total, order.discount) == (D(1999), D(101))
    assert order.flags == (TARIFF, "the order is 101 cheaper than its lines, and no discount is named")
    assert order.unexplained == 0


def test_lines_that_do_not_make_the_totals_only_flag() -> None:
    """The declared total is the truth; what the lines lack stays open for an adjustment (contracts/sources §6, 20)."""
    order = with_lines(a_line(), total_default=15, total_sum=12, coupon_discount_value=3)
    assert (order.total, order.discount, order.unexplained) == (D(12), D(3), D(5))
    assert order.flags == (TARIFF, "the total differs from the lines by 5")


def test_without_a_total_before_discounts_there_is_none() -> None:
    """A body that lacks it tells no order-level discount."""
    row = with_lines_row(a_line(), total_sum=10)
    del row["total_default"]
    assert (decoded(row).discount, decoded(row).flags) == (D(0), (TARIFF,))


def test_a_total_above_the_lines_only_flags() -> None:
    """A discount below zero is none."""
    order = with_lines(a_line(), total_sum=11)
    assert (order.total, order.discount, order.unexplained) == (D(11), D(0), D(1))
    assert order.flags[1:] == ("the total differs from the lines by 1",)


@pytest.mark.parametrize("named", ["discount_value", "discount_percent", "manager_discount"])
def test_any_named_discount_explains_a_lower_total(named: str) -> None:
    """Whichever of them is told; the amount is the difference of the totals."""
    order = with_lines(a_line(), total_sum=8, **{named: 2})
    assert (order.discount, order.flags) == (D(2), (TARIFF,))


def test_a_discount_within_the_lines_is_not_taken_off_again() -> None:
    """The lines make the lower total already (contracts/sources §1.4, money check)."""
    order = with_lines(a_line(), total_default=15)
    assert (order.discount, order.unexplained, order.flags) == (D(0), D(0), (TARIFF,))


AMOUNTS = st.integers(0, 10**6).map(lambda cents: Decimal(cents) / 100)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
def test_the_declared_total_always_comes_out(
    lines: Decimal, before: Decimal, after: Decimal, named: bool
) -> None:
    """Lines less discount is the declared total, or a flag says by how much it is not; the discount is never negative."""
    totals = check(lines=lines, before=before, after=after, named=named)
    assert totals.discount >= 0
    rest = after - (lines - totals.discount)
    assert (abs(rest) > Decimal("0.01")) == any("differs" in flag for flag in totals.flags)


def test_what_agrees_says_nothing() -> None:
    """Lines, total before and total after are one amount, give or take a cent."""
    for cent in (Decimal("-0.01"), Decimal(0), Decimal("0.01")):
        assert check(lines=Decimal(5) + cent, before=Decimal(5), after=Decimal(5), named=False).flags == ()
    assert check(lines=Decimal(5), before=Decimal(5), after=Decimal(5), named=False) == Totals(Decimal(0))


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-01-15 12:00:00", "2026-01-15T10:00:00+00:00"),
        ("2026-07-15 12:00:00", "2026-07-15T09:00:00+00:00"),
        ("2027-03-28 02:59:59", "2027-03-28T00:59:59+00:00"),
        ("2027-03-28 03:30:00", "2027-03-28T01:30:00+00:00"),
        ("2027-03-28 04:00:00", "2027-03-28T01:00:00+00:00"),
        ("2026-10-25 02:59:59", "2026-10-24T23:59:59+00:00"),
        ("2026-10-25 03:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25 04:00:00", "2026-10-25T02:00:00+00:00"),
    ],
)
def test_local_times_around_a_change_of_the_clocks(local: str, moment: str) -> None:
    """03:30 on the last Sunday of March does not exist, and of October comes twice: both are read in one way, the offset
    before the change (contracts/sources §6, 18)."""
    assert to_utc(local, KYIV) == datetime.fromisoformat(moment)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)))
def test_a_moment_told_in_local_time_is_found_again(moment: datetime) -> None:
    """There and back is the same second, or within the hour of a change of the clocks; never later than it was."""
    moment = moment.replace(microsecond=0)
    back = to_utc(to_local(moment, KYIV), KYIV)
    assert timedelta(0) <= moment - back <= timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "2026-11-20", "20.11.2026 10:00:00", "0001-01-01 00:00:00", "now"])
def test_other_times_are_broken(text: str) -> None:
    """Only what the contract promises is a time; a year that no zone knows is none."""
    with pytest.raises(BrokenAnswer):
        decoded(PLAIN | {"stat_created": text})


SCALARS = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=9)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


@given(st.dictionaries(st.sampled_from(sorted(PLAIN)), JUNK, max_size=4), JUNK)
def test_whatever_comes_is_an_order_or_broken(fields: dict[str, Any], line: Any) -> None:
    """No field of any kind makes another error than `BrokenAnswer`."""
    with suppress(BrokenAnswer):
        decoded(an_order(1, **fields))
    with suppress(BrokenAnswer):
        decoded(an_order(1, products=[line]))
    with suppress(BrokenAnswer):
        decoded(line)
