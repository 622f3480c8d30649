"""Calls of the Zapier add-on of CS-Cart: orders and products by their ids (contracts/cscart §6)."""

from __future__ import annotations

import json

import pytest

from syncd.model.hook import BadHook, HookNews
from syncd.shops.cscart.hook import read_hook
from tests.shops.cscart.cscart_shop import a_product, an_order
from tests.shops.samples import hook

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("event", ["new_order", "order_paid", ""])
@pytest.mark.parametrize("kind", [FORM, "application/json"])
def test_an_order_is_told_by_its_id(event: str, kind: str) -> None:
    """The whole order comes, as JSON under a form's header; nothing but its id is taken."""
    order = an_order(98)
    as_list = order | {"products": list(order["products"].values())}
    for body in (order, as_list, {"order_id": 98}):
        assert read_hook(hook(event, json.dumps(body).encode(), kind=kind)) == HookNews(orders=("98",))


@pytest.mark.parametrize("event", ["new_product", ""])
def test_a_product_is_told_by_its_id(event: str) -> None:
    """Likewise, and without an event in the address by the id that is there."""
    body = json.dumps(a_product(12)).encode()
    assert read_hook(hook(event, body, kind=FORM)) == HookNews(products=("12",))


@pytest.mark.parametrize(
    ("event", "body", "news"),
    [
        ("new_order", b"order_id=98&status=P", HookNews(orders=("98",))),
        ("", b"order_id=98&product_id=12", HookNews(orders=("98",))),
        ("new_product", b"order_id=98&product_id=12", HookNews(products=("12",))),
    ],
)
def test_a_form_does_too(event: str, body: bytes, news: HookNews) -> None:
    """Other add-ons send forms; the event says which of the ids is meant."""
    assert read_hook(hook(event, body, kind=FORM)) == news


@pytest.mark.parametrize("event", ["new_shipment", "new_user", "new_vendor", "new_call_request"])
def test_other_triggers_mean_nothing(event: str) -> None:
    """They are accepted, whatever they hold."""
    assert read_hook(hook(event, b"?")) == HookNews()


@pytest.mark.parametrize(
    ("event", "body", "method"),
    [
        ("new_order", b'{"order_id": 98}', "PUT"),
        ("new_order", b'{"order_id": 98}', "DELETE"),
        ("order_deleted", b'{"order_id": 98}', "POST"),
        ("new_order", b'{"product_id": 12}', "POST"),
        ("new_product", b'{"order_id": 98}', "POST"),
        ("new_order", b"[98]", "POST"),
        ("new_order", b'{"order_id": "98 or 1=1"}', "POST"),
        ("new_order", b"", "POST"),
        ("", b"{}", "POST"),
        ("", b"nothing", "POST"),
    ],
)
def test_what_makes_no_sense_is_refused(event: str, body: bytes, method: str) -> None:
    """Another method or event, no id, or something that is no id."""
    with pytest.raises(BadHook):
        read_hook(hook(event, body, method=method))
