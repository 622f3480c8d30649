"""The webhook "License number issued", and what people do on the Marketplace (contracts/sources §3.1, §3.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncd.sandbox.marketplace import edits
from syncd.sandbox.marketplace.shop import MarketplaceShop
from tests.sandbox.base.receiver import Receiver
from tests.sandbox.base.sources import sample
from tests.sandbox.marketplace.client import NOW, Api
from tests.sandbox.marketplace.conftest import Start


@pytest.fixture
def hooked(api: Api, receiver: Receiver) -> Api:
    """A Marketplace whose webhook is set."""
    api.edit("setting", hook_url=receiver.url + "/in?x=1")
    return api


def licensed(api: Api) -> int:
    number = api.place(order_id=50231, status="P", lines=[{"sku": "A"}])
    api.edit("issue_licence", order_id=number)
    return number


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ("number", "cscart_mkt_webhook"),
        ("text", "cscart_mkt_webhook_string"),
        ("bare", "cscart_mkt_webhook_bare"),
        ("garbage", "cscart_mkt_webhook_garbage"),
    ],
)
def test_the_webhook_is_json_with_the_order_number(
    start: Start, receiver: Receiver, shape: str, name: str
) -> None:
    """Every sample: posted once, no signature, nothing before the queue is flushed."""
    api = start(skus=["A"], hook_url=receiver.url + "/in", hook_shape=shape)
    number = licensed(api)
    assert receiver.calls == []
    [result] = api.edit("flush_hooks")
    assert (result["order_id"], result["status"], result["state"]) == (number, 200, "delivered")
    [call] = receiver.calls
    assert (call.method, call.target, call.headers["content-type"]) == ("POST", "/in", "application/json")
    assert json.loads(call.body) == sample(name)
    assert api.edit("flush_hooks") == []


def test_the_webhook_may_be_a_form_or_a_query(hooked: Api, receiver: Receiver) -> None:
    """The other two shapes that a receiver should understand."""
    hooked.edit("setting", hook_shape="form")
    number = licensed(hooked)
    hooked.edit("setting", hook_shape="query")
    hooked.edit("issue_licence", order_id=number, line=1)
    hooked.edit("setting", hook_url=receiver.url + "/plain")
    hooked.edit("issue_licence", order_id=number, line=1)
    hooked.edit("flush_hooks")
    form, query, plain = receiver.calls
    assert (form.target, form.body) == ("/in?x=1", b"order_id=50231")
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (query.target, query.body) == ("/in?x=1&order_id=50231", b"")
    assert plain.target == "/plain?order_id=50231"


def test_only_paid_orders_are_told(hooked: Api, receiver: Receiver) -> None:
    """Licences issued before come with the payment; a paid order without any is not told."""
    number = hooked.place(lines=[{"sku": "A"}])
    hooked.edit("issue_licence", order_id=number)
    assert hooked.edit("flush_hooks") == []
    hooked.edit("pay", order_id=number)
    assert len(hooked.edit("flush_hooks")) == 1
    hooked.edit("change_status", order_id=number, status="C")
    hooked.edit("pay", order_id=hooked.place(lines=[{"sku": "A"}]))
    assert hooked.edit("flush_hooks") == []


def test_one_order_is_told_once_per_licence(hooked: Api, receiver: Receiver) -> None:
    """Two lines, two calls; a third when another licence is issued."""
    number = hooked.place(status="C", lines=[{"sku": "A"}, {"sku": "B"}])
    assert len(hooked.edit("issue_licence", order_id=number)) == 2
    assert len(hooked.edit("flush_hooks")) == 2
    assert hooked.edit("issue_licence", order_id=number) == []
    hooked.edit("issue_licence", order_id=number, line=2, licence_number="CSC-NEW")
    assert len(hooked.edit("flush_hooks")) == 1
    assert hooked.lines(number)[1]["extra"]["license_number"] == "CSC-NEW"


def test_the_webhook_may_precede_the_data(hooked: Api, receiver: Receiver) -> None:
    """The call comes, the line has no number yet; the list of licences has; later the line has it too."""
    number = hooked.place(status="P", lines=[{"sku": "A"}] * 3, timestamp=NOW - 100)
    first, second = (
        hooked.edit("issue_licence", order_id=number, line=line, shown=False)[0] for line in (1, 2)
    )
    assert len(hooked.edit("flush_hooks")) == 2
    assert all("license_number" not in line["extra"] for line in hooked.lines(number))
    assert hooked.order(number)["updated_at"] == str(NOW - 100)
    assert len(hooked.read("licenses", order_id=number)["licenses"]) == 2
    hooked.edit("show_licences", order_id=number)
    issued = [hooked.read(f"licenses/{key}")["license_number"] for key in (first, second)]
    assert [line["extra"].get("license_number") for line in hooked.lines(number)] == [*issued, None]
    assert hooked.order(number)["updated_at"] == str(NOW)
    hooked.edit("show_licences", order_id=number)
    assert [line["extra"].get("license_number") for line in hooked.lines(number)] == [*issued, None]


def test_without_an_address_nothing_is_told(api: Api) -> None:
    """The webhook is off until its address is set."""
    licensed(api)
    assert api.edit("flush_hooks") == []


def test_a_hook_is_sent_once(hooked: Api, receiver: Receiver) -> None:
    """No retry is documented: what fails is lost."""
    licensed(hooked)
    receiver.statuses = [500]
    [row] = hooked.edit("flush_hooks")
    assert (row["status"], row["tries"], row["state"]) == (500, 1, "given up")
    assert hooked.edit("flush_hooks") == []


def test_every_change_moves_updated_at(api: Api) -> None:
    """A status, a licence, new lines; the creation stays."""
    number = api.place(lines=[{"sku": "A"}])
    changes: list[tuple[str, dict[str, Any]]] = [
        ("change_status", {"status": "B"}), ("pay", {}), ("issue_licence", {}), ("change_order", {"notes": "x"}),
    ]  # fmt: skip
    for seconds, (op, args) in enumerate(changes, 1):
        api.shop.clock.advance(1)
        api.edit(op, order_id=number, **args)
        row = api.order(number)
        assert (row["updated_at"], row["timestamp"]) == (str(NOW + seconds), str(NOW)), op
    assert (row["status"], row["notes"]) == ("P", "x")
    api.edit("delete_order", order_id=number)
    assert api.ids() == []


def test_seeded_orders_take_turns_at_the_traps(start: Start) -> None:
    """All letters, guests, products without an external id or without a code, empty extra."""
    skus = [f"WA-{number}" for number in range(1, 9)]
    api = start(skus=skus, orders=22)
    rows = [api.order(number) for number in api.ids(items_per_page=50)]
    assert {row["status"] for row in rows} == set("POCHFAEIBDJ")
    assert any(row["user_id"] == "0" for row in rows)
    lines = [line for row in rows for line in row["products"].values()]
    assert any(line["extra"] == [] for line in lines) and any(line["product_code"] == "" for line in lines)
    shared = [(line["extra"] or {}).get("external_id") or line["product_code"] for line in lines]
    assert set(shared) <= set(skus)
    for row in rows:
        marks = {"license_number" in (line["extra"] or {}) for line in row["products"].values()}
        assert marks == {row["status"] in "PC"}


def test_the_same_seed_makes_the_same_marketplace(start: Start) -> None:
    """Another seed makes another one."""
    first, again, other = (start(orders=5, seed=seed).running.dump() for seed in (1, 1, 2))
    assert first == again != other


def test_every_operation_is_in_the_table() -> None:
    """The documentation names all operations."""
    for name in edits.OPERATIONS:
        assert f"``{name}``" in (edits.__doc__ or ""), name


@pytest.mark.parametrize(
    ("op", "args", "text"),
    [
        ("fly", {}, "no operation 'fly'"),
        ("place_order", {"lines": [{"sku": "Z"}]}, "no product 'Z'"),
        ("place_order", {"lines": [{"product_id": 5}]}, "no product 5"),
        ("place_order", {"order_id": 50231}, "there already"),
        ("place_order", {"status": "Y"}, "no status 'Y'"),
        ("change_status", {"order_id": 50231}, "'status' is missing"),
        ("pay", {"order_id": 1}, "no order 1"),
        ("issue_licence", {"order_id": 50231, "line": 9}, "none at place 9"),
        ("issue_licence", {"order_id": 50231, "line": 0}, "none at place 0"),
        ("setting", {"hook_shape": "xml"}, "'hook_shape' is one of"),
    ],
)
def test_what_cannot_be_done_is_said_clearly(api: Api, op: str, args: dict[str, Any], text: str) -> None:
    """ValueError names the record or the argument, and nothing is changed."""
    api.place()
    before = api.running.dump()
    with pytest.raises(ValueError, match=text):
        api.edit(op, **args)
    assert api.running.dump() == before


def test_a_marketplace_that_makes_no_sense_is_refused() -> None:
    """Orders without goods, shapes that do not exist."""
    with pytest.raises(ValueError, match="orders need goods"):
        MarketplaceShop(skus=[], orders=1)
    with pytest.raises(ValueError, match="'shape' is one of"):
        MarketplaceShop(shape="tree")
