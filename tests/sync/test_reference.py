"""The reference of an order does not depend on how a shop's address is written."""

from __future__ import annotations

import pytest

from syncd.sync.reference import account_of, reference


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://shop.example", "shop.example"),
        ("http://shop.example/", "shop.example"),
        ("https://Shop.Example:443/", "shop.example"),
        ("http://shop.example:80", "shop.example"),
        ("https://user:secret@shop.example/", "shop.example"),
        ("https://shop.example/De/", "shop.example/De"),
        ("http://127.0.0.1:8081/", "127.0.0.1:8081"),
        ("https://shop.example:80/", "shop.example:80"),
    ],
)
def test_a_shop_is_known_by_host_port_and_folder(url: str, account: str) -> None:
    """Scheme, case of the host, its usual port, credentials and a last slash do not make another shop."""
    assert account_of(url) == account


def test_an_address_without_a_host_has_no_account() -> None:
    """What is no address leads to an empty name instead of an error."""
    assert account_of("") == ""


def test_a_reference_tells_source_shop_and_order() -> None:
    """The reference names the source, its account and the order."""
    assert reference("cscart", account_of("https://shop.example/"), "98") == "cscart:shop.example:98"
