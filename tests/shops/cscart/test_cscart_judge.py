"""What the answer to a write means: done, surely not done, or unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import InDoubt, NotAuthorised, Refused, ShopUnavailable, SyncdError
from syncd.shops.answer import Answer
from syncd.shops.cscart.judge import judge_write
from tests.shops.cscart.cscart_shop import SAMPLES, sample

PAGE = b"<html>no</html>"


def answer(status: int, body: bytes | str) -> Answer:
    """An answer with a page, or with a sample of the contract."""
    return Answer(status, {}, (SAMPLES / body).read_bytes() if isinstance(body, str) else body, None)


def judged(status: int, body: bytes | str) -> Any:
    return judge_write(answer(status, body), "PUT products/12", "manage_catalog")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "product_update_response_200.json"), (201, "product_create_response_201.json")],
)
def test_json_of_a_success_is_done(status: int, body: str) -> None:
    """200 and 201 with JSON bring its value; what is in it, the caller checks."""
    assert judged(status, body) == sample(body)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, "error_400_bad_json.json", "refused"),
        (400, "error_400_empty.json", "refused"),
        (400, "error_400_product_no_name.json", "refused"),
        (400, "error_400_variation_group_messages_is_object.json", "refused"),
        (403, "error_403_no_shipping.json", "refused"),
        (404, "error_404.json", "gone"),
        (404, "error_404_product_update.json", "gone"),
        (405, "error_405_need_params.json", "refused"),
        (415, "error_415.json", "refused"),
    ],
)
def test_a_refusal_of_the_api_wrote_nothing(status: int, body: str, code: str) -> None:
    """One record is set aside, with the shop's own words."""
    with pytest.raises(Refused) as caught:
        judged(status, body)
    assert caught.value.code == code
    assert sample(body)["message"][:20] in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, "error_401.json", "SYNCD_CSCART__API_KEY"),
        (401, PAGE, "SYNCD_CSCART__API_KEY"),
        (403, "error_403.json", "manage_catalog"),
        (403, "error_403_https_only.json", "https://"),
    ],
)
def test_a_missing_right_names_what_to_give(status: int, body: bytes | str, words: str) -> None:
    """It is not the record's fault: 403 without reasons, or for plain http, stops for a person."""
    with pytest.raises(NotAuthorised, match=words):
        judged(status, body)


@pytest.mark.parametrize("status", [403, 404, 405, 406])
def test_a_page_before_php_wrote_nothing(status: int) -> None:
    """A firewall or the web server did not let the call through; a 404 that is a page says nothing about the record."""
    with pytest.raises(ShopUnavailable, match="firewall"):
        judged(status, PAGE)


@pytest.mark.parametrize(
    ("status", "body", "ended"),
    [
        (200, b"", True),
        (200, PAGE, True),
        (201, b'{"product_id": 1', True),
        (200, b'<b>Warning</b>{"product_id": 12}', True),
        (500, "error_500.json", True),
        (500, "error_500_exception.html", True),
        (500, b"", True),
        (503, "error_503_store_closed.html", False),
        (408, PAGE, False),
        (400, PAGE, False),
        (403, b'{"error": "blocked"}', False),
        (404, b'{"status": 200}', False),
        (524, PAGE, False),
    ],
)
def test_everything_else_may_have_been_done(status: int, body: bytes | str, ended: bool) -> None:
    """The shop has no transactions; and where something in front of PHP answers, PHP may still be at it (§1.6, §7.11)."""
    with pytest.raises(InDoubt, match="whether it was done is unknown") as caught:
        judged(status, body)
    assert caught.value.ended is ended


@given(
    status=st.integers(200, 599), body=st.sampled_from([b"", PAGE, b"[]", b"null", b"1", b'{"status": "x"}'])
)
def test_any_answer_has_a_meaning(status: int, body: bytes) -> None:
    """Whatever comes, it ends in a value or in one of our errors."""
    try:
        assert judged(status, body) == json.loads(body)
    except SyncdError:
        assert status not in {200, 201} or body in {b"", PAGE}
