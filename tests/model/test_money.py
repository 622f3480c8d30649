"""Money: cents, the text a shop reads, and conversion by the shop's own rate."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.money import Rates, plain, to_cents

AMOUNTS = st.decimals(-(10**9), 10**9, places=4)
RATES = Rates("USD", {"EUR": Decimal("1.1"), "XXX": Decimal(0)})


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("10.0049", "10.00"), ("11.605", "11.61"), ("7", "7.00")],
)
def test_halves_are_rounded_away_from_zero(amount: str, cents: str) -> None:
    """Half a cent is rounded away from zero, as both shops do."""
    assert str(to_cents(Decimal(amount))) == cents


@given(AMOUNTS)
def test_rounding_twice_changes_nothing(amount: Decimal) -> None:
    """An amount in cents stays as it is, and no amount moves by more than half a cent."""
    assert to_cents(to_cents(amount)) == to_cents(amount)
    assert abs(to_cents(amount) - amount) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1E+2", "100"),
        ("100", "100"),
        ("1.50", "1.5"),
        ("2.000", "2"),
        ("0.00", "0"),
        ("-0.00", "0"),
        ("-3.10", "-3.1"),
    ],
)
def test_a_shop_reads_plain_numbers(amount: str, text: str) -> None:
    """An amount is written without exponent, needless zeros or a minus before zero."""
    assert plain(Decimal(amount)) == text


@given(AMOUNTS, st.integers(0, 4))
def test_equal_amounts_have_equal_texts(amount: Decimal, zeros: int) -> None:
    """However many zeros an amount comes with, its text is the same and says the same number."""
    longer = amount * Decimal(1).scaleb(zeros) / Decimal(10) ** zeros
    assert plain(longer) == plain(amount)
    assert Decimal(plain(amount)) == amount


def test_an_amount_is_converted_by_the_rate_of_the_shop() -> None:
    """10.55 EUR at 1.1 are 11.61 USD, to the cent as Webasyst computes it (contracts/webasyst §3.6)."""
    assert RATES.convert(Decimal("10.55"), "EUR", "USD") == Decimal("11.61")
    assert RATES.convert(Decimal("11"), "USD", "EUR") == Decimal("10.00")


def test_within_a_currency_nothing_is_converted() -> None:
    """Inside one currency an amount is only rounded, even where the shop does not know that currency."""
    assert RATES.convert(Decimal("1.005"), "RUB", "RUB") == Decimal("1.01")


def test_a_currency_without_a_rate_is_not_known() -> None:
    """A shop knows its primary currency and those with a rate above zero."""
    assert [code for code in ("USD", "EUR", "XXX", "RUB") if RATES.knows(code)] == ["USD", "EUR"]


def test_a_currency_that_is_not_there_is_an_error() -> None:
    """Converting from a currency that the shop lacks raises, it never yields a wrong price."""
    with pytest.raises(KeyError):
        RATES.convert(Decimal(1), "RUB", "USD")
