"""Pictures both ways: what staff changes in Webasyst arrives in CS-Cart, and no product loses its pictures on the way."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.cli.conflicts import take_command
from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import failures, product_links
from tests.scenarios.conftest import Opener
from tests.scenarios.shops import Pair, Run
from tests.scenarios.variations import group

HOUR = 4000


@pytest.fixture
def pair(shops: Opener) -> Pair:
    """Two products, A and B, made by syncd in Webasyst with a picture each; both shops' pictures count."""
    pair = shops()
    pair.set(products={"owners": {"images": "both"}})
    for code in "AB":
        pair.product(code)
        pair.at_cscart("product.image", sku=code)
    assert pair.run().exit is Exit.OK
    pair.later(HOUR)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return pair


def here(pair: Pair, code: str) -> list[str]:
    """The digests of CS-Cart's pictures of a product, the main one first."""
    assert isinstance(pair.cscart.shop, CSCartShop)
    store = pair.cscart.shop.context.store
    [product] = store.by_code(code)
    return [digest(store.files[image.path] or b"") for image in store.images_of(product)]


def there(pair: Pair, code: str) -> list[str]:
    """The digests of Webasyst's pictures of a product, the main one first."""
    assert isinstance(pair.webasyst.shop, WebasystShop)
    product = pair.webasyst.shop.state.store.products.rows[int(pair.office_product(code)["id"])]
    return [
        digest(image.content) for image in sorted(product.images, key=lambda one: one.id != product.image_id)
    ]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def upload(pair: Pair, code: str, **args: Any) -> int:
    """Staff adds a picture in Webasyst; returns its id."""
    return int(pair.at_webasyst("image.create", product_id=pair.office_product(code)["id"], **args))


def quiet(pair: Pair) -> None:
    """From here on nothing is written any more, over several cycles and sweeps."""
    pair.forget_counts()
    for _ in range(3):
        pair.later(HOUR)
        assert pair.run().exit in {Exit.OK, Exit.OUTSTANDING}
        assert pair.writes == 0, (pair.webasyst.counters.by_method, pair.cscart.counters.by_method)


def puts(pair: Pair) -> int:
    """How often CS-Cart's products were written to."""
    return pair.calls("PUT products")


class TestEdits:
    """One side's pictures were changed: the other side gets them, and nothing bounces."""

    def test_a_picture_that_staff_adds_arrives_in_cscart(self, pair: Pair) -> None:
        """No stamp moves in Webasyst (contracts/webasyst §9): the sweep finds it, and one PUT brings it."""
        upload(pair, "A")
        pair.later(HOUR)
        run = pair.run()
        assert run.exit is Exit.OK, run.failures
        assert here(pair, "A") == there(pair, "A")
        assert len(here(pair, "A")) == 2
        assert puts(pair) == 1
        quiet(pair)

    def test_a_picture_that_staff_deletes_is_gone_in_cscart(self, pair: Pair) -> None:
        """Though it came from there: it stood in both shops when both agreed."""
        pair.set(products={"owners": {"images": "webasyst"}})
        image = upload(pair, "A")
        pair.later(HOUR)
        pair.run()
        pair.at_webasyst("image.delete", id=pair.office_product("A")["images"][0])
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert pair.office_product("A")["images"] == [image]
        assert len(here(pair, "A")) == 1
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_another_main_picture_arrives(self, pair: Pair) -> None:
        """Staff's order is CS-Cart's order."""
        second = upload(pair, "A")
        pair.later(HOUR)
        pair.run()
        pair.at_webasyst("image.sort", product_id=pair.office_product("A")["id"], ids=[second])
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_a_product_that_is_saved_brings_its_pictures_at_once(self, pair: Pair) -> None:
        """Its stamp moves, so no sweep is needed."""
        upload(pair, "A")
        pair.at_webasyst("product.update", id=pair.office_product("A")["id"], tags=["new"])
        assert pair.run("products-back").exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")

    def test_a_new_picture_in_cscart_arrives_in_webasyst(self, pair: Pair) -> None:
        """As before: beside those that are there, because syncd deletes nothing in Webasyst."""
        pair.at_cscart("product.image", sku="A", colour=77)
        assert pair.run().exit is Exit.OK
        assert set(here(pair, "A")) < set(there(pair, "A"))
        assert puts(pair) == 0
        quiet(pair)

    def test_what_came_from_webasyst_is_not_sent_back(self, pair: Pair) -> None:
        """CS-Cart stores a copy under another name; a later picture of CS-Cart's goes over alone."""
        upload(pair, "A")
        pair.later(HOUR)
        pair.run()
        before = there(pair, "A")
        pair.at_cscart("product.image", sku="A", colour=77, more=True)
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert len(there(pair, "A")) == len(before) + 1
        assert pair.calls("shop.product.images.add") == 1
        quiet(pair)

    def test_without_the_setting_webasysts_pictures_stay_there(self, pair: Pair) -> None:
        """By default they are CS-Cart's affair; and pictures may be switched off altogether."""
        upload(pair, "A")
        for products in ({"owners": {"images": "cscart"}}, {"owners": {"images": "both"}, "images": False}):
            pair.set(products=products)
            pair.later(HOUR)
            assert pair.run().exit is Exit.OK
        assert pair.writes == 0

    def test_what_webasyst_owns_is_not_changed_from_cscart(self, pair: Pair) -> None:
        """Nor put right there, as long as nobody changes it in Webasyst: every PUT of pictures is a risk."""
        pair.set(products={"owners": {"images": "webasyst"}})
        pair.at_cscart("product.image", sku="A", colour=77)
        assert pair.run().exit is Exit.OK
        assert pair.writes == 0
        upload(pair, "A")
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)


class TestFirstContact:
    """Pictures that stood in both shops before syncd came."""

    @pytest.mark.parametrize("owner", ["webasyst", "both"])
    def test_it_only_notes_what_stands_there(self, shops: Opener, owner: str) -> None:
        """However different they are; what changes afterwards goes over."""
        pair = shops()
        pair.set(products={"owners": {"images": owner}})
        pair.product("A")
        pair.at_cscart("product.image", sku="A", colour=1)
        pair.office_has("A")
        for colour in (2, 3):
            upload(pair, "A", colour=colour)
        assert pair.run().exit is Exit.OK
        quiet(pair)
        assert len(here(pair, "A")) == 1
        upload(pair, "A", colour=4)
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        assert len(here(pair, "A")) == 3
        quiet(pair)

    def test_a_new_picture_in_cscart_goes_over_without_those_that_stood_there(self, shops: Opener) -> None:
        """Webasyst has its own of the old ones."""
        pair = shops()
        pair.set(products={"owners": {"images": "both"}})
        pair.product("A")
        pair.at_cscart("product.image", sku="A", colour=1)
        pair.office_has("A")
        upload(pair, "A", colour=2)
        pair.run()
        pair.later(HOUR)
        pair.at_cscart("product.image", sku="A", colour=3, more=True)
        assert pair.run().exit is Exit.OK
        assert there(pair, "A")[1:] == here(pair, "A")[1:]
        assert pair.calls("shop.product.images.add") == 1
        quiet(pair)

    def test_the_setting_comes_later(self, pair: Pair) -> None:
        """Switching the owner moves no picture."""
        pair.set(products={"owners": {"images": "cscart"}})
        upload(pair, "A")
        pair.later(HOUR)
        pair.run()
        pair.set(products={"owners": {"images": "webasyst"}})
        with pair.database() as db:
            db.run_sync(forget_noted)
        quiet(pair)
        assert len(here(pair, "A")) == 1

    def test_a_product_that_syncd_creates_in_cscart_gets_its_pictures(self, pair: Pair) -> None:
        """It has none there, so that nothing can be lost; each SKU makes a product, and each gets them."""
        pair.set(products={"create_in_cscart": True})
        skus = [{"sku": code, "price": "3", "stock": {"1": 4, "2": 0}} for code in ("T-1", "T-2")]
        pair.at_webasyst("product.create", name="Tea", skus=skus)
        for colour in (8, 9):
            upload(pair, "T-1", colour=colour)
        for _ in range(3):
            pair.later(HOUR)
            assert pair.run().exit is Exit.OK
        assert here(pair, "T-1") == here(pair, "T-2") == there(pair, "T-1")
        quiet(pair)


def forget_noted(conn: Connection) -> None:
    """As if the pictures had never been noted."""
    for link in product_links.by_sources(conn, PAIR, ["1", "2"]).values():
        base = {name: value for name, value in link.base.items() if name != "pictures_there"}
        product_links.put_base(conn, PAIR, link.source_key, base)


class TestNothingIsLost:
    """CS-Cart takes the old pictures away before it fetches the new ones (contracts/cscart §3.5)."""

    def test_an_address_that_does_not_answer_costs_nothing(self, pair: Pair) -> None:
        """Nothing is sent, the product says which one it is, the others go on, and a better picture ends it."""
        before = here(pair, "A")
        bad = upload(pair, "A")
        upload(pair, "B")
        pair.webasyst.faults.add(
            {
                "when": "before",
                "kind": "status",
                "status": 404,
                "body": "no",
                "match": {"path": f"/{bad}/{bad}[.]"},
            }
        )
        pair.later(HOUR)
        run = pair.run()
        assert run.exit is Exit.OUTSTANDING
        assert run.reasons == {"1": "image"}
        assert f"/{bad}/{bad}.970.png" in run.text(1)
        assert here(pair, "A") == before
        assert here(pair, "B") == there(pair, "B")
        pair.at_webasyst("image.delete", id=bad)
        upload(pair, "A")
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_an_address_that_never_answers_is_tried_with_growing_pauses(self, pair: Pair) -> None:
        """What goes through beside it does not make its pauses short again."""
        bad = upload(pair, "A")
        pair.webasyst.faults.add(
            {"when": "before", "kind": "status", "status": 404, "match": {"path": f"/{bad}/{bad}[.]"}, "times": None}
        )  # fmt: skip
        attempts = []
        for pause in (HOUR, 70, 70, 300):
            pair.later(pause)
            pair.cycle("products")
            pair.cycle("products-back")
            with pair.database() as db:
                [failure] = db.run_sync(lambda conn: failures.all(conn, PAIR))
            attempts.append(failure.attempts)
        assert attempts == [1, 2, 2, 3]

    def test_a_row_of_a_broken_upload_costs_nothing(self, pair: Pair) -> None:
        """Webasyst keeps a row without a file (contracts/webasyst §3.8)."""
        with pytest.raises(ValueError, match="does not support"):
            upload(pair, "A", name="photo.txt")
        before = here(pair, "A")
        pair.later(HOUR)
        assert pair.run().reasons == {"1": "image"}
        assert here(pair, "A") == before
        assert puts(pair) == 0

    def test_deleting_every_picture_in_webasyst_empties_no_product(self, pair: Pair) -> None:
        """A product without pictures is an accident more often than a wish."""
        before = here(pair, "A")
        pair.at_webasyst("image.delete", id=pair.office_product("A")["images"][0])
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == before
        quiet(pair)

    def test_edits_of_other_fields_send_no_pictures(self, pair: Pair) -> None:
        """A price, a text, a sale: the pictures that stand there keep their files."""
        before = pair.source_detail("A")["main_pair"]
        pair.at_webasyst("product.update", id=pair.office_product("A")["id"], name="Renamed")
        pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], price="12.5")
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert pair.source_detail("A")["main_pair"] == before

    def test_what_cscart_did_not_take_is_told_with_its_addresses(self, pair: Pair) -> None:
        """One of two did not arrive: the product waits with the reason, the others go on, and it is tried again."""
        upload(pair, "A")
        upload(pair, "B")
        lose(pair, skip=3, times=1)
        pair.later(HOUR)
        run = pair.run()
        assert run.exit is Exit.OUTSTANDING
        assert run.reasons == {"1": "not-taken"}
        assert "took 1 of 2 pictures" in run.text(1)
        assert run.text(1).count(".970.png") == 2
        assert here(pair, "B") == there(pair, "B")
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_a_shop_that_can_fetch_nothing_loses_one_products_pictures_at_most(self, pair: Pair) -> None:
        """The addresses answer to syncd and not to CS-Cart: the brake stops what would follow, until a person says so."""
        kept = here(pair, "B")
        upload(pair, "A")
        upload(pair, "B")
        lose(pair, skip=2, times=2)
        pair.later(HOUR)
        run = pair.run()
        assert run.exit is Exit.OUTSTANDING
        assert [brake.split(":")[0] for brake in run.reports["products-back"].brakes] == ["text"]
        assert (here(pair, "A"), here(pair, "B")) == ([], kept)
        pair.later(HOUR)
        assert pair.run().exit is Exit.OUTSTANDING
        assert here(pair, "B") == kept
        assert pair.run(override=True).exit is Exit.OK
        assert here(pair, "A") == there(pair, "A")
        assert here(pair, "B") == there(pair, "B")
        quiet(pair)

    def test_many_products_at_once_are_braked(self, pair: Pair) -> None:
        """They count with the texts."""
        codes = [f"K{number}" for number in range(8)]
        for code in codes:
            pair.product(code)
            pair.at_cscart("product.image", sku=code)
        pair.set(brakes={"min": 5})
        pair.run()
        before = {code: here(pair, code) for code in codes}
        for code in codes:
            upload(pair, code)
        pair.later(HOUR)
        run = pair.run()
        assert [brake.split(":")[0] for brake in run.reports["products-back"].brakes] == ["text"]
        assert {code: here(pair, code) for code in codes} == before
        assert pair.run(override=True).exit is Exit.OK
        assert all(here(pair, code) == there(pair, code) for code in codes)


def lose(pair: Pair, *, skip: int, times: int) -> None:
    """So many fetches of Webasyst's pictures go well, then so many fail: syncd looks first, CS-Cart comes after it."""
    refusal = {"when": "before", "kind": "status", "status": 403, "body": "no"}
    pair.webasyst.faults.add({**refusal, "match": {"path": "wa-data"}, "skip": skip, "times": times})


class TestLostAnswers:
    """A PUT of pictures whose answer got lost."""

    @pytest.mark.parametrize(
        ("fault", "sent"),
        [
            ({"when": "after", "kind": "drop"}, 1),
            ({"when": "after", "kind": "status", "status": 500}, 1),
            ({"when": "answer", "kind": "truncate"}, 1),
            ({"when": "before", "kind": "drop"}, 2),
            ({"when": "before", "kind": "status", "status": 500}, 2),
        ],
    )
    def test_the_pictures_arrive_and_are_not_sent_twice_without_need(
        self, pair: Pair, fault: dict[str, Any], sent: int
    ) -> None:
        """What stands there is read before anything is sent again, and it is no conflict with what staff did."""
        upload(pair, "A")
        pair.cscart.faults.add({**fault, "match": {"method": "PUT"}, "times": 1})
        for _ in range(2):
            pair.later(HOUR)
            pair.run()
        assert here(pair, "A") == there(pair, "A")
        assert len(here(pair, "A")) == 2
        assert pair.conflicts() == []
        assert puts(pair) == sent
        assert pair.run().exit is Exit.OK
        quiet(pair)

    def test_nothing_is_sent_while_the_lost_call_may_be_at_work(self, pair: Pair) -> None:
        """Two of them at once would mix their pictures; once it must have ended, it is sent again."""
        pair.set(http={"deadline": 600})
        upload(pair, "A")
        pair.cscart.faults.add({"when": "before", "kind": "drop", "match": {"method": "PUT"}, "times": 1})
        pair.later(HOUR)
        pair.cycle("products")
        assert pair.cycle("products-back").doubts == 1
        pair.later(100)
        assert pair.cycle("products-back").doubts == 1
        assert puts(pair) == 1
        pair.later(700)
        assert pair.cycle("products-back").doubts == 0
        assert puts(pair) == 2
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_a_change_between_the_lost_answer_and_the_next_look_arrives(self, pair: Pair) -> None:
        """What was sent is not what stands there now."""
        image = upload(pair, "A")
        pair.cscart.faults.add({"when": "after", "kind": "drop", "match": {"method": "PUT"}, "times": 1})
        pair.later(HOUR)
        pair.run()
        pair.at_webasyst("image.delete", id=image)
        pair.later(HOUR)
        pair.run()
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    def test_an_upload_whose_answer_was_lost_is_no_change_of_webasysts(self, pair: Pair) -> None:
        """It is known by its name."""
        pair.at_cscart("product.image", sku="A", colour=77)
        pair.webasyst.faults.add(
            {"when": "after", "kind": "drop", "match": {"name": "shop.product.images.add"}, "times": 1}
        )
        for _ in range(3):
            pair.later(HOUR)
            pair.run()
        assert puts(pair) == 0
        assert len(there(pair, "A")) == 2
        quiet(pair)


class TestConflicts:
    """Both shops' pictures were changed since they agreed."""

    def clash(self, pair: Pair) -> Run:
        upload(pair, "A", name="staff.png")
        pair.at_cscart("product.image", sku="A", colour=77)
        pair.later(HOUR)
        return pair.run()

    def test_it_is_held_and_spelled_for_a_person(self, pair: Pair) -> None:
        """Neither side is touched; the numbers and names say what there is."""
        before = here(pair, "A"), there(pair, "A")
        run = self.clash(pair)
        assert run.exit is Exit.OUTSTANDING
        [held] = pair.conflicts()
        assert (held.field, held.source_value.split(":")[0]) == ("images", "1 picture")
        assert held.office_value.startswith("2 pictures: ")
        assert held.office_value.endswith(".png, staff.png")
        assert here(pair, "A") != before[0]
        assert there(pair, "A")[:1] == before[1]
        quiet(pair)
        assert len(pair.conflicts()) == 1

    @pytest.mark.parametrize("side", ["cscart", "webasyst"])
    def test_one_command_settles_it(self, pair: Pair, side: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Webasyst's set takes the place of CS-Cart's; CS-Cart's new ones come to Webasyst beside what is there."""
        self.clash(pair)
        monkeypatch.setattr("syncd.cli.conflicts.load_settings", pair.settings)
        assert take_command(side, "A", "images") == 0
        mine = here(pair, "A")
        assert pair.run().exit is Exit.OK
        assert pair.conflicts() == []
        if side == "webasyst":
            assert here(pair, "A") == there(pair, "A")
        else:
            assert here(pair, "A") == mine
            assert set(mine) < set(there(pair, "A"))
        quiet(pair)

    def test_a_choice_stays_until_the_pictures_have_arrived(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An address that does not answer does not cost it."""
        self.clash(pair)
        monkeypatch.setattr("syncd.cli.conflicts.load_settings", pair.settings)
        assert take_command("webasyst", "A", "images") == 0
        lose(pair, skip=0, times=1)
        run = pair.run()
        assert run.reasons == {"1": "image"}
        [held] = pair.conflicts()
        assert held.choice == "webasyst"
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert pair.conflicts() == []
        assert here(pair, "A") == there(pair, "A")
        quiet(pair)

    @pytest.mark.parametrize("later", ["cscart", "webasyst"])
    def test_the_newer_one_wins_where_the_setting_says_so(self, pair: Pair, later: str) -> None:
        """By the time of the upload: nothing else has one."""
        pair.set(products={"conflict": "newer"})
        for shop in ("webasyst", "cscart") if later == "cscart" else ("cscart", "webasyst"):
            if shop == "webasyst":
                upload(pair, "A")
            else:
                pair.at_cscart("product.image", sku="A", colour=77)
            pair.later(5)
        mine = here(pair, "A")
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert (here(pair, "A") == mine) == (later == "cscart")
        quiet(pair)


class TestGroups:
    """Variations share one product of Webasyst."""

    def test_only_the_product_that_leads_takes_its_pictures(self, pair: Pair) -> None:
        """The others keep their own."""
        ids = [pair.product(code) for code in ("G1", "G2")]
        group(pair, *ids)
        for code, colour in (("G1", 5), ("G2", 6)):
            pair.at_cscart("product.image", sku=code, colour=colour)
        for _ in range(2):
            pair.later(HOUR)
            assert pair.run().exit is Exit.OK
        pair.forget_counts()
        kept = here(pair, "G2")
        upload(pair, "G1", colour=7)
        pair.later(HOUR)
        assert pair.run().exit is Exit.OK
        assert here(pair, "G1") == there(pair, "G1")
        assert here(pair, "G2") == kept
        assert puts(pair) == 1
        quiet(pair)
