"""Products: filters, prices, writes, images, variations (cscart §3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from syncd.sandbox.cscart.pictures import png
from tests.sandbox.base.web import ask
from tests.sandbox.cscart.client import NOW, Api
from tests.sandbox.cscart.conftest import Start
from tests.sandbox.cscart.shape import sample


def test_pcode_is_a_substring_with_wildcards(api: Api) -> None:
    """LIKE %value%: case-insensitive, and % and _ match anything."""
    assert api.pids(pcode="sku-00000", items_per_page=0) != []
    assert len(api.pids(pcode="KU-00000")) == 9
    assert len(api.pids(pcode="SKU_00000_")) == 9
    assert len(api.pids(pcode="S%1")) == 12
    assert api.pids(pcode="SKU-000001 ") == []


def test_filter_params_is_exact_but_blind_to_case_and_trailing_spaces(api: Api) -> None:
    """Several values, any column; an unknown column finds nothing."""
    assert api.pids(**{"filter_params[product_code][]": "sku-000003  "}) == ["3"]
    query = [("filter_params[product_code][]", f"SKU-00000{number}") for number in (1, 2)]
    assert len(api.get("products", query).json["products"]) == 2
    assert api.pids(**{"filter_params[amount][]": api.product(7)["amount"], "pid": "7"}) == ["7"]
    assert api.pids(**{"filter_params[nonsense][]": "1"}) == []


def test_codes_may_be_doubled_or_empty(start: Start) -> None:
    """When asked for, the shop has two products with one code, and one without."""
    api = start(products=60, duplicate_codes=True, empty_codes=True)
    assert len(api.pids(**{"filter_params[product_code][]": "SKU-000019"})) == 2
    assert api.product(50)["product_code"] == ""
    assert api.pids(**{"filter_params[product_code][]": ""}) == ["50"]


def test_updated_in_hours_counts_from_the_shops_clock(api: Api) -> None:
    """Fractions work down to the second; the bound is inclusive; junk crashes PHP."""
    api.put("products/4", {"amount": 1})
    api.shop.clock.advance(180)
    assert api.pids(updated_in_hours=180 / 3600) == ["4"]
    assert api.pids(updated_in_hours=179 / 3600) == []
    answer = api.get("products", {"updated_in_hours": "soon"})
    assert answer.status == 500 and answer.body.startswith(b"<!DOCTYPE html>")
    assert b"Service unavailable" in answer.body


def test_period_filters_creation_and_needs_a_letter(api: Api) -> None:
    """time_from is ignored unless a period is set; both ends are inclusive."""
    born = int(api.product(3)["timestamp"])
    assert len(api.pids(time_from=born, time_to=born)) == 30
    assert api.pids(period="C", time_from=born, time_to=born) == ["3"]
    api.edit("product.create", code="NEW", name="New", price=1)
    assert len(api.pids(period="D")) == len(api.pids(period="HH")) == 1
    assert api.pids(period="LD") == []


def test_sorting_falls_back_to_nothing_silently(api: Api) -> None:
    """Known keys sort with product id as tie-break; ``date`` is unknown and becomes ``null``."""
    prices = [float(row["price"]) for row in api.read("products", sort_by="price")["products"]]
    assert prices == sorted(prices)
    assert api.pids(sort_by="code", sort_order="desc")[0] == "30"
    assert api.read("products", sort_by="date")["params"]["sort_by"] == "null"
    assert api.pids(sort_by="status", status="A") == sorted(api.pids(status="A", items_per_page=0), key=int)
    assert api.pids(item_ids="7,3,5") == ["7", "3", "5"]


def test_other_filters(api: Api) -> None:
    """Ids, ranges, statuses, categories with their sub-tree, words, types."""
    assert set(api.pids(pid="3,4,999")) == {"3", "4"}
    assert api.pids(status="A,H") == []
    assert "3" not in api.pids(exclude_pid=3)
    assert len(api.get("products", [("status[]", "A"), ("status[]", "H")]).json["products"]) == 29
    assert api.pids(status="H") == ["17"]
    tree, single = set(api.pids(cid=166)), set(api.pids(cid=166, subcats="N"))
    assert single < tree and set(api.pids(cid=201)) <= tree
    low = float(api.product(9)["price"])
    assert set(api.pids(price_from=low, price_to=low)) == {"9"}
    assert set(api.pids(product_type="V")) == {"7", "8", "17", "18", "27", "28"}
    assert set(api.pids(q="sku-000009")) == {"9"} and api.pids(q="sku-000009", pcode_from_q="N") == []
    assert set(api.pids(q="чай улун")) == set(api.pids(q="улун чай")) != set()
    assert api.pids(q="улун чай", match="phrase") == []
    assert api.pids(include_child_variations="N", product_type="V") == []
    number = api.place("SKU-000003")
    assert api.pids(order_ids=number) == ["3"]


def test_a_product_without_category_does_not_exist_for_the_api(api: Api) -> None:
    """Neither listed nor found nor writable, and yet it is there."""
    api.edit("product.update", sku="SKU-000002", category_ids=[])
    assert "2" not in api.pids()
    assert api.get("products/2").status == 404
    assert api.put("products/2", {"amount": 1}).json == sample("error_404_product_update.json")
    assert "2" in api.running.dump()["products"]


def test_price_is_after_promotions_and_base_price_before(api: Api) -> None:
    """A promotion changes price in list and detail, but neither base_price nor updated_timestamp."""
    before = api.product(4)
    number = api.edit("promotion.set", percent=10, skus=["SKU-000004"])
    after = api.product(4)
    assert after["base_price"] == before["price"] == before["base_price"]
    assert float(after["price"]) == pytest.approx(float(before["price"]) * 0.9, abs=0.01)
    assert after["updated_timestamp"] == before["updated_timestamp"]
    assert str(number) in after["promotions"] and after["discount_prc"] == "10"
    row = next(row for row in api.read("products", pid=4)["products"])
    assert row["price"] == after["price"]
    assert api.read("2.0/products/4")["price"] == f"{before['price']}000000"
    api.edit("promotion.set", promotion_id=number, active=False)
    assert "discount" not in api.product(4)


def test_types_differ_between_list_and_detail(api: Api) -> None:
    """product_id and tax_ids change their type; images are absent in lists and empty lists in details."""
    row = api.read("products", pid=5)["products"][0]
    detail = api.product(5)
    assert (row["product_id"], detail["product_id"]) == ("5", 5)
    assert (row["tax_ids"], detail["tax_ids"]) == ("6", ["6"])
    assert "main_pair" not in row and "image_pairs" not in row
    assert (detail["main_pair"], detail["image_pairs"]) == ([], [])


def test_extra_data_is_steered_by_parameters(api: Api) -> None:
    """Short fields, options, additional data and extensions."""
    short = api.read("products", only_short_fields=1)["products"][0]
    assert {"product_id", "product_code", "amount", "price"} <= set(short) and "weight" not in short
    assert api.read("products", pid=13)["products"][0]["product_options"] == []
    assert "5" in api.read("products", pid=13, get_options=1)["products"][0]["product_options"]
    assert "base_price" not in api.read("products", pid=13, get_additional=0)["products"][0]
    api.put("products/3", {"full_description": "<p>F</p>", "short_description": "S"})
    fields = {"full_description", "short_description", "meta_description", "page_title"}
    assert not fields & set(api.read("products", pid=3)["products"][0])
    extended = api.get("products", [("pid", "3"), ("extend[]", "description"), ("extend[]", "meta_data")])
    assert extended.json["products"][0]["full_description"] == ""
    full = api.get("products", [("pid", "3"), ("extend[]", "full_description"), ("extend[]", "popularity")])
    assert full.json["products"][0]["full_description"] == "<p>F</p>"
    assert api.read("products", pid=3, q="sku")["products"][0]["short_description"] == "S"


def test_a_language_without_a_description_row_has_null_names(api: Api) -> None:
    """Names are null there, and fine elsewhere."""
    api.edit("product.untranslate", product_id=3, lang="ru")
    assert api.product(3, lang_code="ru")["product"] is None
    assert api.product(3)["product"]


def test_creating_needs_a_name_and_a_price(api: Api) -> None:
    """The two required fields answer differently; amounts and prices are cast."""
    assert api.post("products", {"product": "", "price": 1}).json == sample("error_400_product_no_name.json")
    assert api.post("products", {"product": "x"}).json["messages"] == ["The price field is required"]
    created = api.post(
        "products", {"product": "x", "price": "-5", "category_ids": "166,201", "product_id": 4}
    )
    assert (created.status, created.json) == (201, {"product_id": 31})
    row = api.product(31)
    assert (row["price"], row["amount"], row["status"], row["category_ids"]) == ("5.00", "0", "A", [166, 201])
    decimals = api.post(
        "products", {"product": "x", "price": "10,50", "category_ids": [201], "main_category": 201}
    )
    assert api.product(decimals.json["product_id"])["price"] == "10.00"


def test_categories_at_creation(start: Start) -> None:
    """Without one a default category is made; a foreign one is refused."""
    api = start(products=4, companies=2)
    number = api.post("products", {"product": "x", "price": 1}).json["product_id"]
    default = api.product(number)["main_category"]
    assert api.read(f"categories/{default}")["category"] == "Default category"
    again = api.post("products", {"product": "y", "price": 1}).json["product_id"]
    assert api.product(again)["main_category"] == default
    refused = api.post("products", {"product": "x", "price": 1, "company_id": 2, "category_ids": [166]})
    assert refused.status == 400 and "owner company" in refused.json["message"]


def test_texts_that_do_not_fit(api: Api) -> None:
    """Long codes are cut, and 4-byte characters cut the text."""
    body = {"product": "Tea 🍵 green", "price": 1, "product_code": "C" * 70, "category_ids": [166]}
    row = api.product(api.post("products", body).json["product_id"])
    assert (row["product"], len(row["product_code"])) == ("Tea ", 64)


def test_texts_are_created_in_all_languages_and_updated_in_one(api: Api) -> None:
    """An update without lang_code changes the default language only."""
    body = {"product": "Tee", "price": 1, "category_ids": [166], "full_description": "alt"}
    number = api.post("products", body).json["product_id"]
    assert api.product(number, lang_code="ru")["product"] == "Tee"
    api.put(f"products/{number}", {"product": "Tea", "full_description": "new"})
    assert api.product(number)["product"] == "Tea"
    other = api.product(number, lang_code="ru")
    assert (other["product"], other["full_description"]) == ("Tee", "alt")
    api.put(f"products/{number}?lang_code=ru", {"product": "Чай"})
    assert api.product(number, lang_code="ru")["product"] == "Чай"
    assert api.product(number)["product"] == "Tea"


def test_every_put_touches_updated_timestamp_and_orders_do_not(api: Api) -> None:
    """Even a PUT that changes nothing looks like an edit; stock moved by orders is invisible."""
    before = api.product(6)
    api.put("products/6", {"amount": before["amount"], "updated_timestamp": 5})
    assert api.product(6)["updated_timestamp"] == str(NOW)
    api.shop.clock.advance(60)
    api.place("SKU-000006", 2)
    after = api.product(6)
    assert int(after["amount"]) == int(before["amount"]) - 2
    assert after["updated_timestamp"] == str(NOW)
    api.edit("product.update", sku="SKU-000006", amount=1, touch=False)
    assert api.product(6)["updated_timestamp"] == str(NOW)


def test_partial_updates(api: Api) -> None:
    """Only given keys change; an empty name is ignored; categories need a list."""
    before = api.product(4)
    assert api.put("products/4", {"price": "585.00", "product": ""}).json == {"product_id": 4}
    after = api.product(4)
    assert (after["price"], after["product"], after["amount"]) == (
        "585.00",
        before["product"],
        before["amount"],
    )
    api.put("products/4", {"category_ids": [204, 201], "main_category": 201})
    assert api.product(4)["category_ids"] == [201, 204]
    api.put("products/4", {"category_ids": []})
    assert api.product(4)["category_ids"] == [201, 204]
    api.put(
        "products/4",
        {"prices": [{"lower_limit": 5, "price": 1}], "weight": "0.5", "list_price": 9, "min_qty": 2},
    )
    row = api.product(4)
    assert (len(row["prices"]), row["weight"], row["list_price"], row["min_qty"]) == (2, "0.500", "9.00", "2")


@pytest.mark.parametrize("field", [{"usergroup_ids": "0"}, {"category_ids": "166"}, {"tax_ids": "6"}])
def test_putting_a_get_body_back_crashes_php(api: Api, field: dict[str, str]) -> None:
    """Text where an array is needed is a TypeError: an HTML page with status 500; PHP 7 lets it pass."""
    answer = api.put("products/4", field)
    assert answer.status == 500 and answer.headers["content-type"].startswith("text/html")
    api.edit("setting", php_version=7)
    assert api.put("products/4", field).status == 200


def test_a_variation_takes_its_name_from_its_parent(api: Api) -> None:
    """Its own name cannot be changed; the parent's change reaches it; code, price, amount are its own."""
    child = api.product(7)
    assert (child["product_type"], child["parent_product_id"], child["variation_parent_product_id"]) == (
        "V",
        "6",
        6,
    )
    api.put("products/7", {"product": "Own", "amount": 3, "category_ids": [100]})
    assert api.product(7)["product"] == child["product"] and api.product(7)["amount"] == "3"
    assert api.product(7)["category_ids"] == child["category_ids"]
    api.put("products/6", {"product": "Shirt"})
    assert api.product(7)["variation_name"] == "Shirt (M)"
    assert {row["variation_group_id"] for row in api.read("product_variations")["products"]} == {10, 11, 12}
    assert api.get("product_variations/1").status == 404
    assert api.get("product_variations/7").status == 200
    assert api.put("product_variations/7", {"amount": 9}).status == 200


def test_groups_of_variations(api: Api) -> None:
    """By id or code; creation fails with an empty message that is an object."""
    code = api.read("product_variations_groups/10")["code"]
    assert api.read(f"product_variations_groups/{code}")["id"] == 10
    bad = api.post("product_variations_groups", {"product_ids": [1]})
    assert bad.json == sample("error_400_variation_group_messages_is_object.json")
    body = {
        "product_ids": [1, 2],
        "code": "G",
        "features": [{"feature_id": 548, "purpose": "group_catalog_item"}],
    }
    made = api.post("product_variations_groups", body)
    assert (made.status, made.json["group"]["code"], api.product(2)["parent_product_id"]) == (201, "G", "1")
    grown = api.post("product_variations/1/generate_product_variations", {"combinations": [{"548": 1194}]})
    assert grown.status == 201 and api.product(grown.json["product_ids"][0])["product_type"] == "V"
    assert api.delete("product_variations_groups/G").status == 204
    assert api.product(2)["product_type"] == "P"


def test_deleting_leaves_no_trace(api: Api) -> None:
    """204 once, 404 afterwards; the image is gone too."""
    picture = api.product(4)["main_pair"]["detailed"]["image_path"]
    assert ask(picture).headers["content-type"] == "image/png"
    assert (api.delete("products/4").status, api.delete("products/4").status) == (204, 404)
    assert ask(picture).status == 404
    assert "4" not in api.pids(items_per_page=0)


def test_a_shared_product_edited_from_another_store_is_not_touched(start: Start) -> None:
    """A change in another store's context leaves updated_timestamp alone."""
    api = start(products=4, companies=2)
    before = api.product(1)["updated_timestamp"]
    assert api.put("stores/2/products/1", {"amount": 77}).status == 200
    assert api.product(1)["updated_timestamp"] == before


class Pictures(BaseHTTPRequestHandler):
    """Serves one PNG under any .png address, and 404 otherwise."""

    def do_GET(self) -> None:
        found = ".png" in self.path or self.path.startswith("/dynamic")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "image/png" if found else "text/html")
        self.end_headers()
        self.wfile.write(png(7, 20) if found else b"no")

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def pictures() -> Iterator[str]:
    """A web server with pictures."""
    with HTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def pair(address: str) -> dict[str, Any]:
    return {"detailed": {"image_path": address, "alt": "A"}}


def test_the_shop_downloads_images_itself(api: Api, pictures: str) -> None:
    """The picture is fetched, measured and served under a new name; additional ones keep their position."""
    body = {
        "main_pair": pair(f"{pictures}/front.png"),
        "image_pairs": [{**pair(f"{pictures}/b.png"), "position": 30}],
    }
    assert api.put("products/5", body).status == 200
    row = api.product(5)
    main = row["main_pair"]["detailed"]
    assert main["image_path"].endswith("/front.png") and (main["image_x"], main["alt"]) == ("20", "A")
    assert ask(main["image_path"]).body == png(7, 20)
    assert [extra["position"] for extra in row["image_pairs"].values()] == ["30"]
    api.put("products/5", body)
    assert api.product(5)["main_pair"]["detailed"]["image_path"] != main["image_path"]


def test_images_are_deleted_before_the_new_ones_are_fetched(api: Api, pictures: str) -> None:
    """A failing address loses the picture while the answer is 200; so does the shop's own address."""
    for bad in (
        f"{pictures}/missing.html",
        "http://shop.example.test/a.png",
        "file.png",
        f"{pictures}/x.svg",
    ):
        api.put("products/5", {"main_pair": pair(f"{pictures}/front.png")})
        assert api.product(5)["main_pair"]
        assert api.put("products/5", {"main_pair": pair(bad)}).status == 200
        assert api.product(5)["main_pair"] == []
    own = api.product(4)["main_pair"]["detailed"]["image_path"]
    assert api.product(4)["image_pairs"]
    api.put("products/4", {"main_pair": pair(own), "image_pairs": []})
    assert (api.product(4)["main_pair"], api.product(4)["image_pairs"]) == ([], [])


def test_the_first_additional_image_becomes_the_main_one(api: Api, pictures: str) -> None:
    """When no main image is left, an additional one is promoted; other fields leave images alone."""
    api.put("products/5", {"image_pairs": {"1": pair(f"{pictures}/only.png")}})
    assert api.product(5)["main_pair"]["detailed"]["image_path"].endswith("only.png")
    assert api.product(5)["image_pairs"] == []
    api.put("products/5", {"amount": 1})
    assert api.product(5)["main_pair"]


def test_names_of_downloaded_files(api: Api, pictures: str) -> None:
    """A query in the address gives a made-up name; an address without extension takes its type."""
    for address, name in (
        (f"{pictures}/a.png?v=2", "url_uploaded_file"),
        (f"{pictures}/dynamic", "dynamic.png"),
    ):
        api.put("products/5", {"main_pair": pair(address)})
        assert name in api.product(5)["main_pair"]["detailed"]["image_path"]


def test_one_large_shop_is_seeded_and_listed(start: Start) -> None:
    """All rows of a bigger shop come once, page by page, under the codes expected."""
    api = start(products=2500)
    codes: list[str] = []
    for page in (1, 2, 3):
        rows = api.read("products", page=page, items_per_page=1000, sort_by="timestamp", only_short_fields=1)
        codes += [row["product_code"] for row in rows["products"]]
    assert sorted(codes) == [f"SKU-{number:06d}" for number in range(1, 2501)]
