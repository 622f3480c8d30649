"""Traps of orders: what is ignored, reset, created on errors (contracts/webasyst §0, §5)."""

from __future__ import annotations

import json

import pytest

from .asking import Asker


def test_order_add_ignores_what_the_client_wants_to_pay(shop: Asker) -> None:
    """Price, currency, shipping, discount and state come from the shop."""
    made = shop.order(**{
        "items[0][price]": 1, "currency": "EUR", "shipping": 9, "discount": 1, "state_id": "paid", "total": 3,
    })  # fmt: skip
    seen = (made["total"], made["currency"], made["shipping"], made["state_id"], made["update_datetime"])
    assert seen == ("25.0000", "USD", "0.0000", "new", None)


def test_order_add_with_an_unknown_contact_fails_and_creates(shop: Asker) -> None:
    """The answer is 500, the order exists with its params."""
    answer = shop.send(
        "POST", "order.add", {}, {"contact_id": 99999, "items[0][sku_id]": 11, "params[ext]": "X1"}
    )
    assert (answer.status, json.loads(answer.body)["error"]) == (500, "server_error")
    assert shop.get("order.search", hash="search/params.ext=X1")["count"] == 1


def test_the_same_order_twice_makes_two(shop: Asker) -> None:
    """There are no idempotency keys."""
    for _ in range(2):
        shop.order(**{"params[ext]": "TWICE"})
    assert shop.get("order.search", hash="search/params.ext=TWICE")["count"] == 2


def test_an_inline_contact_is_always_new(shop: Asker) -> None:
    """A known e-mail makes another contact all the same."""
    form = {"contact[email]": "ivan.petrov@example.com", "items[0][sku_id]": 11}
    assert shop.post("order.add", form)["contact_id"] == "12"


def test_the_stored_address_of_a_contact_wins_over_params(shop: Asker) -> None:
    """A contact without an address keeps what the params say."""
    city = {"params[shipping_address.city]": "Казань"}
    assert shop.order(**city)["params"]["shipping_address.city"] == "Москва"
    assert shop.order(contact_id=6, **city)["params"]["shipping_address.city"] == "Казань"


def test_the_server_keeps_some_params_for_itself(shop: Asker) -> None:
    """storefront, ip and auth codes cannot be set; names are cut at 64 and values at 255 characters."""
    sent = {
        "params[storefront]": "mine",
        "params[ip]": "1.2.3.4",
        "params[auth_pin]": "1",
        f"params[{'n' * 70}]": "v" * 300,
    }
    params = shop.order(**sent)["params"]
    assert (params["storefront"], params["ip"], params["n" * 64]) == ("shop.example", "127.0.0.1", "v" * 255)
    assert "auth_pin" not in params


def test_order_save_does_not_tell_the_id(shop: Asker) -> None:
    """A created order must be looked up by one's own param."""
    form = {
        "contact_id": 2,
        "items[0][product_id]": 1000,
        "items[0][sku_id]": 11,
        "items[0][price]": 9,
        "params[ext]": "S1",
    }
    assert shop.post("order.save", form) == {"status": "ok", "data": []}
    found = shop.get("order.search", hash="search/params.ext=S1")["orders"][0]
    assert (found["total"], found["params"]["sales_channel"]) == ("9.0000", "backend:")


def test_order_save_forgets_the_shipping_cost(shop: Asker) -> None:
    """Without shipping the cost becomes 0; the discount stays."""
    key = shop.order()["id"]
    shop.post("order.save", {"id": key, "shipping": 5, "discount": 1})
    shop.post("order.save", {"id": key, "comment": "x"})
    found = shop.get("order.getInfo", id=key)
    assert (found["shipping"], found["discount"], found["total"]) == ("0.0000", "1.0000", "24.0000")


def test_order_save_deletes_lines_that_are_not_listed(shop: Asker) -> None:
    """The given items are the complete new list."""
    made = shop.order(**{"items[1][sku_id]": 12})
    kept = next(iter(made["items"]))
    shop.post("order.save", {"id": made["id"], "items[0][item_id]": kept})
    assert list(shop.get("order.getInfo", id=made["id"])["items"]) == [kept]


def test_an_order_search_decodes_display_numbers(shop: Asker) -> None:
    """id>1005 means id>5 with the default number format."""
    assert shop.get("order.search", hash="search/id>1005")["count"] == 5
    assert shop.get("order.search", hash="search/id=1003")["orders"][0]["id"] == "3"


def test_the_text_of_an_order_search_is_decoded_once(shop: Asker) -> None:
    """Plus and per cent stand for themselves; only the ampersand needs a backslash."""
    shop.order(**{"params[ext]": "A&B+1%2F"})
    assert shop.get("order.search", hash="search/params.ext=A\\&B+1%2F")["count"] == 1


def test_upper_case_desc_turns_orders_round(shop: Asker) -> None:
    """Orders want DESC in capitals, products in small letters."""
    first = [shop.get("order.search", sort=sort)["orders"][0]["id"] for sort in ("id DESC", "id desc")]
    assert first == ["10", "1"]


def test_the_workflow_is_checked_by_action_only(shop: Asker) -> None:
    """order.action refuses what the state forbids; the direct methods do not look."""
    assert shop.act(6, "process")["error"] == "invalid_param"
    assert shop.post("order.process", {"id": 6})["before_state_id"] == "completed"
    assert shop.act(7, "restore")["after_state_id"] == "new"


def test_a_half_written_order_is_seen_without_its_params(shop: Asker) -> None:
    """The next order.add dies between the row and its params; the one after works."""
    shop.shop.edit("half_write", {})
    answer = shop.send("POST", "order.add", {}, {"contact_id": 2, "items[0][sku_id]": 11, "params[ext]": "H"})
    assert (answer.status, answer.body) == (500, b"")
    assert shop.get("order.search", hash="id/11")["orders"][0]["params"] == []
    assert shop.order(**{"params[ext]": "H"})["params"]["ext"] == "H"


def test_every_new_order_sends_mails(shop: Asker) -> None:
    """order.add writes to the customer and to the administrator."""
    shop.order()
    assert [mail["event"] for mail in shop.shop.dump()["mails"]] == ["order.create", "order.create.admin"]


def test_a_scalar_limit_is_refused_with_status_200(shop: Asker) -> None:
    """Limits above 1000 answer 200 with an error."""
    answer = shop.send("GET", "order.search", {"limit": 1001}, None)
    assert (answer.status, json.loads(answer.body)["error"]) == (200, "invalid_param")


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_only_customers_with_orders_are_found(shop: Asker, verb: str) -> None:
    """A contact without an order is not found by its e-mail."""
    shop.post("customer.add", {"data[firstname]": "Olga", "data[email]": "olga@example.com"})
    answer = shop.send(verb, "customer.search", {"hash": "search/email=olga@example.com"}, None)
    assert json.loads(answer.body)["count"] == 0
    assert shop.get("customer.search")["count"] == 12


def test_a_configured_shipping_method_names_itself(shop: Asker) -> None:
    """A shipping name is dropped on create; with the id of a method the shop fills its own name and keeps the cost."""
    form = {
        "contact_id": 2,
        "items[0][product_id]": 1000,
        "items[0][sku_id]": 11,
        "params[shipping_name]": "Почта",
    }
    for ext, extra in (("none", {}), ("method", {"params[shipping_id]": 9, "shipping": "6.5"})):
        shop.post("order.save", {**form, **extra, "params[ext]": ext})
    found = shop.get("order.search", hash="search/params.ext=none||method", sort="id ASC")["orders"]
    assert "shipping_name" not in found[0]["params"]
    assert (found[1]["params"]["shipping_name"], found[1]["shipping"]) == (
        "Free shipping by courier",
        "6.5000",
    )


def test_the_name_and_the_cost_of_shipping_change_one_after_the_other(shop: Asker) -> None:
    """Sent together, the old name stays; the name alone zeroes the cost."""
    shop.post("order.save", {"id": 1, "shipping": 8, "params[shipping_name]": "СДЭК"})
    assert shop.get("order.getInfo", id=1)["params"]["shipping_name"] == "Почта России"
    shop.post("order.save", {"id": 1, "params[shipping_name]": "СДЭК"})
    found = shop.get("order.getInfo", id=1)
    assert (found["params"]["shipping_name"], found["shipping"]) == ("СДЭК", "0.0000")


def test_default_order_of_many_orders_differs_from_page_to_page() -> None:
    """Without a tie-break a walk through pages misses rows of the same second; sorted by id it does not."""
    shop = Asker(seed=3, orders=150)

    def walk(**sort: str) -> set[str]:
        pages = [
            shop.get("order.search", limit=50, offset=offset, **sort)["orders"] for offset in (0, 50, 100)
        ]
        return {order["id"] for page in pages for order in page}

    assert len(walk()) < 150
    assert len(walk(sort="id ASC")) == 150
