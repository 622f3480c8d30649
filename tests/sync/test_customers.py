"""By what a customer is known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sync.customers import digits, draft_of, keys_of
from tests.sync import builders as make


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ({}, ["user:7", "mail:anna@example.org"]),
        ({"key": ""}, ["mail:anna@example.org"]),
        ({"key": "", "email": ""}, ["phone:79001234567"]),
        ({"email": ""}, ["user:7"]),
        ({"key": "", "email": "", "phone": "none"}, []),
        ({"key": "", "email": "  ", "phone": "112"}, ["phone:112"]),
        ({"key": "", "phone_first": True}, ["phone:79001234567", "mail:anna@example.org"]),
        ({"key": "", "phone_first": True, "phone": ""}, ["mail:anna@example.org"]),
    ],
)
def test_the_surest_key_comes_first(fields: dict[str, Any], keys: list[str]) -> None:
    """User id, then e-mail; a phone, often shared by a family, only of a guest without e-mail, or where the source says that
    its customers are known by it."""
    assert keys_of(make.customer(**fields)) == keys


def test_case_and_blanks_of_an_e_mail_do_not_count() -> None:
    """One e-mail written in two ways is one customer."""
    assert keys_of(make.customer(email=" ANNA@Example.org ")) == keys_of(make.customer())


@pytest.mark.parametrize(
    ("phone", "number"), [("+7 (900) 123-45-67", "79001234567"), ("№ 5²", "5"), ("", "")]
)
def test_a_phone_is_its_digits(phone: str, number: str) -> None:
    """Only the ten digits count, as the office stores them."""
    assert digits(phone) == number


@given(st.text(max_size=20))
def test_digits_of_digits_are_the_same(phone: str) -> None:
    """What was stored leads back to itself."""
    assert digits(digits(phone)) == digits(phone)


def test_a_new_contact_says_what_the_customer_said() -> None:
    """The contact to be made has the customer's names, e-mail, phone and company."""
    draft = draft_of(make.customer(email=" anna@example.org", company="Ltd"), "7")
    assert (draft.firstname, draft.lastname, draft.email) == ("Anna", "Ivanova", "anna@example.org")
    assert (draft.phone, draft.company) == ("+7 900 123-45-67", "Ltd")


def test_a_customer_without_any_word_about_them_is_called_after_the_order() -> None:
    """The office refuses a contact without any field, so the order's number stands in."""
    nobody = make.customer(key="", firstname="", lastname="", email="", phone="", company="")
    assert draft_of(nobody, "7").firstname == "Customer of order 7"
