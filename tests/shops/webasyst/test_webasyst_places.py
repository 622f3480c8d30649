"""Countries and regions in Webasyst's codes."""
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from syncd.model.order import Address
from syncd.shops.webasyst.places import country_code, office_address, region_code


def test_countries_are_alpha_3_in_lower_case() -> None:
    """ISO 3166 both ways; a code that Webasyst does not have is none."""
    assert country_code("RU") == "rus"
    assert country_code(" de ") == "deu"
    assert country_code("XX") is None
    assert country_code("") is None


@pytest.mark.parametrize(
    ("country", "code", "name", "expected"),
    [
        ("US", "NY", "New York", "NY"),
        ("US", "ny", "", "NY"),
        ("RU", "MOS", "", "50"),
        ("RU", "SPE", "", "78"),
        ("RU", "RU-TVE", "", "69"),
        ("RU", "77", "", "77"),
        ("CA", "ON", "", "35"),
        ("UA", "UA-05", "", "02"),
        ("GE", "AB", "", "GE-AB"),
    ],
)
def test_a_region_is_found_by_its_code(country: str, code: str, name: str, expected: str) -> None:
    """Equal codes, ISO's where Webasyst's own differ, with or without the country before them."""
    assert region_code(country_code(country), country, code, name) == expected


@pytest.mark.parametrize(
    ("country", "name", "expected"),
    [
        ("RU", "Тверская обл.", "69"),
        ("RU", "г. Москва", "77"),
        ("RU", "Московская область", "50"),
        ("RU", "Республика Адыгея", "01"),
        ("RU", "ЯМАЛО-НЕНЕЦКИЙ АО", "89"),
        ("UA", "Вінницька обл.", "02"),
        ("DE", "Baden-Wurttemberg", "08"),
        ("CA", "Province of Ontario", "35"),
        ("KZ", "Алматы", "02"),
        ("KZ", "Алматы облысы", "05"),
    ],
)
def test_a_region_is_found_by_its_name(country: str, name: str, expected: str) -> None:
    """Case, diacritics, punctuation and words like "region" do not matter, but two regions are never confused."""
    assert region_code(country_code(country), country, "", name) == expected


def test_a_name_decides_when_the_code_means_another_region() -> None:
    """Ukraine's 05 is Vinnytsia by ISO and Donetsk in Webasyst."""
    assert region_code("ukr", "UA", "05", "Вінницька область") == "02"


def test_a_code_of_two_meanings_is_not_sent() -> None:
    """It would be read as the other region."""
    assert region_code("ukr", "UA", "05", "") == ""


def test_an_unknown_region_keeps_its_name_as_free_text() -> None:
    """Better a text that a person can read than nothing."""
    assert region_code("deu", "DE", "XYZ", "Atlantis") == "Atlantis"
    assert region_code("bra", "BR", "SP", "") == "SP"
    assert region_code(None, "XX", "Q", "Foo") == "Foo"


def test_an_address_has_no_empty_parts() -> None:
    """`setShippingAddress` and the like would blank what they are sent empty."""
    address = Address(street=" Lenina 1 ", city="", zip="101000", country="RU", region="MOW")
    assert office_address(address) == {
        "street": "Lenina 1",
        "zip": "101000",
        "country": "rus",
        "region": "77",
    }
    assert office_address(Address()) == {}
