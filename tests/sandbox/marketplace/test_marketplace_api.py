"""Logging in, orders, their shapes, licences (contracts/sources §3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.base.sources import sample
from tests.sandbox.cscart.shape import differences
from tests.sandbox.marketplace.client import NOW, Api
from tests.sandbox.marketplace.conftest import Start

JANE = {
    "firstname": "Jane", "lastname": "Example", "company": "Example Ltd", "email": "jane@example.com", "phone": "",
}  # fmt: skip


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize("header", ["", "Basic", "Basic ???", "Basic /w==", basic("developer@example.test")])
def test_a_login_that_is_none_is_401(api: Api, header: str) -> None:
    """Nothing, half a header, no Base64, no text, no token."""
    assert api.raw("GET", "/api/orders", Authorization=header).status == 401


def test_a_wrong_login_is_401(api: Api) -> None:
    """Another user, a wrong token, another scheme; a missing order tells nothing either."""
    pair = api.shop.credentials()
    right = basic(f"{pair['email']}:{pair['token']}")
    wrong = [
        basic(f"x@example.test:{pair['token']}"),
        basic(f"{pair['email']}:x"),
        right.replace("Basic", "Bearer"),
    ]
    for header in wrong:
        for path in ("/api/orders", "/api/orders/1", "/api/4.0/licenses"):
            assert api.raw("GET", path, Authorization=header).status == 401


def test_the_user_logs_in_with_e_mail_and_token(api: Api) -> None:
    """The credentials are what a client needs; letters of the address may be of any case."""
    pair = api.shop.credentials()
    for email in (pair["email"], pair["email"].upper()):
        assert api.raw("GET", "/api/orders", Authorization=basic(f"{email}:{pair['token']}")).status == 200


@pytest.mark.parametrize("base", ["/api/", "/api/4.0/", "/api/2.0/", "/api.php?_d="])
def test_the_api_has_several_addresses(api: Api, base: str) -> None:
    """With and without a version, and as a query."""
    number = api.place()
    assert api.get(f"orders/{number}", base).json["order_id"] == str(number)


@pytest.mark.parametrize(
    "path", ["orders/999", "orders/x", "orders/50231x", "orders/50231/products", "products", "", "9.9/orders"]
)
def test_what_is_missing_is_404(api: Api, path: str) -> None:
    """With the body of the sample."""
    api.place()
    answer = api.get(path)
    assert (answer.status, answer.json) == (404, sample("cscart_mkt_order_404"))


def test_other_pages_and_methods_are_refused(api: Api) -> None:
    """The site is not part of the sandbox; orders are not written by the hub."""
    assert api.raw("GET", "/").status == 404
    assert api.raw("POST", "/api/orders", b"{}").status == 405
    assert api.raw("DELETE", f"/api/orders/{api.place()}").status == 405


def test_an_order_has_the_shape_of_the_sample(api: Api) -> None:
    """Lines keyed by item id, nearly all values texts, licences in extra, the same figures."""
    expected = sample("cscart_mkt_order")
    customer = {key: value for key, value in expected.items() if key[:2] in {"b_", "s_"}} | JANE
    number = api.place(
        order_id=50231, user_id=90411, customer=customer, status="P", updated_at=NOW + 3700,
        lines=[{"sku": "A", "price": 199}, {"sku": "B", "price": 50}],
    )  # fmt: skip
    api.edit("issue_licence", order_id=number)
    row = api.order(number)
    assert differences(expected, row) == []
    assert {key for key, line in row["products"].items()} == {
        line["item_id"] for line in row["products"].values()
    }
    texts = {key for key, value in expected.items() if isinstance(value, str)} - {"updated_at"}
    assert {key: row[key] for key in texts} == {key: expected[key] for key in texts}
    first = next(iter(row["products"].values()))
    assert (first["price"], first["subtotal"], first["extra"]["external_id"]) == ("199.00", 199, "A")
    assert first["extra"]["license_number"].startswith("CSC-")


def test_an_order_without_licences_has_the_shape_of_the_sample(api: Api) -> None:
    """A map that is empty comes as a list; without an external id the product code is the SKU."""
    expected = sample("cscart_mkt_order_no_license_yet")
    line = {"sku": "A", "external_id": "", "product_code": "ADDON-BRIDGE"}
    row = api.order(api.place(lines=[line]))
    assert differences(expected, row, optional=frozenset({"products"})) == []
    [found] = row["products"].values()
    known = next(iter(expected["products"].values()))
    assert known.keys() <= found.keys() and (found["extra"], found["product_code"]) == ([], "ADDON-BRIDGE")


def test_lines_may_be_lists(start: Start) -> None:
    """Both levels as lists: the other reading of the documentation."""
    api = start(skus=["A", "B"], shape="list")
    expected = sample("cscart_mkt_order_list_shapes")
    number = api.place(lines=[{"sku": "A"}, {"sku": "B", "external_id": ""}], status="P")
    api.edit("issue_licence", order_id=number, line=1)
    row = api.order(number)
    assert differences(expected, row, optional=frozenset({"products"})) == []
    first, second = row["products"]
    assert expected["products"][0].keys() <= first.keys()
    assert first["extra"][0].keys() >= expected["products"][0]["extra"][0].keys() and second["extra"] == []


def test_an_order_placed_by_the_api_has_its_own_letter(api: Api) -> None:
    """H, a guest: the sample."""
    expected = sample("cscart_mkt_order_external_H")
    row = api.order(api.place(status="H", user_id=0))
    assert (row["status"], row["user_id"]) == (expected["status"], expected["user_id"])
    assert row.keys() == expected.keys()


def test_the_currency_may_be_missing(api: Api) -> None:
    """Not every version has it."""
    number = api.place(currency="EUR")
    assert api.order(number)["secondary_currency"] == "EUR"
    api.edit("setting", currency_shown=False)
    assert "secondary_currency" not in api.order(number)


def test_discounts_and_totals(api: Api) -> None:
    """A discount of the order lowers the total; a total may be anything."""
    lines = [{"sku": "A", "price": "10.50", "amount": 3}]
    row = api.order(api.place(lines=lines, discount="1.5"))
    assert (row["subtotal"], row["subtotal_discount"], row["total"]) == ("31.5000", "1.5000", "30.0000")
    assert api.order(api.place(lines=lines, total=7))["total"] == "7.0000"
    [line] = row["products"].values()
    assert (line["amount"], line["price"], line["subtotal"]) == ("3", "10.50", 31.5)


def test_the_list_has_the_shape_of_the_sample(api: Api) -> None:
    """Rows and the echo of what was asked."""
    api.place(order_id=50231, status="P", user_id=90411, customer=JANE, updated_at=NOW + 3700, total=249)
    answer = api.read("orders", **{"status[]": ["P", "C"]})
    expected = sample("cscart_mkt_orders_list")
    assert differences(expected, answer) == []
    assert answer == expected


def test_pages_have_ten_rows_newest_first(api: Api) -> None:
    """More when asked; past the end there are none; the total is a text."""
    numbers = [api.place(timestamp=NOW + place) for place in range(12)]
    assert api.ids() == numbers[:1:-1]
    assert api.ids(page=2) == [numbers[1], numbers[0]]
    assert api.ids(page=3) == []
    assert api.ids(items_per_page=50, sort_by="order_id", sort_order="asc") == numbers
    assert api.read("orders", page=3)["params"]["total_items"] == "12"


def test_the_list_is_filtered(api: Api) -> None:
    """By status, time of change with both ends, number, customer; a comma list of letters is no letter."""
    paid = api.place(status="P", updated_at=NOW + 10, user_id=5, customer={"email": "Five@example.com"})
    opened = api.place(status="O", updated_at=NOW + 20, user_id=6, customer={"email": "six@example.com"})
    assert api.ids(status="P") == [paid] and api.ids(status="P,O") == []
    assert set(api.ids(**{"status[]": ["P", "O"]})) == {paid, opened}
    assert api.ids(updated_at_from=NOW + 20) == [opened] and api.ids(updated_at_from=NOW + 21) == []
    assert api.ids(updated_at_from=NOW, updated_at_to=NOW + 10) == [paid]
    assert api.ids(order_id=paid) == api.ids(user_id=5) == api.ids(email="five@") == [paid]


def test_a_filter_may_be_unknown_to_the_shop(api: Api) -> None:
    """Then all rows come."""
    api.place(updated_at=NOW)
    api.edit("setting", ignore=["updated_at_from"])
    assert len(api.ids(updated_at_from=NOW + 999)) == 1


def test_orders_of_other_developers_are_not_seen(api: Api) -> None:
    """Not in the list, not by number, nor their licences."""
    number = api.place(company_id=5, status="P")
    [purchase] = api.edit("issue_licence", order_id=number, line=1)
    assert api.ids() == [] and api.get(f"orders/{number}").status == 404
    assert api.read("licenses")["licenses"] == [] and api.get(f"licenses/{purchase}").status == 404


def test_licences_have_the_shape_of_the_sample(api: Api) -> None:
    """A list with the same figures, and one record."""
    expected = sample("cscart_mkt_licenses")
    number = api.place(order_id=50231, user_id=90411, customer=JANE, lines=[{"product_id": 3001}])
    api.shop.clock.advance(3600)
    [record] = expected["licenses"]
    api.edit("issue_licence", order_id=number, licence_number=record["license_number"])
    assert api.get("licenses", "/api/4.0/", order_id=number).json == expected
    assert api.get("licenses/700", "/api/4.0/").json == record
    for missing in ("701", "x", "700x"):
        assert api.get(f"licenses/{missing}", "/api/4.0/").status == 404


def test_licences_are_filtered_and_paged(api: Api) -> None:
    """Ten to a page; every documented filter."""
    first = api.place(lines=[{"sku": "A"}] * 11, user_id=5, customer={"email": "five@example.com"})
    second = api.place(lines=[{"sku": "B"}], user_id=6, customer={"email": "six@example.com"})
    numbers = api.edit("issue_licence", order_id=first)
    [last] = api.edit("issue_licence", order_id=second, licence_number="CSC-X")

    def found(**query: Any) -> list[int]:
        return [int(row["purchase_id"]) for row in api.read("licenses", **query)["licenses"]]

    assert len(found()) == 10 and found(page=2) == [numbers[10], last]
    product = api.shop.store.licences[last].product_id
    queries: list[dict[str, Any]] = [
        {"order_id": second}, {"user_id": 6}, {"product_id": product}, {"license_number": "CSC-X"},
        {"email": "six@example.com"}, {"order_id": second, "get_all_packages": 1},
    ]  # fmt: skip
    for query in queries:
        assert found(**query) == [last], query
    assert api.put(f"licenses/{last}", {"domain_name": "a.example,b.example"}).status == 200
    assert found(domain_name="b.example") == [last] and found(domain_name="example") == []


def test_a_licence_is_changed(api: Api) -> None:
    """The end and the domains; what is not named stays; an unknown one is missing."""
    [number] = api.edit("issue_licence", order_id=api.place(lines=[{"sku": "A"}]))
    assert api.put(f"licenses/{number}", {"expires_at": 1800000000}).json["expires_at"] == "1800000000"
    row = api.put(f"licenses/{number}", {"domain_name": "a.example"}).json
    assert (row["expires_at"], row["domain_names"]) == ("1800000000", "a.example")
    assert api.put("licenses/5", {"expires_at": 1}).status == 404


def test_calls_are_counted_by_entity(api: Api) -> None:
    """The version is no part of the name; only PUT and the like are writes."""
    api.get("orders")
    api.get("licenses", "/api/4.0/")
    api.put("licenses/5", {})
    api.raw("GET", "/")
    assert api.running.counters.by_method == {
        "GET orders": 1,
        "GET licenses": 1,
        "PUT licenses": 1,
        "GET page": 1,
    }
    assert api.running.counters.writes == 1
