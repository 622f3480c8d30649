"""What is masked, wherever it stands."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.shops.mask import HIDDEN, Mask
from syncd.shops.mask_body import mask_body

MASK = Mask(["canary-own-token", "admin@shop.example"])
OPEN = Mask(["canary-own-token"], personal=False)


@pytest.mark.parametrize(
    "text",
    [
        "access_token=canary1",
        "GET /a?access_token=canary1&x=1 failed",
        "Authorization: Bearer canary1-abc",
        "authorization='Basic Y2FuYXJ5MQ=='",
        '{"api_key": "canary1", "x": 1}',
        "{'password': 'canary1 with blanks'}",
        'PHP Notice: array("pincode" => "canary1")',
        "https://user:canary1@shop.example/a",
        "license_number=canary1",
        'unfinished {"api_key":"canary1',
        "X-Api-Key: canary1",
        "own canary-own-token here",
        f"in Basic {base64.b64encode(b'canary-own-token').decode()} form",
        "in%20a%20query%3Faccess_token%3Dcanary1",
        "cookie=canary1; PHPSESSID",
        'note="access_token=canary1"',
        "a=b=password=canary1",
        "card 4111 1111 1111 1111 declined",
    ],
)
def test_secrets_in_free_text_are_masked(text: str) -> None:
    """Error excerpts and log lines of shops hold secrets in many spellings."""
    for mask in (MASK, OPEN):
        masked = mask.text(text)
        assert "canary" not in masked
        assert "Y2FuYXJ5" not in masked
        assert "4111" not in masked
        assert HIDDEN in masked


@pytest.mark.parametrize(
    "text",
    [
        "no customer jane.doe@mail.example",
        "call +49 (170) 123-45-67 back",
        "firstname=Canary",
        'lastname: "Canary"',
        "search/email=jane%40mail.example",
        "s_address=Canary street 1",
    ],
)
def test_personal_data_in_free_text_is_masked_by_default(text: str) -> None:
    """What points at a person is masked unless the setting says otherwise."""
    assert HIDDEN in MASK.text(text)
    assert OPEN.text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "password=",
        "order 1005 of 2026-11-21 12:00:00: total 1,234.50",
        "SKU TS-M-RED: price=11.5500, stock[1]=9",
        "id=1,2,3",
    ],
)
def test_what_is_needed_to_understand_stays(text: str) -> None:
    """Numbers of orders, codes, prices and times are readable."""
    assert MASK.text(text) == text


def test_a_form_is_readable_and_masked() -> None:
    """Nested names are decoded; a person's fields and secrets have stars, lines and totals stay."""
    form = (
        "contact%5Baddress.shipping%5D%5Bcity%5D=Riga&contact[firstname]=Jane&contact%5Bname%5D=Doe"
        "&contact[phone][0][value]=123&params%5Bsyncd_ref%5D=cscart%3A1%3A97&items[0][name]=Shirt&api_key=canary"
        "&comment=ring+twice&contact[address.shipping][country]=lva&empty_password="
    )
    assert MASK.form(form) == (
        "contact[address.shipping][city]=***&contact[firstname]=***&contact[name]=***"
        "&contact[phone][0][value]=***&params[syncd_ref]=cscart:1:97&items[0][name]=Shirt&api_key=***"
        "&comment=***&contact[address.shipping][country]=lva&empty_password="
    )


def test_headers_with_credentials_are_masked() -> None:
    """Authorization, keys and cookies have stars, the rest stays."""
    headers = {"Authorization": "x", "X-Api-Key": "x", "Set-Cookie": "x", "Content-Type": "text/html"}
    assert MASK.headers(headers) == dict.fromkeys(headers, HIDDEN) | {"Content-Type": "text/html"}


def test_an_address_keeps_its_path() -> None:
    """User and password and telling parameters go, the method's name stays."""
    url = "https://me:canary@h/api.php/shop.order.search?hash=search%2Femail%3Dj%40x.example&limit=3&access_token=canary"
    assert (
        MASK.url(url)
        == "https://***@h/api.php/shop.order.search?hash=search/email=***&limit=3&access_token=***"
    )


def test_json_is_masked_by_name_and_depth() -> None:
    """A masked object is masked whole; a product's name is none of a person's."""
    body = {
        "orders": [
            {"order_id": "97", "email": "j@x.example", "payment_info": {"number": ["canary"], "x": {"y": 1}}}
        ],
        "products": {"1": {"name": "Shirt", "price": 1.5}},
        "customer": {"id": 3, "name": "Canary"},
        "s_city": "Canary",
        "s_country": "LV",
        "token": None,
    }
    assert json.loads(mask_body(json.dumps(body), MASK)) == {
        "orders": [{"order_id": "97", "email": HIDDEN, "payment_info": HIDDEN}],
        "products": {"1": {"name": "Shirt", "price": 1.5}},
        "customer": {"id": 3, "name": HIDDEN},
        "s_city": HIDDEN,
        "s_country": "LV",
        "token": HIDDEN,
    }


@pytest.mark.parametrize(
    "start", ["", "\ufeff", " \n", "<br>Warning: password=canary1 in x.php on line {5}\n", "<p>"]
)
@pytest.mark.parametrize("end", ["", "<p>access_token = canary3</p>"])
def test_json_is_found_behind_anything(start: str, end: str) -> None:
    """A PHP warning before the JSON, or a page around it, hides no secret from the mask (contracts/webasyst §2)."""
    body = f'{start}{{"order":{{"payment_info":{{"number":["canary2"]}}}}}}{end}'
    assert "canary" not in mask_body(body, MASK)


def test_personal_data_is_readable_when_switched_off() -> None:
    """The setting shows people's data, never secrets."""
    body = '{"email":"j@x.example","firstname":"Jane","password":"canary"}'
    assert mask_body(body, OPEN) == '{"email":"j@x.example","firstname":"Jane","password":"***"}'


def test_an_escaped_name_is_recognised() -> None:
    """PHP escapes what is not ASCII, and could escape any letter."""
    assert "canary" not in mask_body(r'{"api\u005fkey":"canary","a":"b"}', MASK)


SECRET = "zq-canary-zq"
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just(SECRET))
SECRET_NAMES = st.sampled_from(
    ["api_key", "access_token", "payment_info", "user_password", "card_number", "pincode"]
)


@st.composite
def planted(draw: st.DrawFn) -> str:
    """JSON with secrets below secret names, at any depth, cut anywhere."""
    plain = st.recursive(
        LEAVES.filter(lambda leaf: leaf != SECRET),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    secret = st.recursive(
        st.just(SECRET),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
    body = draw(st.dictionaries(st.text(max_size=5), plain, max_size=3))
    body[draw(SECRET_NAMES)] = draw(secret)
    nested = draw(st.sampled_from([body, [body], {"order": body}, {"orders": [body, 1]}]))
    text = json.dumps(nested, ensure_ascii=draw(st.booleans()))
    return text[: draw(st.integers(0, len(text)))]


@given(planted())
def test_no_secret_survives_in_cut_json(text: str) -> None:
    """Wherever a body is cut, what hangs below a secret's name does not show, not even in part."""
    masked = mask_body(text, MASK)
    assert "canary" not in masked
    assert "zq-c" not in masked


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "a.",
        "a=",
        '"',
        "{",
        "[",
        '{"a":',
        "+1",
        "://",
        '{"":1}',
        '[""]',
        "a@",
        "\\",
        "1 ",
        "Basic ",
        "%3D",
    ],
)
def test_masking_a_long_body_takes_no_longer_than_its_length(piece: str) -> None:
    """A body built to be slow is masked like any other: with the square of the length this would take minutes."""
    text = piece * 100_000
    MASK.text(text)
    mask_body(text, MASK)


@given(st.text(max_size=200))
def test_masking_takes_any_text(text: str) -> None:
    """Rubbish is no reason to fail: a log line is written for every answer."""
    mask_body(text, MASK)
    MASK.text(text)
    MASK.form(text)
    MASK.url(text)
