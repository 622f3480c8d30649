"""Traps of products that clients fall into (contracts/webasyst §0, §3)."""

from __future__ import annotations

import json

from syncd.sandbox.wire import Request

from .asking import Asker


def test_an_unknown_search_field_returns_everything(shop: Asker) -> None:
    """A condition on a field that does not exist is dropped, not refused."""
    assert shop.get("product.search", hash="search/sku=ZARYA-15")["count"] == 20


def test_the_text_of_a_product_search_is_decoded_twice(shop: Asker) -> None:
    """A plus sign must be encoded twice to be found."""
    shop.shop.edit("product.update", {"id": 1, "url": "a+b&c"})
    assert shop.get("product.search", hash="search/url=a+b\\&c")["count"] == 0
    assert shop.get("product.search", hash="search/url=a%2Bb\\&c")["count"] == 1


def test_only_lower_case_desc_turns_the_order_round(shop: Asker) -> None:
    """DESC in capitals sorts ascending."""
    first = {
        order: shop.get("product.search", sort="id", order=order)["products"][0]["id"]
        for order in ("desc", "DESC")
    }
    assert first == {"desc": "1016", "DESC": "1"}


def test_product_update_switches_disabled_skus_on_and_moves_the_main_one(shop: Asker) -> None:
    """SKUs that are sent without flags become available, and the first sent becomes main if the main one is not sent."""
    found = shop.post("product.update", {"skus[6][price]": 14}, id=3)
    sku = next(row for row in found["skus"] if row["id"] == "6")
    assert (sku["available"], sku["status"], found["sku_id"], found["price"]) == ("1", "1", "6", "15.4000")


def test_product_update_steals_the_sku_of_another_product(shop: Asker) -> None:
    """The key in skus[KEY] is a global SKU id."""
    found = shop.post("product.update", {"skus[4][name]": "S", "skus[1][price]": "1.11"}, id=3)
    assert [row["id"] for row in found["skus"]] == ["4", "5", "1", "6", "7"]
    assert shop.get("product.getInfo", id=1)["skus"] == []


def test_product_add_never_takes_over_a_sku(shop: Asker) -> None:
    """On add the keys do not matter: all SKUs are new."""
    made = shop.post("product.add", {"name": "x", "skus[4][sku]": "NEW", "skus[4][price]": 5})
    assert made["skus"][0]["id"] not in ("4", 4)
    assert shop.get("product.skus.getInfo", id=4)["product_id"] == "3"


def test_an_id_in_the_body_of_update_inserts_a_product(shop: Asker) -> None:
    """The id belongs into the query string."""
    assert shop.post("product.update", {"id": 999, "name": "twin"}, id=3)["id"] == "999"
    assert shop.get("product.search", hash="id/999")["count"] == 1


def test_prices_that_make_no_sense_become_zero(shop: Asker) -> None:
    """Garbage is 0, a comma is a point."""
    assert shop.post("product.skus.update", {"price": "abc"}, id=4)["price"] == "0.0000"
    assert shop.post("product.skus.update", {"price": "10,75"}, id=4)["price"] == "10.7500"


def test_a_warehouse_without_a_row_makes_the_total_unlimited(shop: Asker) -> None:
    """Blank stock removes the row; SKU and product count become null."""
    found = shop.post("product.update", {"skus[1][stock][1]": ""}, id=1)
    assert (found["count"], found["skus"][0]["count"], found["skus"][0]["stocks"]) == (
        None,
        None,
        [{"id": 2, "count": 3}],
    )


def test_count_alone_leaves_the_warehouses_behind(shop: Asker) -> None:
    """skus.update count sets only the total; massUpdate count deletes the rows."""
    shop.post("product.skus.update", {"count": 99}, id=1)
    assert shop.stock(1) == ("99.000", {"1": "12.000", "2": "3.000"})
    shop.post("product.massUpdate", {"sku[0][id]": 1, "sku[0][count]": 5})
    assert shop.stock(1) == ("5.000", {})


def test_mass_update_says_ok_and_skips_what_it_does_not_know(shop: Asker) -> None:
    """Unknown ids are skipped silently, known ones are written."""
    sent = [{"id": 99999, "price": 1}, {"id": 1, "price": 7}]
    assert shop.post("product.massUpdate", {"jsku": json.dumps(sent)}) == "ok"
    assert shop.get("product.skus.getInfo", id=1)["price"] == "7.0000"


def test_mass_update_rejects_the_whole_call_for_one_bad_entry(shop: Asker) -> None:
    """A bad count answers 200 with an error and nothing is written."""
    sent = [{"id": 1, "price": 7}, {"id": 2, "stock": {"1": "many"}}]
    assert shop.post("product.massUpdate", {"jsku": json.dumps(sent)})["error"] == "invalid_param"
    assert shop.get("product.skus.getInfo", id=1)["price"] == "19.9000"


def test_mass_update_rounds_converted_prices_to_cents(shop: Asker) -> None:
    """10.55 EUR is 11.61 USD in massUpdate and 11.605 in skus.update."""
    shop.post("product.massUpdate", {"sku[0][id]": 4, "sku[0][price]": "10.55"})
    assert shop.get("product.skus.getInfo", id=4)["primary_price"] == "11.6100"
    shop.post("product.skus.update", {"price": "10.55"}, id=4)
    assert shop.get("product.skus.getInfo", id=4)["primary_price"] == "11.6050"


def test_a_big_form_is_cut_after_1000_variables(shop: Asker) -> None:
    """The rest of the form vanishes without a word; the JSON parameter is read whole."""
    pairs = [
        f"sku[{place}][id]={key}&sku[{place}][price]=3" for place, key in enumerate([*range(90000, 90500), 1])
    ]
    assert shop.post("product.massUpdate", "&".join(pairs)) == "ok"
    assert shop.get("product.skus.getInfo", id=1)["price"] == "19.9000"
    entries = [{"id": key, "price": 3} for key in [*range(90000, 90500), 1]]
    shop.post("product.massUpdate", {"jsku": json.dumps(entries)})
    assert shop.get("product.skus.getInfo", id=1)["price"] == "3.0000"


def test_long_names_are_cut_at_255(shop: Asker) -> None:
    """The rest is lost silently."""
    assert shop.post("product.update", {"name": "я" * 300}, id=1)["name"] == "я" * 255


def test_names_are_escaped_unless_asked_otherwise(shop: Asker) -> None:
    """Only name and url, and only without escape=0."""
    names = [shop.get("product.search", hash="id/1012", escape=on)["products"][0]["name"] for on in (1, 0)]
    assert names == [
        "Книга &quot;Рецепты &amp; заметки&quot; &lt;новая&gt;",
        'Книга "Рецепты & заметки" <новая>',
    ]


def test_sku_images_keep_their_bytes(shop: Asker) -> None:
    """What was uploaded is served under the image's address; a bad extension leaves a broken row."""
    gif = b"GIF89a\x05\x00\x04\x00rest"
    part = 'Content-Disposition: form-data; name="file"; filename="{}"\r\n\r\n'
    for name, status in (("a.gif", 200), ("a.txt", 500)):
        body = b"--x\r\n" + part.format(name).encode() + gif + b"\r\n--x--\r\n"
        headers = {"authorization": shop.shop.token, "content-type": "multipart/form-data; boundary=x"}
        answer = shop.shop.handle(
            Request("POST", "/api.php/shop.product.images.add", "product_id=1", headers, body)
        )
        assert answer.status == status
    rows = shop.get("product.images.getList", product_id=1)
    assert [(row["width"], row["height"], row["original_filename"]) for row in rows] == [
        ("5", "4", "a.gif"), ("5", "4", "a.txt"),
    ]  # fmt: skip
    path = rows[0]["url_thumb"].partition("shop.example")[2]
    assert shop.shop.handle(Request("GET", path, "", {}, b"")).body == gif
