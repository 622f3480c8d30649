"""What an answer means: status 200 promises nothing, and a 500 does not mean that nothing happened."""

from __future__ import annotations

import pytest

from syncd.errors import (
    BrokenAnswer,
    InDoubt,
    Misconfigured,
    NotAuthorised,
    Refused,
    ShopUnavailable,
    SyncdError,
)
from syncd.shops.webasyst.judge import NotFound, judge_read, judge_write
from tests.shops.webasyst.webasyst_support import answer, recorded_answer

BOTH = [
    ("auth/05_no_token", NotAuthorised),
    ("auth/06_wrong_token", NotAuthorised),
    ("auth/10_missing_scope", NotAuthorised),
    ("auth/11_unknown_method", Misconfigured),
    ("auth/12_unknown_app", Misconfigured),
    ("rights/skus_update", NotAuthorised),
    ("massUpdate/no_data", Refused),
    ("massUpdate/bad_count", Refused),
    ("massUpdate/unknown_stock", Refused),
    ("product_search/limit1001", Refused),
    ("order_save/create_no_items", Refused),
    ("order_save/create_bad_email_customer", Refused),
    ("customer/add_bad_email", Refused),
    ("order_methods/contactSave_bad_email", Refused),
    ("order_getInfo/unknown", NotFound),
    ("order_action/process_again_not_allowed", NotFound),
]


@pytest.mark.parametrize(("name", "error"), BOTH)
def test_a_refusal_is_told_by_error_fail_or_errors_whatever_the_status(
    name: str, error: type[SyncdError]
) -> None:
    """The same body means the same for a read and for a write, and a write so refused is not in doubt."""
    for judge in (judge_read, judge_write):
        with pytest.raises(error):
            judge(recorded_answer(name), "shop.some.method")


@pytest.mark.parametrize(
    "name",
    [
        "order_add/contact_id_unknown",
        "order_add/items_quantity_garbage",
        "outage/db_down_order_add",
        "outage/display_errors_on_fatal",
        "images/add_wrong_ext",
    ],
)
def test_a_write_answered_by_500_or_by_no_json_is_in_doubt_and_has_ended(name: str) -> None:
    """`order.add` with an unknown contact answers 500 and has made the order (contracts/webasyst §0.2)."""
    with pytest.raises(InDoubt) as raised:
        judge_write(recorded_answer(name), "shop.order.add")
    assert raised.value.ended


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "<br />\n<b>Warning</b>: Undefined\n{}"),
        (200, '{"error":"server_error"}'),
        (200, '{"error":"brand_new_code"}'),
        (503, "maintenance"),
        (202, "{}"),
    ],
)
def test_anything_unexpected_leaves_a_write_in_doubt(status: int, body: str) -> None:
    """What the contract does not name may have been done."""
    with pytest.raises(InDoubt):
        judge_write(answer(status, body), "shop.order.add")


def test_a_read_with_no_json_is_broken_and_a_5xx_is_unavailable() -> None:
    """Neither changes anything in the shop, so both may simply be asked again."""
    with pytest.raises(BrokenAnswer):
        judge_read(recorded_answer("outage/display_errors_on_warning_in_body"), "shop.product.search")
    with pytest.raises(ShopUnavailable):
        judge_read(recorded_answer("outage/db_down_search"), "shop.product.search")
    with pytest.raises(BrokenAnswer):
        judge_read(answer(200, '{"error":"server_error"}'), "shop.product.search")


def test_a_404_page_that_is_no_json_points_at_the_address_of_the_shop() -> None:
    """A web server without `api.php` knows nothing of Webasyst's errors."""
    with pytest.raises(Misconfigured, match="SYNCD_WEBASYST__URL"):
        judge_read(answer(404, "<html>404</html>"), "shop.settings.get")


def test_a_missing_right_names_the_token_setting() -> None:
    """The person who reads it has to know what to renew."""
    with pytest.raises(NotAuthorised, match=r"SYNCD_WEBASYST__TOKEN.*`shop`"):
        judge_write(recorded_answer("rights/product_update"), "shop.product.update")


def test_a_refusal_names_the_method_and_the_shops_own_words() -> None:
    """Text for a person, taken from `error_description`."""
    with pytest.raises(Refused, match=r"shop\.product\.massUpdate.*stock_id does not exist: 77"):
        judge_write(recorded_answer("massUpdate/unknown_stock"), "shop.product.massUpdate")


def test_a_good_answer_is_its_body() -> None:
    """A byte order mark before the JSON is no reason to doubt."""
    assert judge_write(recorded_answer("massUpdate/json_params"), "m") == "ok"
    assert judge_read(answer(200, '\ufeff{"count": 0}'), "m") == {"count": 0}
    assert judge_write(answer(200, '{"id": 5, "contact_id": null}'), "m") == {"id": 5, "contact_id": None}
