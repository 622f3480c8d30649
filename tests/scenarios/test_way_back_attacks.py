"""What goes wrong on the way back: shops that do not answer, accidents, records in the way of others, clocks and crashes."""

from __future__ import annotations

import asyncio
import time

import pytest

from syncd.app import PAIR, App, Shops
from syncd.cli.conflicts import choose
from syncd.cli.differences import request
from syncd.daemon.cycle import Cycles, Ending
from syncd.daemon.once import Exit
from syncd.daemon.streams import enabled
from syncd.state import brakes, cursors, failures
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.sync.catalog import SCANNED
from tests.scenarios.child import KILLED
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.processes import start
from tests.scenarios.shops import Pair, money
from tests.scenarios.test_orders_back import BACK, act, sold
from tests.scenarios.test_products_back import quiet, staff, there
from tests.scenarios.variations import group

__all__ = ["sold"]

STEP = 13
"""The fast run tries every thirteenth crash point."""
PUT = {"method": "PUT"}
POST = {"method": "POST"}
LOST = {"when": "before", "kind": "drop"}
BROKEN = {"when": "before", "kind": "status", "status": 500}


def stocked(shops: Opener, number: int) -> tuple[Pair, list[str]]:
    """So many products, linked and quiet."""
    pair = shops()
    codes = [f"P{index}" for index in range(number)]
    for code in codes:
        pair.product(code, amount=5)
    assert pair.run().exit is Exit.OK
    pair.later(600)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return pair, codes


def set_aside(pair: Pair) -> list[Failure]:
    """The records that were set aside."""
    with pair.database() as db:
        return db.run_sync(lambda conn: failures.all(conn, PAIR))


def release(pair: Pair, stream: str) -> None:
    """A person releases the brakes of a stream."""
    with pair.database() as db:
        assert db.run_sync(lambda conn: brakes.release(conn, PAIR, stream, None, pair.now()))


class TestTrouble:
    """CS-Cart reads well and answers no write."""

    def test_three_products_without_an_answer_stop_the_stream(self, shops: Opener) -> None:
        """Each of them costs a whole deadline: a catalogue of them would take days."""
        pair, codes = stocked(shops, 8)
        pair.set(http={"deadline": 1})
        for code in codes:
            staff(pair, code, name=f"New {code}")
        pair.cscart.faults.add({**LOST, "match": PUT, "times": None})
        report = pair.cycle("products-back")
        assert (report.ending, pair.calls("PUT products")) == (Ending.FAILED, 3)
        pair.cscart.faults.clear()
        pair.later(600)
        assert pair.run().exit is Exit.OK
        assert {pair.source_product(code)["name"] for code in codes} == {f"New {code}" for code in codes}

    def test_three_orders_without_an_answer_stop_the_stream(self, started: Pair) -> None:
        """The same for statuses; and afterwards every order is told."""
        started.set(statuses_back=BACK, http={"deadline": 1})
        numbers = [started.place("A") for _ in range(8)]
        started.run()
        started.later(600)
        for number in numbers:
            act(started, number, "process")
        started.forget_counts()
        started.cscart.faults.add({**LOST, "match": PUT, "times": None})
        report = started.cycle("orders-back")
        assert (report.ending, started.calls("PUT orders")) == (Ending.FAILED, 3)
        started.cscart.faults.clear()
        started.later(600)
        assert started.run().exit is Exit.OK
        assert {row["status"] for row in started.source_orders().values()} == {"P"}

    def test_an_abandoned_call_ends_before_another_one_begins(self, shops: Opener) -> None:
        """It may still be at work in CS-Cart, and would overwrite what a later one wrote. What it brings in the end is not
        taken for newer than what staff wrote meanwhile."""
        pair, _ = stocked(shops, 2)
        pair.set(http={"deadline": 2})
        staff(pair, "P0", name="First")
        pair.cscart.faults.add({"when": "before", "kind": "delay", "seconds": 4, "match": PUT})
        assert pair.cycle("products-back").doubts == 1
        staff(pair, "P0", name="Second")
        assert pair.cycle("products-back").doubts == 1
        assert pair.calls("PUT products") == 1
        time.sleep(3)
        pair.later(5)
        pair.run()
        assert pair.office_product("P0")["name"] == "Second"

    def test_a_product_that_breaks_cscart_rests_longer_and_longer(self, shops: Opener) -> None:
        """It is repeated once at once, and then after growing pauses; the others go on."""
        pair, _ = stocked(shops, 3)
        staff(pair, "P0", name="Breaks")
        staff(pair, "P1", name="Goes")
        pair.cscart.faults.add({**BROKEN, "match": {"method": "PUT", "body": "Breaks"}, "times": None})
        for _ in range(12):
            pair.cycle("products-back")
            pair.later(25)
        assert pair.source_product("P1")["name"] == "Goes"
        assert pair.calls("PUT products") <= 1 + 3
        pair.cscart.faults.clear()
        assert pair.run().exit is Exit.OK
        assert pair.source_product("P0")["name"] == "Breaks"


class TestCreation:
    """Products that only Webasyst has, and creating switched on."""

    @pytest.fixture
    def creating(self, shops: Opener) -> Pair:
        """Two products in both shops."""
        pair, _ = stocked(shops, 2)
        pair.set(products={"create_in_cscart": True}, http={"deadline": 1})
        return pair

    def test_what_cannot_be_created_rests_longer_and_longer(self, creating: Pair) -> None:
        """A price below zero is no price in CS-Cart; once it is put right the product comes and the failure goes."""
        creating.office_has("NEW", price="-5")
        creating.later(4000)
        creating.run()
        for _ in range(4):
            creating.later(70)
            creating.cycle("products-back")
        [failure] = set_aside(creating)
        assert failure.attempts == 2
        creating.at_webasyst("sku.update", id=creating.office_sku("NEW")["id"], price="5")
        assert creating.run().exit is Exit.OK
        assert money(there(creating, "NEW")["price"]) == 5

    def test_a_failure_goes_with_the_wish(self, creating: Pair) -> None:
        """Switched off again, nothing of it is left."""
        creating.office_has("NEW", price="-5")
        creating.later(4000)
        assert creating.run().exit is Exit.OUTSTANDING
        creating.set(products={"create_in_cscart": False})
        assert creating.run().exit is Exit.OK

    def test_one_that_a_firewall_blocks_stops_no_other(self, creating: Pair) -> None:
        """A page instead of the API: that product is set aside, the rest is made, and the cycle ends well."""
        for code in ("N1", "N2", "N3"):
            creating.office_has(code)
        creating.later(4000)
        blocked = {"when": "before", "kind": "status", "status": 403, "body": "<html>blocked</html>"}
        creating.cscart.faults.add({**blocked, "match": {"method": "POST", "body": "N1"}, "times": None})
        run = creating.run()
        assert run.ending("products-back") is Ending.OK
        assert [failure.code for failure in run.failures] == ["ShopUnavailable"]
        assert {"N2", "N3"} <= set(creating.source_codes())

    def test_three_without_an_answer_stop_the_stream(self, creating: Pair) -> None:
        """As with changes; afterwards each of them is there once."""
        codes = [f"N{number}" for number in range(6)]
        for code in codes:
            creating.office_has(code)
        creating.later(4000)
        creating.cycle("products")
        creating.forget_counts()
        creating.cscart.faults.add({"when": "after", "kind": "drop", "match": POST, "times": None})
        report = creating.cycle("products-back")
        assert (report.ending, creating.calls("POST products")) == (Ending.FAILED, 3)
        creating.cscart.faults.clear()
        creating.later(600)
        assert creating.run().exit is Exit.OK
        assert sorted(code for code in creating.source_codes() if code in codes) == codes

    @pytest.mark.parametrize("first", ["products", "products-back"])
    def test_an_edit_after_a_lost_answer_is_no_part_of_what_was_sent(
        self, creating: Pair, first: str
    ) -> None:
        """Whichever stream comes first finds the product again by its code; what staff edited meanwhile goes to CS-Cart
        and is not overwritten by what was sent."""
        creating.office_has("NEW", price="5")
        creating.later(4000)
        creating.cycle("products")
        creating.cscart.faults.add({"when": "after", "kind": "drop", "match": POST})
        assert creating.cycle("products-back").doubts == 1
        creating.at_webasyst("sku.update", id=creating.office_sku("NEW")["id"], price="12.5")
        staff(creating, "NEW", name="Better")
        creating.later(30)
        creating.cycle(first)
        assert creating.run().exit is Exit.OK
        assert (
            money(creating.office_sku("NEW")["price"])
            == money(there(creating, "NEW")["price"])
            == money("12.5")
        )
        assert creating.office_product("NEW")["name"] == there(creating, "NEW")["product"] == "Better"
        quiet(creating)

    def test_what_cscart_cannot_store_stays_in_webasyst(self, creating: Pair) -> None:
        """CS-Cart has no emoji: its poorer text is what both agree on, and does not come back."""
        creating.office_has("NEW", name="Tea \N{HOT BEVERAGE} \N{PARTY POPPER} now")
        creating.later(4000)
        assert creating.run().exit is Exit.OK
        quiet(creating)
        assert creating.office_product("NEW")["name"] == "Tea \N{HOT BEVERAGE} \N{PARTY POPPER} now"
        assert there(creating, "NEW")["product"] == "Tea \N{HOT BEVERAGE}  now"


class TestVanished:
    """Products that Webasyst lost, and the setting that sells them out in CS-Cart."""

    def lose(self, pair: Pair, codes: list[str]) -> None:
        for code in codes:
            pair.at_webasyst("product.delete", id=pair.office_product(code)["id"])
        pair.later(4000)

    def test_an_emptied_webasyst_sells_nothing_out(self, shops: Opener) -> None:
        """A token that lost its rights lists no product at all: fewer than the brake on stock always allows, but all of
        them. The release of the brake on that is enough for both ways."""
        pair, codes = stocked(shops, 8)
        pair.set(products={"vanished": "zero"})
        self.lose(pair, codes)
        for _ in range(2):
            run = pair.run()
            assert run.ending("products-back") is Ending.BRAKED
            assert {pair.amount(code) for code in codes} == {5}
            pair.later(4000)
        release(pair, "products")
        pair.run()
        assert {pair.amount(code) for code in codes} == {0}

    def test_one_answer_without_a_product_sells_nothing_out(self, shops: Opener) -> None:
        """A user whose rights were taken away gets empty lists: only a whole scan tells that something vanished."""
        pair, _ = stocked(shops, 3)
        pair.set(products={"vanished": "zero"})
        staff(pair, "P0", name="New")
        nothing = {"status": 200, "content_type": "application/json", "body": '{"count":0,"products":[]}'}
        by_ids = {"name": "shop.product.search", "path": "id%2F"}
        pair.webasyst.faults.add({"when": "before", "kind": "status", "match": by_ids, **nothing})
        pair.cycle("products-back")
        assert pair.amount("P0") == 5
        assert pair.run().exit is Exit.OK
        assert (there(pair, "P0")["product"], pair.amount("P0")) == ("New", 5)

    def test_it_does_not_matter_whose_scan_noticed_it(self, shops: Opener) -> None:
        """An order with an unknown SKU has the whole office read, before the sweep does."""
        pair, codes = stocked(shops, 3)
        pair.set(products={"vanished": "zero", "create_missing": False})
        pair.product("STRANGE")
        self.lose(pair, codes[:1])
        pair.place("STRANGE")
        pair.run("orders")
        assert pair.calls("shop.product.search") > 1
        pair.run()
        assert [pair.amount(code) for code in codes] == [0, 5, 5]

    def test_a_released_brake_lets_them_pass(self, shops: Opener) -> None:
        """In the daemon too, where what failed would rest for long."""
        pair, codes = stocked(shops, 12)
        pair.set(products={"vanished": "zero"}, brakes={"min": 3})
        self.lose(pair, codes[:6])
        for _ in range(3):
            pair.cycle("products")
            assert pair.cycle("products-back").brakes
            pair.later(400)
        release(pair, "products-back")
        pair.cycle("products-back")
        assert {pair.amount(code) for code in codes[:6]} == {0}

    def test_where_cscart_owns_everything_it_is_sold_out_too(self, shops: Opener) -> None:
        """The way back has nothing else to do then."""
        pair = shops()
        owners = dict.fromkeys(("name", "description", "seo", "price", "list_price", "status"), "cscart")
        pair.set(products={"vanished": "zero", "owners": owners})
        assert enabled(pair.settings(), "products-back")
        pair.set(products={"vanished": "report"})
        assert not enabled(pair.settings(), "products-back")


class TestConflicts:
    """A field that both sides changed, and that waits for a person."""

    @pytest.fixture
    def held(self, shops: Opener) -> Pair:
        """The name of P0 was changed on both sides."""
        pair, _ = stocked(shops, 2)
        staff(pair, "P0", name="From Webasyst")
        pair.at_cscart("product.update", sku="P0", product="From CS-Cart")
        assert pair.run().exit is Exit.OUTSTANDING
        assert pair.conflicts()
        return pair

    @pytest.mark.parametrize("shop", ["cscart", "webasyst"])
    def test_it_ends_with_its_product(self, held: Pair, shop: str) -> None:
        """Nobody can choose for a product that one shop deleted."""
        if shop == "cscart":
            held.at_cscart("product.delete", sku="P0")
        else:
            held.at_webasyst("product.delete", id=held.office_product("P0")["id"])
        held.later(4000)
        held.run()
        assert held.conflicts() == []

    def test_a_sku_that_is_another_products_number_settles_its_own_product_only(self, shops: Opener) -> None:
        """Numeric SKUs are common: the SKU counts before the number."""
        pair = shops()
        for code in ("2", "B"):
            pair.product(code)
        pair.run()
        for code in ("2", "B"):
            staff(pair, code, name="From Webasyst")
            pair.at_cscart("product.update", sku=code, product="From CS-Cart")
        pair.run()
        with pair.database() as db:
            assert db.run_sync(lambda conn: choose(conn, "webasyst", " 2 ", None)) == 1
        pair.run()
        assert there(pair, "2")["product"] == "From Webasyst"
        assert there(pair, "B")["product"] == "From CS-Cart"
        with pair.database() as db:
            assert db.run_sync(lambda conn: choose(conn, "webasyst", "2", None)) == 1, (
                "product 2 has the SKU B"
            )

    @pytest.mark.parametrize(
        ("settings", "names"),
        [
            ({"conflict": "webasyst"}, {"From Webasyst"}),
            ({"conflict": "cscart"}, {"From CS-Cart"}),
            ({"owners": {"name": "cscart"}}, {"From CS-Cart"}),
            ({"owners": {"name": "none"}}, {"From CS-Cart", "From Webasyst"}),
        ],
    )
    def test_a_setting_that_comes_later_settles_it(
        self, held: Pair, settings: dict[str, object], names: set[str]
    ) -> None:
        """With the next sweep, also where nobody touches the product any more."""
        held.set(products=settings)
        held.later(4000)
        assert held.run().exit is Exit.OK
        assert {there(held, "P0")["product"], held.office_product("P0")["name"]} == names
        quiet(held)


class TestWhatIsSeen:
    """Edits in Webasyst, and when they are noticed."""

    def test_the_first_look_misses_nothing_since_the_first_comparison(self, shops: Opener) -> None:
        """A large catalogue takes hours to be compared; an order with an unknown SKU has the office scanned meanwhile."""
        pair = shops()
        pair.product("A")
        pair.cycle("products")
        pair.later(600)
        staff(pair, "A", description="Staff's words")
        pair.later(600)
        with pair.database() as db:
            db.run_sync(lambda conn: cursors.put(conn, PAIR, SCANNED[False], pair.now()))
        pair.later(600)
        pair.cycle("products-back")
        pair.later(4000)
        pair.run()
        assert there(pair, "A")["full_description"] == "Staff's words"

    @pytest.mark.parametrize("seconds", [-5000, 5000])
    def test_a_clock_that_is_wrong_hides_no_edit(self, shops: Opener, seconds: float) -> None:
        """Webasyst's clock counts, and how far ours is from it is never known exactly."""
        pair = shops()
        pair.product("A")
        pair.webasyst.shop.clock.advance(seconds)
        pair.cycle("products")
        for words in ("First words", "Second words"):
            staff(pair, "A", description=words)
            pair.later(20)
            pair.cycle("products-back")
            assert there(pair, "A")["full_description"] == words
            pair.later(4000)

    @pytest.mark.parametrize("sweeps", [0, 1])
    def test_an_edit_waits_for_a_product_that_cscart_hides(self, shops: Opener, sweeps: int) -> None:
        """A product in no category is not shown by the API at all, and comes back with the next save: before or after a full
        listing missed it."""
        pair, _ = stocked(shops, 2)
        pair.at_cscart("product.update", sku="P0", category_ids=[])
        staff(pair, "P0", name="Staff's name")
        assert pair.run("products-back").reasons == {"1": "gone"}
        for _ in range(sweeps):
            pair.later(4000)
            pair.run()
        pair.at_cscart("product.update", sku="P0", category_ids=[166])
        assert pair.run().exit is Exit.OK
        assert there(pair, "P0")["product"] == pair.office_product("P0")["name"] == "Staff's name"
        quiet(pair)

    def test_an_edit_of_a_product_that_cscart_deleted_is_let_go(self, shops: Opener) -> None:
        """Once a full listing has missed it, nothing waits any more."""
        pair, _ = stocked(shops, 2)
        pair.at_cscart("product.delete", sku="P0")
        staff(pair, "P0", name="Staff's name")
        assert pair.run("products-back").reasons == {"1": "gone"}
        pair.later(4000)
        assert pair.run().exit is Exit.OK

    def test_what_was_put_right_in_webasyst_is_tried_at_once(self, shops: Opener) -> None:
        """However long its failure would have rested."""
        pair, _ = stocked(shops, 2)
        sku = pair.office_sku("P0")["id"]
        pair.at_webasyst("sku.update", id=sku, price="-5")
        for _ in range(4):
            pair.run("products-back")
            pair.later(600)
        assert [failure.attempts for failure in set_aside(pair)] == [4]
        pair.at_webasyst("sku.update", id=sku, price="7")
        assert pair.cycle("products-back").failures == 0
        assert money(there(pair, "P0")["price"]) == 7


class TestOrderEdits:
    """An order's edit in Webasyst, and a person who wants it in CS-Cart."""

    def edit(self, pair: Pair, number: int, **changes: object) -> None:
        pair.at_webasyst("order.edit", id=pair.office_order(number)["id"], **changes)
        pair.later(60)
        assert pair.run("orders", "orders-back").exit is Exit.OK
        with pair.database() as db:
            assert db.run_sync(lambda conn: request(conn, str(number)))
        pair.forget_counts()

    def test_lines_of_the_same_total_are_told_apart(self, sold: tuple[Pair, int]) -> None:
        """A for B at the same price, and the call never arrives: an equal total proves nothing."""
        pair, number = sold
        pair.product("B", price="10.00")
        pair.later(600)
        pair.run()
        sku = pair.office_sku("B")
        line = {"product_id": sku["product_id"], "sku_id": sku["id"], "quantity": 2, "price": "10"}
        self.edit(pair, number, items=[line])
        pair.set(http={"deadline": 1})
        pair.cscart.faults.add({**LOST, "match": {"name": "PUT orders"}})
        for _ in range(3):
            pair.run("orders", "orders-back")
            pair.later(600)
        assert [row["code"] for row in pair.source_orders()[str(number)]["lines"]] == ["B"]
        assert pair.link(number).difference is None

    def test_a_total_that_cannot_be_reached_is_written_once(self, sold: tuple[Pair, int]) -> None:
        """CS-Cart rates the shipping itself. Each writing would move stock and status once more: a person decides."""
        pair, number = sold
        line = pair.office_order(number)["items"][0]["id"]
        self.edit(pair, number, items=[{"item_id": line, "quantity": 3}], shipping="99")
        for _ in range(4):
            run = pair.run("orders", "orders-back")
            pair.later(600)
        assert run.reasons[str(number)] in {"totals-differ", "edited-too-late"}
        assert pair.calls("PUT orders") == 1
        assert pair.link(number).difference is not None
        pair.at_webasyst("order.edit", id=pair.office_order(number)["id"], shipping="300")
        assert pair.run("orders", "orders-back").exit is Exit.OK
        assert pair.calls("PUT orders") == 1
        assert pair.link(number).difference is None


ODD: list[dict[str, str]] = [
    {"name": "Tea \N{PARTY POPPER}"},
    {"name": "\N{PARTY POPPER} Tea \N{PARTY POPPER} two"},
    {"name": "  spaced   name "},
    {"name": 'A &amp; B <b>x</b> "q" O\'Neil'},
    {"name": "A & B < C"},
    {"name": "\N{CYRILLIC SMALL LETTER YA}" * 254 + "\N{PARTY POPPER}"},
    {"name": "0"},
    {"description": "0", "summary": " "},
    {"description": ""},
    {"description": "a\r\nb\r\n"},
    {"description": "\N{LINE SEPARATOR} \N{NO-BREAK SPACE}"},
    {"meta_keywords": "k" * 300, "meta_description": "\N{LATIN SMALL LETTER A WITH DIAERESIS}" * 300},
    {"meta_title": "\N{PARTY POPPER}" * 100 + "x" * 155},
]
"""Texts that one of the shops stores otherwise than the other."""
PRICES = {"11.5555": "11.56", "11.5549": "11.55", "0.0049": "0.00"}
"""Webasyst keeps four decimals, CS-Cart two."""


class TestValues:
    """What the two shops do not store alike."""

    def test_odd_texts_and_prices_arrive_once_and_flap_never(self, shops: Opener) -> None:
        """Emoji, entities, blanks, what is too long, emptied texts, four decimals: nothing fails, and nothing comes back."""
        pair, codes = stocked(shops, len(ODD) + len(PRICES))
        for code in codes:
            pair.at_cscart("product.update", sku=code, full_description="old", short_description="old")
        assert pair.run().exit is Exit.OK
        told = dict(zip(codes, ODD, strict=False))
        for code, fields in told.items():
            staff(pair, code, **fields)
        prices = dict(zip(codes[len(ODD) :], PRICES, strict=True))
        for code, price in prices.items():
            pair.at_webasyst("sku.update", id=pair.office_sku(code)["id"], price=price)
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert {code: there(pair, code)["price"] for code in prices} == {
            code: PRICES[price] for code, price in prices.items()
        }
        assert there(pair, "P3")["product"] == ODD[3]["name"]
        assert there(pair, "P8")["full_description"] == ""
        quiet(pair)
        assert set_aside(pair) == []
        for code, fields in told.items():
            office = pair.office_product(code)
            assert {name: office.get(name, text) for name, text in fields.items()} == fields, code


class TestCost:
    """What an edit asks of the shops, and of those who wait."""

    def test_an_order_does_not_wait_for_a_whole_catalogue(
        self, shops: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each change costs CS-Cart a call; an order whose product Webasyst lacks brings it between two batches of them."""
        monkeypatch.setattr("syncd.sync.products_back.BATCH", 2)
        pair, codes = stocked(shops, 10)
        for code in codes:
            staff(pair, code, name=f"New {code}")
        pair.cscart.faults.add(
            {"when": "before", "kind": "delay", "seconds": 0.5, "match": PUT, "times": None}
        )
        pair.product("NEW")
        number = pair.place("NEW")

        async def story(db: Database) -> bool:
            async with App(pair.settings(), db, now=pair.now) as app:
                cycles = Cycles(await Shops.connect(app))
                back = asyncio.create_task(cycles.run("products-back"))
                while not pair.calls("PUT products"):
                    await asyncio.sleep(0.01)
                await cycles.run("orders")
                early = not back.done()
                await back
                return early

        with pair.database() as db:
            assert asyncio.run(story(db))
        assert [item["sku_code"] for item in pair.office_order(number)["items"]] == ["NEW"]
        assert {there(pair, code)["product"] for code in codes} == {f"New {code}" for code in codes}

    def test_an_edited_product_costs_a_handful_of_calls(self, shops: Opener) -> None:
        """However large the catalogue: seen, compared, written, read back, and known again by the other stream."""
        pair, _ = stocked(shops, 40)
        staff(pair, "P7", name="New")
        pair.run("products", "products-back")
        assert pair.calls("PUT products") == 1
        assert pair.calls("GET products") <= 3
        assert pair.calls("shop.product.search") <= 2
        pair.forget_counts()
        pair.later(60)
        pair.run("products", "products-back")
        assert (pair.calls("GET products"), pair.calls("shop.product.search"), pair.writes) == (1, 1, 0)

    def test_many_edits_are_compared_by_the_hundred(self, shops: Opener) -> None:
        """Beside one write for each there is no call for a single product, though the plan is looked at beforehand."""
        pair, codes = stocked(shops, 40)
        for code in codes:
            staff(pair, code, name=f"New {code}")
        assert pair.run("products-back").exit is Exit.OK
        assert pair.calls("PUT products") == 40
        assert pair.calls("GET products") + pair.calls("shop.product.search") <= 8


class TestVariations:
    """A group of three, the parent of which is not the one with the lowest number."""

    @pytest.fixture
    def grouped(self, shops: Opener) -> Pair:
        """G2 is the parent of G1 and G3."""
        pair = shops()
        first, parent, last = (pair.product(code, amount=5, name="Shirt") for code in ("G1", "G2", "G3"))
        group(pair, parent, first, last)
        return pair

    def settle(self, pair: Pair) -> None:
        assert pair.run().exit is Exit.OK
        pair.later(600)
        assert pair.run().exit is Exit.OK
        pair.forget_counts()

    def test_the_parent_speaks_for_the_group(self, grouped: Pair) -> None:
        """CS-Cart ignores a variation's own name and categories: the group gets its new name by the parent."""
        self.settle(grouped)
        staff(grouped, "G1", name="Blouse", description="Silk")
        assert grouped.run().exit is Exit.OK
        assert {there(grouped, code)["product"] for code in ("G1", "G2", "G3")} == {"Blouse"}
        assert there(grouped, "G2")["full_description"] == "Silk"
        quiet(grouped)
        grouped.at_cscart("product.update", sku="G2", product="Jacket")
        assert grouped.run().exit is Exit.OK
        assert grouped.office_product("G1")["name"] == "Jacket"
        quiet(grouped)

    def test_variations_that_stand_apart_keep_their_names_apart(self, grouped: Pair) -> None:
        """As products of their own in Webasyst they may be called otherwise there; nothing fails about it, and the other
        fields go on."""
        grouped.set(products={"group_variations": False})
        self.settle(grouped)
        staff(grouped, "G1", name="Blouse", description="Silk")
        assert grouped.run().exit is Exit.OK
        assert (there(grouped, "G1")["product"], grouped.office_product("G1")["name"]) == ("Shirt", "Blouse")
        assert there(grouped, "G1")["full_description"] == "Silk"
        quiet(grouped)


class TestCrashes:
    """syncd dies at any commit or write."""

    def story(self, pair: Pair) -> None:
        """Staff renames one product, changes another's price and hides it, sells and makes one that CS-Cart lacks; CS-Cart
        sells as well."""
        for code in "ABC":
            pair.product(code, amount=10, name=f"Product {code}")
        pair.set(products={"create_in_cscart": True, "owners": {"quantity": "shared"}})
        assert pair.run().exit is Exit.OK
        pair.later(4000)
        assert pair.run().exit is Exit.OK
        pair.later(4000)
        staff(pair, "A", name="Renamed")
        pair.at_webasyst("sku.update", id=pair.office_sku("B")["id"], price="12.5", stock={"1": 7, "2": 0})
        staff(pair, "B", status="0")
        pair.at_cscart("product.update", sku="B", amount=8, touch=False)
        pair.office_has("NEW", price="5", stock=4)

    def test_the_next_run_ends_where_an_undisturbed_one_does(self, shops: Opener) -> None:
        """Every product once, every edit there, and two plus three pieces sold, whatever happened to the process."""
        self.die_at(shops, range(1, 10_000, STEP))

    @pytest.mark.slow
    @pytest.mark.parametrize("first", range(2, STEP + 1))
    def test_it_does_so_at_every_point(self, shops: Opener, first: int) -> None:
        """The points between those of the fast run."""
        self.die_at(shops, range(first, 10_000, STEP))

    def die_at(self, shops: Opener, points: range) -> None:
        for point in points:
            pair = shops()
            self.story(pair)
            code = start(pair, crash_at=point).wait()
            pair.later(60)
            run = pair.run()
            assert run.exit is Exit.OK, f"point {point}: {run.failures}"
            assert there(pair, "A")["product"] == pair.office_product("A")["name"] == "Renamed", (
                f"point {point}"
            )
            told = there(pair, "B")
            assert (money(told["price"]), told["status"]) == (money("12.5"), "D"), f"point {point}"
            assert pair.stock("B") == pair.amount("B") == 5, f"point {point}"
            assert sorted(pair.source_codes()) == ["A", "B", "C", "NEW"], f"point {point}"
            assert pair.linked_products() == 4
            quiet(pair)
            in_step(pair)
            if code != KILLED:
                break
