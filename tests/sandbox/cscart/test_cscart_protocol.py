"""Transport rules of the API: addresses, login, privileges, methods, bodies, encoding, paging (cscart §1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.base.web import ask
from tests.sandbox.cscart.client import NOW, Api
from tests.sandbox.cscart.conftest import Start
from tests.sandbox.cscart.shape import SAMPLES, sample


def test_a_wrong_login_is_401_with_a_challenge(api: Api) -> None:
    """Missing, wrong and malformed credentials are told apart from nothing."""
    for header in (None, "Basic !!!", "Bearer x", "Basic YTpi"):
        answer = ask(f"{api.url}/api/products", headers={"Authorization": header} if header else {})
        assert (answer.status, answer.json) == (401, sample("error_401.json"))
        assert answer.headers["www-authenticate"] == 'Basic realm="User email/API key"'


def test_a_server_that_strips_the_login_answers_401(api: Api) -> None:
    """PHP behind CGI may never see the Authorization header."""
    api.edit("setting", strip_authorization=True)
    assert api.get("products").status == 401


def test_https_only_is_checked_before_the_login(api: Api) -> None:
    """Plain http is refused with its own text."""
    api.edit("setting", https_only=True)
    answer = ask(f"{api.url}/api/products")
    assert (answer.status, answer.json) == (403, sample("error_403_https_only.json"))
    assert api.get("version", X_Forwarded_Proto="https").status == 200


def test_privileges_are_checked_per_entity_and_method(api: Api) -> None:
    """An administrator with user groups needs the named privilege."""
    api.edit("setting", privileges=["view_catalog", "view_orders"])
    assert api.get("products").status == 200
    assert api.get("orders").status == 200
    for answer in (api.get("statuses"), api.put("products/1", {"amount": 1}), api.delete("orders/1")):
        assert (answer.status, answer.json) == (403, sample("error_403.json"))
    api.edit("setting", privileges=None)
    assert api.get("statuses").status == 200


@pytest.mark.parametrize(
    ("path", "status", "recorded"),
    [
        ("/api/foo", 404, "error_404_entity.json"),
        ("/api/products/abc", 404, "error_404.json"),
        ("/api/products//1", 404, "error_404.json"),
        ("/api/products/9999", 404, "error_404.json"),
        ("/api/orders/9999", 404, "error_404.json"),
    ],
)
def test_what_is_not_there_is_404(api: Api, path: str, status: int, recorded: str) -> None:
    """Unknown entities, ids that are no numbers, double slashes, missing objects."""
    answer = api.raw("GET", path)
    assert (answer.status, answer.json) == (status, sample(recorded))


def test_versions_in_the_path(api: Api) -> None:
    """2.1 and 2.0 answer, unknown numbers are 404, 1.0 answers bare lists of all rows, products excepted."""
    assert (
        api.get("2.1/products").status == api.get("2.0/orders").status == api.get("4.0/orders").status == 200
    )
    for odd in ("2", "3.0"):
        assert api.get(f"{odd}/products").json["message"] == "Not Found: The Entity products not found"
    assert isinstance(api.read("1.0/statuses"), list)
    assert len(api.read("1.0/categories")) == 5
    assert len(api.read("1.0/products", items_per_page=4)["products"]) == 4


def test_a_shop_without_rewriting_has_api_php(api: Api) -> None:
    """The resource is the query parameter _d, and ajax_custom is only echoed."""
    api.edit("setting", rewrite=False)
    assert api.raw("GET", "/api/version").status == 404
    answer = api.raw("GET", "/api.php?_d=products/&items_per_page=1&ajax_custom=1")
    assert len(answer.json["products"]) == 1
    assert answer.json["params"]["ajax_custom"] == "1"


def test_a_shop_below_a_path(start: Start) -> None:
    """The base may have a sub-path, also in image addresses."""
    api = start(products=1, base_path="/shop")
    assert api.raw("GET", "/shop/api/version").json == {"Version": "2.1"}
    picture = api.raw("GET", "/shop/api/products/1").json["main_pair"]["detailed"]["image_path"]
    assert picture.startswith(f"{api.url}/shop/images/")
    assert ask(picture).body.startswith(b"\x89PNG")


def test_the_version_page_names_the_edition(api: Api) -> None:
    """?version prints the product and stops."""
    answer = api.raw("GET", "/api/?version")
    assert answer.body == b"CS-Cart 4.20.1 ULTIMATE"


def test_methods(api: Api) -> None:
    """HEAD and PATCH are 405, OPTIONS is an empty text, POST may stand for PUT."""
    assert api.raw("HEAD", "/api/products").status == 405
    assert api.raw("PATCH", "/api/products/1", b"{}", Content_Type="application/json").status == 405
    assert api.raw("OPTIONS", "/api/products").body == b'""'
    headers = {"Content_Type": "application/json"}
    answer = api.raw("POST", "/api/products/1?_METHOD=PUT", b'{"amount":5}', **headers)
    assert (answer.status, api.product(1)["amount"]) == (200, "5")


def test_ids_where_none_belong_and_the_other_way_round(api: Api) -> None:
    """POST with an id, PUT and DELETE without one, and empty bodies are 405."""
    assert api.post("products/1", {"a": 1}).json == sample("error_405_not_need_id.json")
    assert api.put("products", {"a": 1}).json == sample("error_405_need_id.json")
    assert api.delete("products").json == sample("error_405_need_id.json")
    assert api.put("products/1", {}).json == sample("error_405_need_params.json")
    assert api.post("settings", {"a": 1}).json == sample("error_405_method.json")


def test_bodies_and_their_types(api: Api) -> None:
    """Bad JSON and empty JSON are 400, also for DELETE; unknown types 415; no type means a query string."""
    bad = sample("error_400_bad_json.json")
    assert api.raw("PUT", "/api/products/1", b"{", Content_Type="application/json; charset=utf-8").json == bad
    assert api.raw("DELETE", "/api/products/1", b"", Content_Type="application/json").json == bad
    assert api.raw("DELETE", "/api/products/1", b"{}", Content_Type="application/json").status == 204
    assert api.raw("PUT", "/api/products/2", b"<a/>", Content_Type="text/xml").json == sample(
        "error_415.json"
    )
    assert api.raw("PUT", "/api/products/2", b"amount=3&product_code=X").status == 200
    assert api.product(2)["product_code"] == "X"
    misparsed = api.raw("POST", "/api/products", b'{"product":"a","price":1}')
    assert misparsed.json["message"] == "Bad Request: The price field is required"


def test_form_bodies_are_read_for_post_only(api: Api) -> None:
    """PHP fills its form variables for POST; a PUT with a form is empty."""
    form = b"product=Tea&price=5&category_ids[]=166"
    kind = "application/x-www-form-urlencoded"
    assert api.raw("POST", "/api/products", form, Content_Type=kind).status == 201
    assert api.raw("PUT", "/api/products/1", form, Content_Type=kind).json == sample(
        "error_405_need_params.json"
    )
    lines = ["--B", 'Content-Disposition: form-data; name="product"', "", "Чай", "--B"]
    lines += ['Content-Disposition: form-data; name="price"', "", "7", "--B--", ""]
    body = "\r\n".join(lines).encode()
    answer = api.raw("POST", "/api/products", body, Content_Type="multipart/form-data; boundary=B")
    assert api.product(answer.json["product_id"])["product"] == "Чай"


def test_accept(api: Api) -> None:
    """Only unsupported types are 406 on GET; text/plain yields the word Array."""
    assert api.get("products", Accept="text/html").json == sample("error_406.json")
    assert api.get("products", Accept="text/html, */*").status == 200
    assert api.get("products", Accept="text/plain").body == b"Array"


def test_text_that_is_not_utf8_makes_an_empty_200(api: Api) -> None:
    """json_encode fails, and PHP sends nothing."""
    number = api.place()
    api.edit("order.break", order_id=number, invalid_utf8=True)
    answer = api.get(f"orders/{number}")
    assert (answer.status, answer.body) == (200, b"")


def test_json_has_no_charset_and_only_ascii(api: Api) -> None:
    """The content type is bare; everything else is escaped."""
    answer = api.get("products")
    assert answer.headers["content-type"] == "application/json"
    assert answer.body.isascii() and b"\\/" in answer.body


def test_default_page_size_zero_and_negative(start: Start) -> None:
    """50 by default, 0 means all rows, negative and junk mean the default, there is no maximum."""
    api = start(products=60)
    assert len(api.pids()) == len(api.pids(items_per_page=-1)) == len(api.pids(items_per_page="x")) == 50
    everything = api.read("products", items_per_page=0)
    assert (len(everything["products"]), everything["params"]["total_items"]) == (60, 60)
    assert len(api.pids(items_per_page=5000)) == 60
    assert len(api.pids(page=-3, items_per_page=7)) == 7
    setting = next(key for key, row in api.read("settings", items_per_page=0)["settings"].items())
    assert api.put(f"settings/{setting}", {"value": "10"}).status == 200
    assert len(api.pids()) == 10


@pytest.mark.parametrize(
    ("resource", "key", "query", "clamps"),
    [
        ("products", "products", {}, False),
        ("orders", "orders", {}, False),
        ("users", "users", {"user_type": "C"}, True),
        ("categories", "categories", {}, True),
        ("stores", "stores", {}, True),
        ("shipments", "shipments", {}, True),
        ("zapier_hooks", "zapier_hooks", {}, True),
        ("statuses", "statuses", {}, False),
        ("payments", "payments", {}, False),
        ("shippings", "shippings", {}, False),
        ("taxes", "taxes", {}, False),
        ("settings", "settings", {}, False),
        ("product_variations_groups", "groups", {}, False),
    ],
)
def test_past_the_last_page(
    start: Start, resource: str, key: str, query: dict[str, str], clamps: bool
) -> None:
    """Some lists are empty there, others repeat their last page and say so."""
    api = start(products=10, orders=3)
    api.edit("shipment.create", order_id=1, tracking_number="1")
    api.post("zapier_hooks", {"hook_url": "http://127.0.0.1:9/", "trigger_name": "new_order"})
    found = api.read(resource, page=500, items_per_page=2, **query)
    assert bool(found[key]) is clamps
    assert (found["params"]["page"] != 500) is clamps


def test_the_echo_of_parameters(api: Api) -> None:
    """The input comes back, together with what was made of it."""
    params = api.read("orders", sort_by="nonsense", sort_order="asc", colour="x")["params"]
    assert (params["sort_by"], params["sort_order"], params["sort_order_rev"]) == ("date", "asc", "desc")
    assert params["colour"] == "x"
    assert api.read("users", user_type="C", sort_by="nonsense")["params"]["sort_by"] == "name"


def test_lists_sliced_in_memory_become_maps_without_paging(api: Api) -> None:
    """items_per_page=0 turns payments, shippings and settings into maps by id."""
    for name in ("payments", "shippings", "settings"):
        assert isinstance(api.read(name)[name], list)
        assert isinstance(api.read(name, items_per_page=0)[name], dict)


def test_a_closed_store_is_an_html_page(api: Api) -> None:
    """503 with Retry-After, not JSON."""
    api.edit("setting", closed=True)
    answer = api.get("products")
    assert (answer.status, answer.headers["retry-after"]) == (503, "300")
    assert answer.body.decode() == (sample_text("error_503_store_closed.html"))


def sample_text(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8").strip()


def test_the_context_of_a_store(start: Start) -> None:
    """A store prefix filters by company; an unknown store is 404; other entities are no containers."""
    api = start(products=10, orders=6, companies=2)
    assert {row["company_id"] for row in api.read("stores/2/products")["products"]} == {"2"}
    assert {row["company_id"] for row in api.read("stores/1/orders")["orders"]} == {"1"}
    assert api.get("stores/9/products").status == 404
    assert api.get("products/1/orders").status == 404
    other = next(row["order_id"] for row in api.read("stores/2/orders")["orders"])
    assert api.get(f"stores/1/orders/{other}").status == 404
    assert api.get(f"stores/2/orders/{other}").status == 200
    api.edit("setting", privileges=["view_orders"])
    assert api.get("stores/1/orders").status == 403


def test_the_language_of_orders_and_goods(api: Api) -> None:
    """Products follow lang_code, orders follow sl or Accept-Language; unknown ones fall back."""
    number = api.place()

    def method(query: Any = None, language: str = "en") -> Any:
        return api.get(f"orders/{number}", query, Accept_Language=language).json["payment_method"]["payment"]

    assert method() == method(language="fr") == "Credit card"
    assert method({"sl": "ru"}) == method(language="fr, ru;q=0.5") == "Банковская карта"
    assert method({"lang_code": "ru"}) == "Credit card"
    assert api.read("statuses", lang_code="ru")["statuses"][0]["description"] == "Оплачен"
    assert api.read("statuses", lang_code="xx")["statuses"][0]["description"] == "Paid"


def test_names_for_counters(api: Api) -> None:
    """Calls are counted under their method and entity, whatever their form."""
    api.get("2.0/products/1")
    api.get("stores/1/orders")
    api.raw("GET", "/api.php?_d=statuses")
    api.raw("POST", "/api/products/1?_METHOD=PUT", b'{"amount":1}', Content_Type="application/json")
    ask(f"{api.url}/images/x.png")
    counted: dict[str, Any] = api.running.counters.by_method
    names = {"GET products", "GET orders", "GET statuses", "PUT products", "GET image"}
    assert counted == dict.fromkeys(names, 1)
    assert (api.running.counters.reads, api.running.counters.writes) == (4, 1)


def test_the_shops_clock_is_in_the_date_header(api: Api) -> None:
    """Time filters use the shop's clock; the header shows it."""
    assert api.get("version").headers["date"] == "Tue, 24 Feb 2026 12:00:00 GMT"
    assert NOW == 1771934400
    assert json.loads(api.get("version").body) == {"Version": "2.1"}
