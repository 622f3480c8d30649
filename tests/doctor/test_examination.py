"""The doctor against simulated shops: each trouble is provoked, and found by its name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import inspect

from syncd.doctor.examination import examine
from syncd.doctor.finding import Finding, Level, Verdict, verdict
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.justclick.shop import JustClickShop
from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst import multipart
from syncd.sandbox.wire import Shop
from syncd.settings import load_settings
from tests.doctor.conftest import Examine, bad, of
from tests.scenarios.shops import Pair

WARNING, ERROR = Level.WARNING, Level.ERROR
VIEWS = ["view_catalog", "view_orders", "manage_order_statuses"]


def test_two_shops_in_good_order(pair: Pair, examined: Examine) -> None:
    """Nothing to complain about, nothing written anywhere, and every part was looked at."""
    pair.forget_counts()
    found = examined()

    assert bad(found) == {}
    assert pair.writes == 0
    assert not pair.data_dir.exists()
    assert {(one.subject, one.check) for one in found} >= {
        ("machine", "disk"),
        ("machine", "database"),
        ("machine", "sqlite"),
        *(
            (shop, check)
            for shop in ("cscart", "webasyst")
            for check in ("dns", "tls", "authentication", "clock", "skus")
        ),
        ("cscart", "privileges"),
        ("cscart", "updated_at_from"),
        ("cscart", "get_orders_data"),
        ("cscart", "updated_in_hours"),
        ("cscart", "filter_params"),
        ("cscart", "status map"),
        ("cscart", "company"),
        ("cscart", "category"),
        ("webasyst", "rights"),
        ("webasyst", "massUpdate"),
        ("webasyst", "workflow"),
        ("webasyst", "warehouse"),
        ("webasyst", "product type"),
        ("webasyst", "category"),
        ("webasyst", "max_input_vars"),
        ("webasyst", "mails"),
        ("hooks", "address"),
    }


def test_the_write_probe_changes_nothing(pair: Pair, examined: Examine) -> None:
    """Writes are sent, and both shops are as before."""
    before = _contents(pair)
    pair.forget_counts()
    found = examined(write_probe=True)

    assert bad(found) == {}
    assert pair.writes == 3
    assert of(found, "cscart", "write privileges").level is Level.OK
    assert of(found, "webasyst", "write probe").level is Level.OK
    assert _contents(pair) == before


def test_a_wrong_key_ends_the_questions_to_that_shop_only(pair: Pair, examined: Examine) -> None:
    """One error instead of ten that say the same; the other shop is examined all the same."""
    pair.set(cscart={"api_key": "wrong"})
    found = examined()

    assert bad(found) == {("cscart", "authentication"): ERROR}
    assert "SYNCD_CSCART__API_KEY" in of(found, "cscart", "authentication").what
    assert not [one for one in found if (one.subject, one.check) == ("cscart", "skus")]
    assert of(found, "webasyst", "skus").level is Level.OK


def test_a_wrong_token(pair: Pair, examined: Examine) -> None:
    """The way to a new one is named."""
    pair.set(webasyst={"token": "wrong"})
    found = examined()

    assert bad(found) == {("webasyst", "authentication"): ERROR}
    assert "syncd login" in of(found, "webasyst", "authentication").what


def test_no_token_at_all(pair: Pair) -> None:
    """Before the first login everything else is examined."""
    settings = pair.settings()
    webasyst = settings.webasyst.model_copy(update={"token": None})
    found = asyncio.run(examine(settings.model_copy(update={"webasyst": webasyst}), write_probe=True))

    assert bad(found) == {("webasyst", "authentication"): ERROR}
    assert of(found, "webasyst", "authentication").fix == "Run 'syncd login'."


@pytest.mark.parametrize(
    ("lacking", "resources", "silent"),
    [
        ("view_orders", {"orders", "shipments"}, "updated_at_from"),
        ("view_catalog", {"products", "categories"}, "skus"),
        ("manage_order_statuses", {"statuses"}, "status map"),
    ],
)
def test_a_missing_privilege_to_read(
    pair: Pair, examined: Examine, lacking: str, resources: set[str], silent: str
) -> None:
    """The list that answers 403 names its privilege, and what needs it is not asked again."""
    pair.at_cscart("setting", privileges=[name for name in VIEWS if name != lacking])
    found = examined()

    told = [one for one in found if (one.subject, one.check) == ("cscart", "privileges")]
    assert [one.level for one in told] == [ERROR] * len(resources)
    assert all(lacking in one.what for one in told)
    assert {one.why.split()[1] for one in told} == resources
    assert not [one for one in found if (one.subject, one.check) == ("cscart", silent)]


@pytest.mark.parametrize(
    ("granted", "update_status", "expected"),
    [
        ([*VIEWS, "edit_order", "manage_catalog"], True, []),
        ([*VIEWS, "edit_order", "manage_catalog"], False, ["update_status"]),
        ([*VIEWS, "manage_catalog"], True, ["edit_order"]),
        ([*VIEWS, "edit_order"], True, ["manage_catalog"]),
    ],
)
def test_a_missing_privilege_to_write(
    pair: Pair, examined: Examine, granted: list[str], update_status: bool, expected: list[str]
) -> None:
    """Only the write probe can see it, the half right to change an order but not its status included."""
    pair.at_cscart("setting", privileges=granted, update_status=update_status)

    assert bad(examined()) == {}
    told = [one for one in examined(write_probe=True) if one.check == "write privileges"]
    assert [one.level for one in told] == ([ERROR] * len(expected) or [Level.OK])
    assert all(name in one.what for name, one in zip(expected, told, strict=False))


def test_a_firewall_that_blocks_writes(pair: Pair, examined: Examine) -> None:
    """What told nothing is a warning, not a missing right."""
    blocked = {"when": "before", "kind": "status", "status": 405, "times": None}
    pair.cscart.faults.add({**blocked, "match": {"method": "PUT"}})
    pair.webasyst.faults.add({**blocked, "match": {"name": "shop.product.massUpdate"}})

    assert bad(examined(write_probe=True)) == {
        ("cscart", "write privileges"): WARNING,
        ("webasyst", "write probe"): WARNING,
    }


def test_a_write_that_is_refused_for_another_reason_tells_no_right(pair: Pair, examined: Examine) -> None:
    """Only "there is no such record" proves that the call would have gone through."""
    body = json.dumps({"message": "Bad Request: odd", "errors": ["odd"], "status": 400})
    pair.cscart.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 400,
            "body": body,
            "content_type": "application/json",
            "match": {"method": "PUT"},
            "times": None,
        }
    )

    told = [one for one in examined(write_probe=True) if one.check == "write privileges"]
    assert [one.level for one in told] == [WARNING, WARNING]


def test_nothing_is_written_where_we_are_not_let_in(pair: Pair, examined: Examine) -> None:
    """The write probe would only say the same once more."""
    pair.set(cscart={"api_key": "wrong"}, webasyst={"token": "wrong"})
    pair.forget_counts()
    found = examined(write_probe=True)

    assert set(bad(found)) == {("cscart", "authentication"), ("webasyst", "authentication")}
    assert pair.cscart.counters.by_method.get("PUT orders", 0) == 0
    assert pair.webasyst.counters.by_method.get("shop.product.massUpdate", 0) == 0


@pytest.mark.parametrize("name", ["updated_at_from", "get_orders_data", "updated_in_hours", "filter_params"])
def test_a_parameter_that_the_shop_ignores(pair: Pair, examined: Examine, name: str) -> None:
    """Each is found by itself, and what syncd does without it is told."""
    pair.at_cscart("setting", ignore=[name])
    found = examined()

    assert bad(found) == {("cscart", name): WARNING}
    assert "right, but" in of(found, "cscart", name).why


def test_an_empty_shop_shows_no_features(pair: Pair, examined: Examine) -> None:
    """Nothing can be told apart without a record; that is no trouble."""
    pair.at_cscart("setting", ignore=["updated_at_from", "get_orders_data"])
    pair.at_cscart("order.delete", order_id=1)

    assert bad(examined()) == {}


def test_skus_of_both_sides(pair: Pair, examined: Examine) -> None:
    """Doubled and empty ones are found on either side, by case and blanks alike."""
    pair.product("a ")
    pair.product("")
    pair.office_has("b")
    pair.office_has("")
    found = examined()

    assert bad(found) == {
        (shop, check): WARNING for shop in ("cscart", "webasyst") for check in ("doubled skus", "empty skus")
    }
    pair.set(products={"sku_case": True})
    assert ("webasyst", "doubled skus") not in bad(examined())


def test_statuses_that_one_of_the_shops_lacks(pair: Pair, examined: Examine) -> None:
    """Letters are compared with CS-Cart's, states with Webasyst's."""
    pair.set(statuses='{"X":"paid"}', statuses_back='{"packed":"Q"}', orders={"skip_statuses": '["Z"]'})
    found = examined()

    assert bad(found) == {("cscart", "status letters"): ERROR, ("webasyst", "workflow"): ERROR}
    told = " ".join(one.what for one in found if one.check == "status letters")
    assert all(
        setting in told for setting in ("SYNCD_STATUSES names X", "BACK names Q", "SKIP_STATUSES names Z")
    )


def test_an_empty_status_map(pair: Pair, examined: Examine) -> None:
    """It is allowed, and seldom meant."""
    pair.set(statuses="{}")

    assert bad(examined()) == {("cscart", "status map"): WARNING}


def test_places_that_are_not_there(pair: Pair, examined: Examine) -> None:
    """Every place that the settings name is looked for, each in its shop."""
    pair.set(
        cscart={"category_id": 9999, "company_id": 77},
        webasyst={"category_id": 9999, "type_id": 88, "stock_id": 99},
    )

    assert bad(examined()) == {
        ("cscart", "company"): ERROR,
        ("cscart", "category"): ERROR,
        ("webasyst", "category"): ERROR,
        ("webasyst", "product type"): ERROR,
        ("webasyst", "warehouse"): ERROR,
    }


def test_places_that_are_there(pair: Pair, examined: Examine) -> None:
    """A person reads back what a number stands for."""
    category = pair.at_webasyst("category.create", name="Imported")
    pair.set(cscart={"company_id": 2}, webasyst={"category_id": category, "type_id": 1, "stock_id": 2})
    found = examined()

    assert bad(found) == {}
    assert "(Imported)" in of(found, "webasyst", "category").what


def test_companies_that_may_not_be_listed(pair: Pair, examined: Examine) -> None:
    """The privilege is needed for nothing else, so its lack is only a warning."""
    pair.at_cscart("setting", privileges=VIEWS)
    pair.set(cscart={"company_id": 1})

    assert bad(examined()) == {("cscart", "company"): WARNING}


def test_a_user_of_the_office_with_few_rights(pair: Pair, examined: Examine) -> None:
    """Missing rights, product types that massUpdate skips, and workflow actions are three findings."""
    second = pair.at_webasyst("type.create", name="Second")
    pair.at_webasyst("rights", contact_id=1, rights={"type.1": 2, "customers": 1})
    found = examined()

    assert bad(found) == {
        ("webasyst", "rights"): ERROR,
        ("webasyst", "massUpdate"): WARNING,
        ("webasyst", "workflow rights"): ERROR,
    }
    assert "orders" in of(found, "webasyst", "rights").what
    assert f"{second} (Second)" in of(found, "webasyst", "massUpdate").what
    assert "complete, process" in of(found, "webasyst", "workflow rights").what


def test_a_currency_that_webasyst_lacks(pair: Pair, examined: Examine) -> None:
    """Orders could not be reckoned."""
    pair.set(cscart={"currency": "PLN"})

    assert bad(examined()) == {("webasyst", "currency"): ERROR}


def test_forms_that_php_cuts(pair: Pair, examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller max_input_vars than PHP's default is seen by a search that loses its last variable."""
    monkeypatch.setattr(multipart, "MAX_INPUT_VARS", 899)
    assert bad(examined()) == {("webasyst", "max_input_vars"): WARNING}

    monkeypatch.setattr(multipart, "MAX_INPUT_VARS", 900)
    assert bad(examined()) == {}


def test_clocks_that_are_off(pair: Pair, examined: Examine) -> None:
    """Told by each shop's own Date header."""
    pair.cscart.shop.clock.advance(3600)

    assert bad(examined()) == {("cscart", "clock"): WARNING}


def test_a_shop_that_fails_half_way(pair: Pair, examined: Examine) -> None:
    """What could not be looked at is an error of its own, and the rest goes on."""
    pair.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 500,
            "match": {"name": "shop.product.search"},
            "times": None,
        }
    )
    pair.cscart.faults.add(
        {"when": "before", "kind": "status", "status": 500, "match": {"name": "GET statuses"}, "times": None}
    )
    pair.set(http={"deadline": 1})
    found = examined()

    assert bad(found) == {("webasyst", "skus"): ERROR, ("cscart", "status letters"): ERROR}
    assert of(found, "webasyst", "mails").level is Level.OK


def test_a_database_that_cannot_be_used(pair: Pair, examined: Examine) -> None:
    """A file that is no database, and a folder that is none."""
    pair.data_dir.mkdir()
    (pair.data_dir / "syncd.db").write_bytes(b"no database at all " * 100)
    assert bad(examined()) == {("machine", "database"): ERROR}

    (pair.data_dir / "syncd.db").unlink()
    pair.set(database_url=f"sqlite:///{__file__}/below.db")
    assert bad(examined()) == {("machine", "database"): ERROR}


def test_a_database_in_use_stays_as_it_is(pair: Pair, examined: Examine) -> None:
    """The probe's write is rolled back."""
    tables = _tables(pair)

    assert bad(examined()) == {}
    assert _tables(pair) == tables


_PASSING = {"now", "time", "settings"}
"""Parts of a dump that say when and by which host the shop was asked."""


def _contents(pair: Pair) -> list[dict[str, object]]:
    """What stands in both shops, whatever their clocks show."""
    return [
        {name: value for name, value in shop.dump().items() if name not in _PASSING}
        for shop in (pair.cscart, pair.webasyst)
    ]


def _tables(pair: Pair) -> set[str]:
    with pair.database() as db:
        return set(db.run_sync(lambda conn: inspect(conn).get_table_names()))


@contextmanager
def further(pair: Pair, shop: Shop, **entry: object) -> Iterator[RunningShop]:
    """The pair with one further source."""
    with ShopThread(shop) as running:
        url = f"{running.url}/api" if shop.name == "marketplace" else running.url
        pair.set(sources=[{"kind": shop.name, "url": url, **running.credentials, **entry}])
        yield running


def source_findings(found: list[Finding], name: str) -> dict[str, Level]:
    return {one.check: one.level for one in found if one.subject == name}


def test_a_horoshop_in_good_order(pair: Pair, examined: Examine) -> None:
    """The login is tried, and every status has a meaning."""
    with further(pair, HoroshopShop(products=1), statuses={"17": "new"}):
        found = examined()

    assert source_findings(found, "horoshop") == dict.fromkeys(
        ("dns", "tls", "authentication", "statuses"), Level.OK
    )


def test_statuses_of_a_horoshop(pair: Pair, examined: Examine) -> None:
    """Its own statuses without a meaning are named, and those that it lacks."""
    with further(pair, HoroshopShop(products=1), statuses_back={"shipped": "77"}) as shop:
        shop.edit("add_status", status=9, title="Packed", successful=False)
        found = examined()

    told = source_findings(found, "horoshop")
    assert (told["statuses"], told["statuses back"]) == (WARNING, ERROR)
    assert "9 (Packed)" in of(found, "horoshop", "statuses").what
    assert "77" in of(found, "horoshop", "statuses back").what


def test_an_old_horoshop_cannot_tell_its_statuses(pair: Pair, examined: Examine) -> None:
    """The login is right all the same."""
    with further(pair, HoroshopShop(products=1, version="3.40")):
        told = source_findings(examined(), "horoshop")

    assert (told["authentication"], told["statuses"]) == (Level.OK, WARNING)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (HoroshopShop, {"password": "wrong"}),
        (JustClickShop, {"key": "0" * 40, "currency": "RUB"}),
        (MarketplaceShop, {"token": "wrong"}),
    ],
)
def test_wrong_credentials_of_a_source(
    pair: Pair, examined: Examine, kind: Callable[..., Shop], wrong: dict[str, str]
) -> None:
    """An error of that source alone."""
    shop = kind(products=1)
    with further(pair, shop, **wrong):
        found = examined()

    assert bad(found) == {(shop.name, "authentication"): ERROR}
    assert wrong.get("key", "wrong-") not in of(found, shop.name, "authentication").what


def test_a_justclick_account(pair: Pair, examined: Examine) -> None:
    """The answer's hash proves the key in both directions."""
    with further(pair, JustClickShop(products=2), currency="RUB"):
        found = examined()

    assert "hash is right; 2 goods" in of(found, "justclick", "authentication").what


def test_licences_of_the_marketplace(pair: Pair, examined: Examine) -> None:
    """Where this user may not see them, a person is told."""
    with further(pair, MarketplaceShop(products=1)) as shop:
        assert source_findings(examined(), "marketplace")["licences"] is Level.OK
        shop.faults.add(
            {"when": "before", "kind": "status", "status": 403, "match": {"path": "licenses"}, "times": None}
        )
        assert source_findings(examined(), "marketplace")["licences"] is WARNING


def test_a_source_that_is_switched_off_is_not_asked(pair: Pair, examined: Examine) -> None:
    """Nothing of it is reached."""
    with further(pair, MarketplaceShop(products=1), enabled=False) as shop:
        told = source_findings(examined(), "marketplace")
        assert shop.counters.requests == 0

    assert told == {"authentication": Level.OK}


def test_hosts_that_are_not_there(pair: Pair) -> None:
    """A name that nobody knows is one finding, and what the calls say another."""
    given = pair.settings().model_dump()
    settings = load_settings(
        {
            "SYNCD_CSCART__URL": "https://no-such-shop.invalid",
            "SYNCD_CSCART__EMAIL": "a@example.test",
            "SYNCD_CSCART__API_KEY": "key",
            "SYNCD_WEBASYST__URL": pair.webasyst.url,
            "SYNCD_WEBASYST__TOKEN": pair.webasyst.credentials["token"],
            "SYNCD_DATA_DIR": str(given["data_dir"]),
            "SYNCD_HTTP__DEADLINE": "2",
            "SYNCD_STATUSES": '{"P":"processed"}',
        }
    )
    found = asyncio.run(examine(settings, write_probe=False))

    assert bad(found) == {("cscart", "dns"): ERROR, ("cscart", "authentication"): ERROR}
    assert verdict(found) is Verdict.ERRORS


def answer(body: object, **match: str) -> dict[str, object]:
    """A fault: whatever matches is answered with this JSON."""
    text = json.dumps(body)
    return {
        "when": "before",
        "kind": "status",
        "status": 200,
        "body": text,
        "content_type": "application/json",
        "match": match,
        "times": None,
    }


def test_products_that_cannot_be_read(pair: Pair, examined: Examine) -> None:
    """Rows without what the contract promises are counted on either side."""
    params = {"page": 1, "items_per_page": 500, "total_items": "1"}
    rows = {"products": [{"product_id": "1", "product_code": "A"}], "params": params}
    pair.cscart.faults.add(answer(rows, path="items_per_page=500"))
    broken = {"count": 1, "offset": 0, "limit": 1000, "products": [{"id": "1", "skus": "none"}]}
    pair.webasyst.faults.add(answer(broken, name="shop.product.search"))

    assert bad(examined()) == {
        ("cscart", "unreadable products"): WARNING,
        ("webasyst", "unreadable products"): WARNING,
    }


def test_letters_to_skip_count_only_where_a_person_chose_them(pair: Pair, examined: Examine) -> None:
    """A shop that lacks one of the default letters has nothing to correct."""
    rows = [{"status_id": "1", "status": "P", "type": "O", "description": "Paid"}]
    pair.cscart.faults.add(answer({"statuses": rows, "params": {"total_items": "1"}}, name="GET statuses"))
    pair.set(statuses='{"P":"processed"}')

    assert bad(examined()) == {}
    pair.set(orders={"skip_statuses": '["F","N"]'})
    assert bad(examined()) == {("cscart", "status letters"): ERROR}


def test_licences_that_nobody_wants_are_not_asked_for(pair: Pair, examined: Examine) -> None:
    """An entry without licences needs no right to them."""
    with further(pair, MarketplaceShop(products=1), licences=[]) as shop:
        told = source_findings(examined(), "marketplace")
        assert "licences" not in told
        assert shop.counters.by_method.get("GET licenses", 0) == 0
