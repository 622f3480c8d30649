"""The sandbox's answers have the keys and types of the recorded samples."""

# ruff: noqa: RUF001 - names in other scripts are the point here

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.cscart.client import Api
from tests.sandbox.cscart.conftest import Start
from tests.sandbox.cscart.shape import SAMPLES, differences, sample

ADDRESS = {
    "firstname": "Иван",
    "lastname": "Петров",
    "email": "ivan@example.test",
    **{f"{side}_{key}": "x" for side in "bs" for key in ("address", "city", "zipcode")},
}


@pytest.fixture
def api(start: Start) -> Api:
    """A shop with a catalog promotion on one product, orders of all sorts, and a brand feature."""
    api = start(products=30, orders=4)
    api.edit("promotion.set", percent=10, skus=["SKU-000012"], promotion_id=4, name="Скидка 10% на кофе")
    return api


def check(name: str, found: Any, *optional: str) -> None:
    assert differences(sample(name), found, optional=frozenset(optional)) == []


def test_product_lists(api: Api) -> None:
    """A row with images and a promotion, one of a variation, and one with nothing."""
    rows = {row["product_id"]: row for row in api.read("products", items_per_page=0)["products"]}
    recorded = {row["product_id"]: row for row in sample("products_list.json")["products"]}
    more = frozenset({"list_discount", "list_discount_prc", "product_features"})
    assert differences(recorded["12"], rows["12"], optional=more) == []
    assert differences(recorded["242"], rows["27"], optional=more | {"main_pair", "image_pairs"}) == []
    assert differences(recorded["14"], rows["5"], optional=more) == []
    envelope = api.read("products", items_per_page=2, page=99, sort_by="updated_timestamp")
    check("products_list_past_end.json", envelope)


def test_product_details(api: Api) -> None:
    """The 2.1 object, the 2.0 object, one without images, one that is a variation."""
    api.put("products/12", {"product_features": sample("product_12.json")["product_features"]})
    check("product_12.json", api.product(12), "list_discount", "list_discount_prc")
    check("product_12_api_2.0.json", api.read("2.0/products/12"))
    check("product_14_no_images.json", api.product(5))
    more = ("list_discount", "list_discount_prc", "main_pair", "image_pairs")
    check("product_242_child_variation.json", api.product(27), *more)


def test_order_lists(api: Api) -> None:
    """The short list in all its forms."""
    check("orders_list.json", api.read("orders"), "invoice_id", "issuer_id", "issuer_name", "issuer_email")
    check("orders_list_empty.json", api.read("orders", updated_at_from=1999999999))
    check("orders_list_items_per_page_0.json", api.read("orders", items_per_page=0), "invoice_id")
    check("orders_list_past_end.json", api.read("orders", page=7))


def test_an_order_with_promotion_option_and_tax(api: Api) -> None:
    """A registered customer, a line discount, an option, taxes inside the prices."""
    api.edit("product.update", sku="SKU-000013", tax_ids=[6])
    number = api.place(
        lines=[{"sku": "SKU-000012", "amount": 2}, {"sku": "SKU-000013", "options": {"5": 22}}],
        user_id=3, customer={}, shipping=1, status="P",
    )  # fmt: skip
    api.edit(
        "order.edit",
        order_id=number,
        payment_info={"transaction_id": "1", "order_status": "P"},
        fields={"38": "7"},
    )
    found = api.order(number)
    expected = sample("order_98_registered_discount_tax_option.json")
    del expected["products"]["4206517528"]
    assert differences(expected, found, optional=frozenset({"products"})) == []
    by_code = {row["product_code"]: row for row in found["products"].values()}
    recorded = sample("order_98_registered_discount_tax_option.json")["products"]
    assert differences(recorded["1330857165"], by_code["SKU-000012"]) == []
    assert differences(recorded["4206517528"], by_code["SKU-000013"]) == []


def test_an_order_of_a_guest_with_a_coupon(api: Api) -> None:
    """An order-level discount, free shipping, no taxes."""
    number = api.place(coupon="Весна10", tax=0, customer=ADDRESS, payment_id=6)
    check("order_97_guest_unicode_coupon_free_shipping.json", api.order(number))


def test_an_order_with_a_deleted_product_partly_shipped(api: Api) -> None:
    """A line without its product, some pieces sent."""
    number = api.place("SKU-000004", 3, tax=0, user_id=3, shipping=None, payment_id=6)
    item = next(iter(api.order(number)["products"]))
    body = {"order_id": number, "shipping_id": 1, "carrier": "dhl", "products": {item: 1}}
    assert api.post("shipments", body).status == 201
    api.edit("product.delete", sku="SKU-000004")
    check("order_95_deleted_product_partly_shipped.json", api.order(number), "product_groups")


def test_an_order_of_a_licence(api: Api) -> None:
    """Nothing to ship, extra fields of the Marketplace in the line."""
    api.edit("product.create", code="LIC", name="Licence", price=4900, amount=5, is_edp="Y")
    number = api.place("LIC", user_id=3, payment_id=6)
    api.edit("license.issue", order_id=number)
    check(
        "order_96_digital_license_no_shipping.json",
        api.order(number),
        "issuer_id",
        "issuer_data",
        "updated_at",
    )


def test_orders_of_several_vendors(start: Start) -> None:
    """The parent and a suborder of a Multi-Vendor shop."""
    api = start(products=10, companies=2, edition="MULTIVENDOR")
    lines = [{"sku": "SKU-000001"}, {"sku": "SKU-000002"}]
    placed = api.edit("order.place", lines=lines, user_id=3, shipping=1, tax=0, payment_id=6)
    check("order_120_mve_parent.json", api.order(placed["order_id"]))
    check("order_121_mve_suborder.json", api.order(placed["suborder_ids"][0]))


def test_small_lists(api: Api) -> None:
    """Statuses, users, categories, stores, payments, shippings, groups, shipments."""
    check("statuses_orders.json", api.read("statuses"))
    check("statuses_shipments.json", api.read("statuses", type="S"))
    check("status_1.json", api.read("statuses/1"))
    check("users_list.json", api.read("users", user_type="C"))
    check("user_3.json", api.read("users/3"))
    check("user_999_missing_is_200.json", api.read("users/999"))
    check("categories_list.json", api.read("categories"))
    check("category_166.json", api.read("categories/166"))
    check("stores_list.json", api.read("stores"))
    check("payments_list.json", api.read("payments"))
    check("payments_list_items_per_page_0_is_object.json", api.read("payments", items_per_page=0))
    check("shippings_list.json", api.read("shippings"), "storefront_id")
    check("product_variations_groups_list.json", api.read("product_variations_groups"))
    api.edit("shipment.create", order_id=1, tracking_number="RR1", carrier="dhl")
    check("shipments_list.json", api.read("shipments"))
    assert api.read("version") == sample("version.json")
    assert api.read("versions") == sample("versions.json")


def test_vendors(start: Start) -> None:
    """A Multi-Vendor shop lists vendors, without addresses."""
    api = start(companies=2, edition="MULTIVENDOR")
    check("vendors_list.json", api.read("vendors"))
    assert api.get("stores").status == 404


def test_create_requests_of_the_samples_are_taken(api: Api) -> None:
    """The recorded request bodies give the recorded answers."""
    body = sample("product_create_request.json")
    del body["main_pair"], body["image_pairs"]
    created = api.post("products", body)
    assert created.status == 201
    check("product_create_response_201.json", created.json)
    updated = api.put("products/12", sample("product_update_request_stock_price.json"))
    assert updated.json == sample("product_update_response_200.json")
    order = api.post("orders", sample("order_create_request_guest.json"))
    assert order.status == 201
    assert set(order.json) == {"order_id", "order_data"} and isinstance(order.json["order_id"], int)
    number = order.json["order_id"]
    status = api.put(f"orders/{number}", sample("order_update_status_request.json"))
    assert status.json == {"order_id": str(number)}
    hook = api.post("zapier_hooks", sample("zapier_hook_create_request.json"))
    assert (hook.status, hook.json) == (201, sample("zapier_hook_create_response_201.json"))
    assert api.read("zapier_hooks") == sample("zapier_hooks_list.json")


def test_the_wire_form_is_phps(api: Api) -> None:
    """Escaped letters and slashes, no spaces, floats without a useless fraction, as in the recorded bytes."""
    recorded = (SAMPLES / "order_98_wire.txt").read_text(encoding="utf-8")
    number = api.place(lines=[{"sku": "SKU-000012", "price": 300}], notes="Позвоните за час", tax=0)
    found = api.get(f"orders/{number}").body.decode("ascii")
    for text in (
        '"notes":"\\u041f\\u043e\\u0437\\u0432\\u043e\\u043d\\u0438\\u0442\\u0435',
        '"subtotal":',
        '"views\\/orders',
    ):
        assert text in recorded and text in found
    assert '"subtotal":300,' in found
